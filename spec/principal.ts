/** What a Principal names, as far as the document says. */
export type PrincipalReading =
  | { readonly kind: "service" | "account" }
  | { readonly kind: "nobody"; readonly refusalReason: PrincipalRefusalReason }
  | { readonly kind: "open"; readonly question: PrincipalQuestion };

/** Why a Principal names neither a service nor an account. */
export type PrincipalRefusalReason = "Principal.neither" | "Principal.account-digits" | "Principal.blank";

/** Principals that the document leaves unspecified. */
export type PrincipalQuestion =
  | "Principal.empty"
  | "Principal.line-break"
  | "Principal.wildcard"
  | "Principal.iam-arn"
  | "Principal.unknown-service"
  | "Principal.other";

/** Services with well-known principals; the document's two examples come first. */
export const services = [
  "s3.amazonaws.com",
  "sns.amazonaws.com",
  "events.amazonaws.com",
  "logs.amazonaws.com",
  "sqs.amazonaws.com",
  "apigateway.amazonaws.com",
  "alexa-appkit.amazon.com",
  "logs.us-east-1.amazonaws.com",
  "edgelambda.amazonaws.com",
  "config-multiaccountsetup.amazonaws.com",
  "cognito-idp.amazonaws.com",
] as const;

/** The service that EventSourceToken is for. */
export const tokenService = "alexa-appkit.amazon.com";

const known: ReadonlySet<string> = new Set(services);

/** Analyzes a Principal. Its pattern admits anything, so only its meaning ("service or account") can be wrong. */
export function readPrincipal(value: string): PrincipalReading {
  if (known.has(value)) return { kind: "service" };
  if (/^[0-9]{12}$/.test(value)) return { kind: "account" };
  if (value === "") return open("Principal.empty");
  if (/[\n\r\u0085\u2028\u2029]/.test(value)) return open("Principal.line-break");
  if (value === "*") return open("Principal.wildcard");
  if (value.startsWith("arn:")) return open("Principal.iam-arn");
  if (/^[0-9]+$/.test(value) || /^[0-9]{12}[a-zA-Z]+$/.test(value)) return nobody("Principal.account-digits");
  if (/^ +$/.test(value) || /^[a-z0-9]+( +[a-z0-9]+)+$/.test(value)) return nobody("Principal.blank");
  if (/^[a-z0-9.-]+\.(amazonaws\.com|amazon\.com|amazonaws\.com\.cn)$/.test(value)) {
    return open("Principal.unknown-service");
  }
  if (value === "amazonaws.com" || /^[a-z]+$/.test(value) || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(value)) {
    return nobody("Principal.neither");
  }
  return open("Principal.other");
}

function nobody(refusalReason: PrincipalRefusalReason): PrincipalReading {
  return { kind: "nobody", refusalReason };
}

function open(question: PrincipalQuestion): PrincipalReading {
  return { kind: "open", question };
}

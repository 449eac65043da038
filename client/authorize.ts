import type { Answer, Header } from "../spec/exchange.ts";
import { Fault, type OptionSpelling } from "../spec/fault.ts";
import { notSent } from "./no-answer.ts";
import type { Clock, Outgoing, SendOptions, Service } from "./transport.ts";

/** The headers that authorize a call, given its request-target and the value of Host as on the wire. */
export type Authorizer = (
  call: Outgoing,
  host: string,
  service: Service,
) => readonly Header[] | Promise<readonly Header[]>;

const date = "20260101";

/** A constant header with dummy keys, for targets that verify nothing: signing costs more than sending. */
export function constantAuthorizer(region: string): Authorizer {
  const made: Record<Service, readonly Header[]> = {
    lambda: constantHeaders(region, "lambda"),
    iam: constantHeaders(region, "iam"),
  };
  return (_call, _host, service) => made[service];
}

function constantHeaders(region: string, service: Service): readonly Header[] {
  const scope = `AKIDEXAMPLE/${date}/${region}/${service}/aws4_request`;
  const signature = "0123456789abcdef".repeat(4);
  return [
    ["X-Amz-Date", `${date}T000000Z`],
    [
      "Authorization",
      `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    ],
  ];
}

/** Calls `go` with the authorization headers; stays synchronous if the authorizer is synchronous. */
export function authorized(
  authorize: Authorizer,
  call: Outgoing,
  host: string,
  how: SendOptions,
  go: (signed: readonly Header[]) => Promise<Answer>,
  clock: Clock,
): Promise<Answer> {
  const failed = (error: unknown): Answer =>
    notSent(`it could not be signed: ${error instanceof Error ? error.message : "unknown"}`, clock());
  try {
    const signed = authorize(call, host, how.service ?? "lambda");
    return "then" in signed ? signed.then(go, failed) : go(signed);
  } catch (error) {
    return Promise.resolve(failed(error));
  }
}

/** Keys for signing. They are secret and never appear in a report. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const chainPackage = "@aws-sdk/credential-providers";

/** Reads credentials from the environment, or with AWS_PROFILE from the SDK's provider chain. Throws a Fault. */
export async function credentialsFrom(
  env: Environment,
  optionName: OptionSpelling = (option) => option,
): Promise<Credentials> {
  const accessKeyId = env.AWS_ACCESS_KEY_ID ?? "";
  const secretAccessKey = env.AWS_SECRET_ACCESS_KEY ?? "";
  const sessionToken = env.AWS_SESSION_TOKEN ?? "";
  if (accessKeyId !== "" && secretAccessKey !== "") {
    return { accessKeyId, secretAccessKey, ...(sessionToken === "" ? {} : { sessionToken }) };
  }
  if (accessKeyId === "" && secretAccessKey === "" && (env.AWS_PROFILE ?? "") !== "") return fromChain();
  const missing = accessKeyId === "" ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY";
  throw new Fault(
    `${missing} is not set, but signing needs a key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for temporary keys), or leave out ${optionName("sign")}.`,
    { option: "sign" },
  );
}

/** The secrets among credentials, for the redactor. */
export function secretsOf(credentials: Credentials): readonly string[] {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return [accessKeyId, secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])];
}

async function fromChain(): Promise<Credentials> {
  const provider = await chainProvider();
  try {
    const found: unknown = await provider();
    if (isCredentials(found)) return found;
  } catch (cause) {
    throw new Fault(
      "AWS_PROFILE is set, but its credentials cannot be loaded: log in to that profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
      { cause },
    );
  }
  throw new Fault(
    "AWS_PROFILE is set, but gives no access key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  );
}

async function chainProvider(): Promise<() => unknown> {
  const found: unknown = await import(chainPackage).catch((cause: unknown) => {
    throw new Fault(
      `AWS_PROFILE is set, but ${chainPackage} is not installed: run npm install ${chainPackage}, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`,
      { cause },
    );
  });
  if (typeof found === "object" && found !== null && "fromNodeProviderChain" in found) {
    const make = found.fromNodeProviderChain;
    const provider: unknown = typeof make === "function" ? make() : undefined;
    if (typeof provider === "function") return () => provider();
  }
  throw new Fault(`${chainPackage} has no provider chain: install a version of 3.300 or later.`);
}

function isCredentials(value: unknown): value is Credentials {
  if (typeof value !== "object" || value === null) return false;
  return (
    "accessKeyId" in value &&
    typeof value.accessKeyId === "string" &&
    "secretAccessKey" in value &&
    typeof value.secretAccessKey === "string"
  );
}

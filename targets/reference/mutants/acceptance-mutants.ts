import type { Draft } from "../draft.ts";
import { mutantsOf, refusing } from "./mutant.ts";

/** Mutants that refuse one kind of valid request. */
export const acceptanceMutants = mutantsOf({
  "request.accepted": refusing("the fourth statement", (_draft, { statements }) => statements.length > 2),
  "request.combination": refusing(
    "Qualifier along with an ARN",
    ({ name, values }) => !name.bare && values.Qualifier !== undefined,
  ),
  "FunctionName.name:version": refusing("a name with a version", isNamed("name:version")),
  "FunctionName.name:alias": refusing("a name with an alias", isNamed("name:alias")),
  "FunctionName.full-arn": refusing("a full ARN", isNamed("full-arn")),
  "FunctionName.full-arn:version": refusing("a full ARN with a version", isNamed("full-arn:version")),
  "FunctionName.full-arn:alias": refusing("a full ARN with an alias", isNamed("full-arn:alias")),
  "FunctionName.partial-arn": refusing("a partial ARN", isNamed("partial-arn")),
  "FunctionName.partial-arn:version": refusing(
    "a partial ARN with a version",
    isNamed("partial-arn:version"),
  ),
  "FunctionName.partial-arn:alias": refusing("a partial ARN with an alias", isNamed("partial-arn:alias")),
  "FunctionName.length-140": refusing(
    "a full ARN of 140 characters",
    ({ values }) => values.FunctionName?.length === 140,
  ),
  "FunctionName.literal-colons": refusing("a literal colon in the path", ({ label }) => label.includes(":")),
  "FunctionName.encoded-letters": refusing("a percent-encoded letter in the path", ({ label }) =>
    /%[4-7]/.test(label),
  ),
  "Qualifier.version": refusing("a version in the query", ({ values: { Qualifier = "" } }) =>
    /^\d+$/.test(Qualifier),
  ),
  "Qualifier.alias": refusing("an alias in the query", ({ values: { Qualifier = "1" } }) =>
    /\D/.test(Qualifier),
  ),
  "Qualifier.longest": refusing(
    "a Qualifier of 128 characters",
    ({ values }) => values.Qualifier?.length === 128,
  ),
  "Qualifier.agrees": refusing(
    "a qualifier that is given twice",
    ({ name, values }) => name.qualifier !== undefined && values.Qualifier !== undefined,
  ),
  "Action.get-function": refusing(
    "lambda:GetFunction",
    ({ values }) => values.Action === "lambda:GetFunction",
  ),
  "Action.all-of-lambda": refusing("lambda:*", ({ values }) => values.Action === "lambda:*"),
  "Principal.account": refusing("an account as Principal", ({ values: { Principal = "" } }) =>
    /^\d{12}$/.test(Principal),
  ),
  "Principal.service": refusing(
    "logs.amazonaws.com as Principal",
    ({ values }) => values.Principal === "logs.amazonaws.com",
  ),
  "Principal.token-service": refusing(
    "services that are not of amazonaws.com",
    ({ values: { Principal = "" } }) => /[a-z]$/.test(Principal) && !Principal.endsWith(".amazonaws.com"),
  ),
  "SourceArn.bucket": refusing("the ARN of a bucket", ({ values: { SourceArn = "" } }) =>
    SourceArn.startsWith("arn:aws:s3:::"),
  ),
  "SourceArn.topic": refusing("the ARN of a topic", ({ values: { SourceArn = "" } }) =>
    SourceArn.startsWith("arn:aws:sns:"),
  ),
  "SourceArn.any-resource": refusing("a SourceArn beyond ASCII", ({ values: { SourceArn = "" } }) =>
    /[^ -~]/.test(SourceArn),
  ),
  "SourceAccount.alone": refusing(
    "SourceAccount without SourceArn",
    ({ values }) => values.SourceAccount !== undefined && values.SourceArn === undefined,
  ),
  "SourceAccount.with-source-arn": refusing(
    "SourceAccount together with SourceArn",
    ({ values }) => values.SourceAccount !== undefined && values.SourceArn !== undefined,
  ),
  "EventSourceToken.accepted": refusing(
    "EventSourceToken",
    ({ values }) => values.EventSourceToken !== undefined,
  ),
  "EventSourceToken.longest": refusing(
    "a token of 256 characters",
    ({ values }) => values.EventSourceToken?.length === 256,
  ),
  "StatementId.shortest": refusing(
    "a StatementId of one character",
    ({ values }) => values.StatementId?.length === 1,
  ),
  "StatementId.longest": refusing(
    "a StatementId of 100 characters",
    ({ values }) => values.StatementId?.length === 100,
  ),
  "body.member-order": refusing("members in another order than the alphabet's", ({ analysis }) => {
    const names = analysis.kind === "object" ? Object.keys(analysis.object) : [];
    return names.some((name, index) => name < (names[index - 1] ?? ""));
  }),
  "body.white-space": refusing("a line end in the JSON", ({ request }) => request.body.includes("\n")),
  "body.escapes": refusing("an escaped letter in the JSON", ({ request }) => request.body.includes("\\u")),
  "request.charset": refusing(
    "a Content-Type with a charset",
    ({ contentType }) => contentType?.includes("charset") === true,
  ),
});

/** True if the path names the function in this format, such as `partial-arn:alias`. */
function isNamed(format: string): (draft: Draft) => boolean {
  return ({ name: { full, bare, qualifier } }) => {
    const name = bare ? "name" : full ? "full-arn" : "partial-arn";
    if (qualifier === undefined) return name === format;
    return `${name}:${/^\d+$/.test(qualifier) ? "version" : "alias"}` === format;
  };
}

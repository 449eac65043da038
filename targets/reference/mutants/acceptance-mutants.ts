import type { RuleId } from "../../../rules/index.ts";
import type { Draft } from "../draft.ts";
import { policySize } from "../policies.ts";
import type { Policy } from "../state.ts";
import { change, type Defect, mutantsOf } from "./mutant.ts";

/** The rules on what must be accepted, whatever the policy holds. */
export type AcceptanceRuleId = Extract<
  RuleId,
  | `request.${string}`
  | `FunctionName.${"name" | "full-arn" | "partial-arn"}${"" | ":version" | ":alias"}`
  | `FunctionName.${"length-140" | "literal-colons" | "encoded-letters"}`
  | `Qualifier.${"version" | "alias" | "longest" | "agrees"}`
  | `Action.${"get-function" | "all-of-lambda"}`
  | `Principal.${"account" | "service" | "token-service"}`
  | `SourceArn.${"bucket" | "topic" | "any-resource"}`
  | `SourceAccount.${"alone" | "with-source-arn"}`
  | `EventSourceToken.${"accepted" | "longest"}`
  | `StatementId.${"shortest" | "longest"}`
  | `body.${"member-order" | "white-space" | "escapes"}`
>;

const defects: Readonly<Record<AcceptanceRuleId, Defect>> = {
  "request.accepted": refusing(
    "the fourth statement, where it has no condition",
    (draft, { statements }) => statements.length === 3 && !draft.json().includes('"Condition"'),
  ),
  "request.combination": refusing(
    "Qualifier along with an ARN",
    ({ label, name, values }) =>
      /^(arn|\d{12})%3A/i.test(label) && name.qualifier === undefined && values.Qualifier !== undefined,
  ),
  "FunctionName.name:version": refusing("a name with a version", named(/^[\w-]+%3A\d+$/i)),
  "FunctionName.name:alias": refusing("a name with an alias", named(/^[\w-]+%3A(?!\d+$)[\w-]+$/i)),
  "FunctionName.full-arn": refusing("a full ARN", named(/^arn%3A.*function%3A[\w-]+$/i)),
  "FunctionName.full-arn:version": refusing(
    "a full ARN with a version",
    named(/^arn%3A.*function%3A[\w-]+%3A\d+$/i),
  ),
  "FunctionName.full-arn:alias": refusing("a full ARN with an alias", (draft) => {
    const aliased = named(/^arn%3A.*function%3A[\w-]+%3A(?!\d+$)[\w-]+$/i)(draft);
    return aliased && draft.values.FunctionName?.length !== 140;
  }),
  "FunctionName.partial-arn": refusing("a partial ARN", named(/^\d{12}%3Afunction%3A[\w-]+$/i)),
  "FunctionName.partial-arn:version": refusing(
    "a partial ARN with a version",
    named(/^\d{12}%3Afunction%3A[\w-]+%3A\d+$/i),
  ),
  "FunctionName.partial-arn:alias": refusing(
    "a partial ARN with an alias",
    named(/^\d{12}%3Afunction%3A[\w-]+%3A(?!\d+$)[\w-]+$/i),
  ),
  "FunctionName.length-140": refusing(
    "a full ARN of 140 characters",
    ({ name, values }) => name.full && values.FunctionName?.length === 140,
  ),
  "FunctionName.literal-colons": refusing("a literal colon in the path", ({ label }) => label.includes(":")),
  "FunctionName.encoded-letters": refusing("a percent-encoded letter in the path", ({ label }) =>
    /%[4-7]/.test(label),
  ),
  "Qualifier.version": refusing(
    "a version in the query",
    ({ name, values: { Qualifier = "" } }) =>
      name.bare && name.qualifier === undefined && /^\d+$/.test(Qualifier),
  ),
  "Qualifier.alias": refusing(
    "an alias in the query",
    ({ name, values: { Qualifier = "1" } }) =>
      name.bare && name.qualifier === undefined && !/^\d+$/.test(Qualifier) && Qualifier.length < 128,
  ),
  "Qualifier.longest": refusing(
    "a Qualifier of 128 characters",
    ({ values }) => values.Qualifier?.length === 128,
  ),
  "Qualifier.agrees": refusing(
    "a qualifier that is given twice",
    ({ label, values }) => /^[\w-]+%3A[\w-]+$/i.test(label) && values.Qualifier !== undefined,
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
  "SourceArn.bucket": refusing(
    "the ARN of a bucket",
    ({ values: { SourceArn = "", SourceAccount } }) =>
      SourceAccount === undefined && /^arn:aws:s3:::[a-z0-9.-]{1,64}$/.test(SourceArn),
  ),
  "SourceArn.topic": refusing("the ARN of a topic", ({ values: { SourceArn = "" } }) =>
    /^arn:aws:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$/.test(SourceArn),
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
    "a token of the usual length",
    ({ values: { EventSourceToken: token } }) => token !== undefined && token.length < 256,
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
  "body.member-order": refusing("members in another order than the alphabet's", ({ reading }) => {
    const names = reading.kind === "object" ? Object.keys(reading.object) : [];
    return names.some((name, index) => name < (names[index - 1] ?? ""));
  }),
  "body.white-space": refusing("a line end in the JSON", ({ request }) => request.body.includes("\n")),
  "body.escapes": refusing("an escaped letter in the JSON", ({ request }) => request.body.includes("\\u")),
  "request.charset": refusing(
    "a Content-Type with a charset",
    ({ contentType }) => contentType?.includes("charset") === true,
  ),
};

/** Mutants that refuse one kind of what the document wants accepted. */
export const acceptanceMutants = mutantsOf(defects);

/** Bytes up to which a refusal cannot be taken for one of the policy's size. */
const small = 6000;

/** Refuses what every check has passed; last, so that whatever else is wrong with a request is still named. */
function refusing(what: string, when: (draft: Draft, policy: Policy) => boolean): Defect {
  const breaks = `refuses ${what}`;
  return {
    breaks,
    mutate: change(({ furtherCheck }) => ({
      furtherCheck: (draft, policy) =>
        policySize(policy.statements) < small && when(draft, policy)
          ? { kind: "principal", message: `It ${breaks}.` }
          : furtherCheck(draft, policy),
    })),
  };
}

/** A label of that spelling, with no qualifier in the query. */
function named(pattern: RegExp): (draft: Draft) => boolean {
  return ({ label, values }) => values.Qualifier === undefined && pattern.test(label);
}

import { canonicalBody } from "../generators/valid-requests.ts";
import { addPermission, label, labelKeepingColons, qualifierQuery } from "../spec/calls.ts";
import type { Fixture } from "../spec/fixture.ts";
import { tokenService } from "../spec/principal.ts";
import { aliasOf, bodyWith, type GroupedRequest, grouped, type Suite, versionOf, withBody } from "./case.ts";

/** Requests that the document leaves unspecified: they show what the target does, and no rule judges them. */
export const unspecified: Suite = {
  name: "questions",
  title: "Requests on which the document is silent or contradicts itself",
  testCases: () => [
    ...grouped("questions/harmless", harmless, (index) => `a${index}`, { needs: [] }),
    ...grouped("questions/hazards", destructives, (index) => `h${index}`, { destructive: true }),
  ],
};

const named =
  (name: (fixture: Fixture) => string, query: string | null = null): GroupedRequest["call"] =>
  (fixture, sid) =>
    addPermission({ functionName: label(name(fixture)), query, body: canonicalBody(sid) });

const member =
  (name: Parameters<typeof bodyWith>[0], value: unknown): GroupedRequest["call"] =>
  (fixture, sid) =>
    withBody(fixture, bodyWith(name, value, sid));

const extra =
  (members: Readonly<Record<string, unknown>>): GroupedRequest["call"] =>
  (fixture, sid) =>
    withBody(fixture, { ...canonicalBody(sid), ...members });

const typed =
  (type: string | null): GroupedRequest["call"] =>
  (fixture, sid) => ({
    ...withBody(fixture, canonicalBody(sid)),
    headers: type === null ? [] : [["Content-Type", type]],
  });

/** Members that the document does not have, named after parts of a statement and of a policy. */
const statementParts: Readonly<Record<string, unknown>> = {
  Effect: "Deny",
  effect: "Deny",
  Resource: "arn:aws:lambda:us-east-1:123456789012:function:somebody-elses",
  resource: "arn:aws:lambda:us-east-1:123456789012:function:somebody-elses",
  Sid: "another-id",
  Condition: { StringEquals: { "aws:SourceVpc": "vpc-12345678" } },
  NotPrincipal: "*",
  NotAction: "lambda:InvokeFunction",
  NotResource: "*",
  Version: "2008-10-17",
  Id: "another-policy",
};

const withToken = { EventSourceToken: "token", Principal: tokenService };

const accountRoot: GroupedRequest["call"] = (fixture, sid) =>
  withBody(fixture, bodyWith("Principal", `arn:${fixture.partition}:iam::123456789012:root`, sid));

const everyoneOfOneAccount: GroupedRequest["call"] = (fixture, sid) =>
  withBody(fixture, { ...canonicalBody(sid), Principal: "*", SourceAccount: "123456789012" });

const everyoneOfOneSource: GroupedRequest["call"] = (fixture, sid) =>
  withBody(fixture, {
    ...canonicalBody(sid),
    EventSourceToken: "token",
    Principal: "*",
    SourceArn: "arn:aws:s3:::bucket",
  });

const harmless: readonly GroupedRequest[] = [
  { label: "name-over-64", call: named(({ unknownName }) => unknownName.padEnd(65, "x")) },
  {
    label: "partial-arn-over-140",
    call: named(({ account, main }) => `${account}:function:${main.name}:${"y".repeat(128)}`),
  },
  { label: "name-in-upper-case", call: named(({ main }) => main.name.toUpperCase()) },
  { label: "empty-qualifier", call: named(({ main }) => main.name, "Qualifier=") },
  {
    label: "qualifier-twice",
    call: (fixture, sid) =>
      addPermission({
        functionName: label(fixture.main.name),
        query: `Qualifier=${aliasOf(fixture)}&Qualifier=${versionOf(fixture)}`,
        body: canonicalBody(sid),
      }),
  },
  { label: "latest-in-query", call: named(({ main }) => main.name, qualifierQuery("$LATEST")) },
  { label: "latest-in-name", call: named(({ main }) => `${main.name}:$LATEST`) },
  { label: "latest-in-both", call: named(({ main }) => `${main.name}:$LATEST`, qualifierQuery("$LATEST")) },
  { label: "unknown-action", call: member("Action", "lambda:Frobnicate") },
  { label: "empty-token", call: member("EventSourceToken", "") },
  { label: "token-of-another-service", call: extra({ EventSourceToken: "token" }) },
  { label: "token-with-source", call: extra({ ...withToken, SourceArn: "arn:aws:s3:::bucket" }) },
  { label: "token-with-account", call: extra({ ...withToken, SourceAccount: "123456789012" }) },
  {
    label: "token-with-source-and-account",
    call: extra({ ...withToken, SourceAccount: "123456789012", SourceArn: "arn:aws:s3:::bucket" }),
  },
  { label: "empty-principal", call: member("Principal", "") },
  { label: "line-break-in-principal", call: member("Principal", "s3.amazonaws.com\n") },
  { label: "unknown-service", call: member("Principal", "invalid.amazonaws.com") },
  { label: "empty-revision", call: member("RevisionId", "") },
  { label: "line-break-in-source-arn", call: member("SourceArn", "arn:aws:s3:::bucket\n") },
  { label: "null-token", call: member("EventSourceToken", null) },
  { label: "null-source-arn", call: member("SourceArn", null) },
  { label: "unknown-member", call: extra({ Unknown: "x" }) },
  { label: "member-in-other-case", call: extra({ sourceArn: "arn:aws:s3:::bucket" }) },
  ...Object.entries(statementParts).map(([name, value]) => ({
    label: `statement-part-${name}`,
    call: extra({ [name]: value }),
  })),
  { label: "account-root-as-principal", call: accountRoot },
  { label: "everyone-of-one-account", call: everyoneOfOneAccount },
  { label: "everyone-of-one-source", call: everyoneOfOneSource },
  { label: "principal-arn-one-colon-short", call: member("Principal", "arn:aws:iam:123456789012:root") },
  { label: "principal-arn-one-colon-more", call: member("Principal", "arn:aws:iam:::123456789012:root") },
  { label: "principal-arn-of-a-bucket", call: member("Principal", "arn:aws:s3:::bucket") },
  { label: "qualifier-in-body", call: extra({ Qualifier: "live" }) },
  {
    label: "member-twice",
    call: (fixture, sid) =>
      withBody(fixture, `${JSON.stringify(canonicalBody(sid)).slice(0, -1)},"StatementId":"${sid}"}`),
  },
  { label: "no-content-type", call: typed(null) },
  { label: "text-plain", call: typed("text/plain") },
  { label: "amz-json", call: typed("application/x-amz-json-1.1") },
  { label: "several-faults", call: (fixture) => withBody(fixture, { Action: "x", StatementId: "a b" }) },
  {
    label: "fault-and-unknown-function",
    call: (fixture, sid) => ({ ...named((s) => s.unknownName)(fixture, `${sid}.`) }),
  },
  { label: "two-readings", call: (fixture, sid) => twoReadings(fixture, sid) },
];

function twoReadings({ account, unknownName }: Fixture, sid: string) {
  return addPermission({
    functionName: labelKeepingColons(`${account}:${unknownName}`),
    body: canonicalBody(sid),
  });
}

/** A public principal, all actions, or an identity that may not exist: never sent to a real account. */
const destructives: readonly GroupedRequest[] = [
  { label: "any-action", call: member("Action", "*") },
  { label: "any-principal", call: member("Principal", "*") },
  { label: "user-arn", call: member("Principal", "arn:aws:iam::123456789012:user/somebody") },
];

/** Provokes the documented 429 and 500 on targets that offer a switch for it: a Prefer header. */
export const faults: Suite = {
  name: "faults",
  title: "The documented 429 and 500, where the target can be asked for them",
  testCases: () => grouped("faults/provoked", provoked, (index) => `pf${index}`, { needs: ["faults"] }),
};

const provoked: readonly GroupedRequest[] = [429, 500].map((code) => ({
  label: String(code),
  call: (fixture, sid) =>
    addPermission({
      functionName: label(fixture.main.name),
      body: canonicalBody(sid),
      headers: [
        ["Content-Type", "application/json"],
        ["Prefer", `code=${code}`],
      ],
    }),
}));

import { specialWords } from "../generators/arbitraries.ts";
import { equivalentJson, nonAsciiEscaped } from "../generators/json-forms.ts";
import { spellings as every, type Spelling } from "../generators/spellings.ts";
import { canonicalBody } from "../generators/valid-requests.ts";
import { addPermission, getPolicy, label, qualifierQuery } from "../spec/calls.ts";
import type { Fixture } from "../spec/fixture.ts";
import { services } from "../spec/principal.ts";
import {
  aliasOf,
  alone,
  bodyWith,
  type GroupedRequest,
  grouped,
  type Need,
  type Suite,
  scripted,
  type TestCase,
  versionOf,
  withBody,
  withCharset,
} from "./case.ts";

/** All forms of valid requests: spellings of the function, valid values, forms of the same JSON. */
export const spellings: Suite = {
  name: "spellings",
  title: "Every spelling of a function, every kind of valid value, every form of the same JSON",
  testCases: () => [...nameTestCases(), ...valueTestCases(), ...jsonTestCases()],
};

const forms: readonly string[] = ["name", "full-arn", "partial-arn"].flatMap((format) => [
  format,
  ...["version", "alias"].flatMap((kind) => [
    `${format}:${kind}`,
    `${format}?${kind}`,
    `${format}:${kind}?${kind}`,
  ]),
]);

/** One test case for each form: all its encodings, on the one policy that they name. */
function nameTestCases(): readonly TestCase[] {
  return forms.map((form) => {
    const needs = form.includes("version")
      ? ["versions" as const]
      : form.includes("alias")
        ? ["aliases" as const]
        : [];
    return scripted(`spellings/${form}`, { needs }, (fixture) => {
      const written = every(fixture, fixture.main, form);
      const qualifier = written[0]?.qualifier ?? null;
      return [
        alone("before", getPolicy(fixture.main.name, qualifier)),
        ...written.map((spelling, index) =>
          alone(spelling.encoded, spelled(spelling, `${short(form)}${index}`)),
        ),
        alone("after", getPolicy(fixture.main.name, qualifier)),
      ];
    });
  });
}

function spelled({ wire, query }: Spelling, sid: string) {
  return addPermission({ functionName: wire, query, body: canonicalBody(sid) });
}

function short(form: string): string {
  return `s${forms.indexOf(form).toString(36)}x`;
}

/** Resource parts with characters that a statement built by pasting text gets wrong, and special words. */
const resources = [
  "",
  "*",
  "a b",
  " a ",
  "a/",
  "é😀",
  "日本",
  "A:b/C?",
  "arn:aws:s3:::b junk",
  ["$", "{var}"].join(""),
  'a"b',
  "a'b",
  "a\\b",
  "\\u0041",
  "$&",
  "$1",
  "%s{0}",
  "%41",
  "a+b",
  "a&b",
  "<b>",
  "{}[]()|^`!",
  "#;=@,~",
  "007",
  "null",
  "__proto__",
  "a/b:*",
  "b/*",
  "a\u00a0b\u3000",
  "''\\\\%%",
  "{{b}}&amp;$HOME",
  "x/a/../B",
] as const;

/** What precedes the resource in an ARN: partitions, services, regions and accounts that the pattern admits. */
const fronts = [
  "arn:aws:sqs:eu-central-1:123456789012",
  "arn:aws-cn:s3::",
  "arn:aws:elasticloadbalancing:me-south-1:123456789012",
  "arn:aws-us-gov:sns:us-gov-west-1:111122223333",
  "arn:aws-iso:s3::",
  "arn:aws:x:ap-southeast-7:000000000000",
  "arn:aws-cn:sqs:us-east-1:123456789012",
  "arn:aws:4:eu-gov-west-1:",
  "arn:aws:logs:us-east-0:012345678901",
] as const;

/** Other members that are sent with some services. */
const sources: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "sns.amazonaws.com": { SourceArn: "arn:aws:sns:us-east-1:123456789012:topic" },
  "events.amazonaws.com": {
    SourceAccount: "123456789012",
    SourceArn: "arn:aws:events:us-east-1:123456789012:rule/name",
  },
};

/** Tokens that a store may read as a boolean, a number or nothing. */
const tokens = ["no", "1.10", "None"] as const;

const values: readonly GroupedRequest[] = [
  { label: "canonical", call: (fixture, sid) => withBody(fixture, canonicalBody(sid)) },
  ...["-", "--", "_", "0", "A", "z"].map(
    (outer): GroupedRequest => ({
      label: `StatementId-between-${outer}`,
      call: (fixture, sid) => withBody(fixture, canonicalBody(`${outer}${sid}${outer}`)),
    }),
  ),
  set("Action", "lambda:GetFunction"),
  { ...set("Action", "lambda:*"), label: "Action-all-of-lambda" },
  ...services.map((service): GroupedRequest => {
    const others = sources[service];
    if (others === undefined) return set("Principal", service);
    return {
      label: `Principal-${service}-with-${Object.keys(others).join("-and-")}`,
      call: (fixture, sid) => withBody(fixture, bodyWith("Principal", service, sid, others)),
    };
  }),
  set("Principal", "123456789012"),
  set("Principal", "012345678901"),
  set("Principal", "000000000000"),
  set("SourceArn", "arn:aws:s3:::bucket"),
  set("SourceArn", "arn:aws:sns:us-east-1:123456789012:topic"),
  ...resources.map((resource, at) => set("SourceArn", `${fronts[at % fronts.length]}:${resource}`)),
  // The pattern admits digits, hyphens and capitals in the service.
  set("SourceArn", "arn:aws:Iot1-Click:eu-central-1:123456789012:resource"),
  set("SourceAccount", "123456789012"),
  set("SourceAccount", "000000000000"),
  set("SourceAccount", "012345678901"),
  { label: "SourceAccount-with-SourceArn", call: (fixture, sid) => withBody(fixture, sourced(sid)) },
  set("EventSourceToken", "a.valid-token_1"),
  set("EventSourceToken", "t".repeat(256)),
  { ...set("EventSourceToken", "a.valid-token_1"), label: "EventSourceToken-of-another-statement" },
  ...[".t-", "-t."].map((token) => set("EventSourceToken", token)),
  ...[...specialWords, ...tokens].map((word) => set("EventSourceToken", word)),
  // Last, because it makes the policy large. A reader that decodes a body in pieces of an even size cuts a character.
  {
    ...set("SourceArn", `arn:aws:sqs:eu-central-1:123456789012:x${"é".repeat(2200)}`),
    label: "SourceArn-of-4-kB",
  },
];

function sourced(sid: string) {
  const { StatementId, ...others } = canonicalBody(sid);
  return { ...others, SourceAccount: "123456789012", SourceArn: "arn:aws:s3:::bucket", StatementId };
}

/** What a version and an alias take as well as the function. */
const qualified: readonly ((sid: string) => Readonly<Record<string, unknown>>)[] = [
  (sid) => bodyWith("Action", "lambda:GetFunction", sid),
  (sid) => bodyWith("Principal", "123456789012", sid),
  (sid) => bodyWith("EventSourceToken", "a.valid-token_1", sid),
  (sid) => bodyWith("SourceAccount", "123456789012", sid),
  (sid) => bodyWith("SourceArn", "arn:aws:s3:::bucket", sid),
  sourced,
  (sid) => ({ ...sourced(sid), Principal: "123456789012" }),
];

function qualifiedTestCase(kind: string, need: Need, qualifier: (fixture: Fixture) => string): TestCase {
  return scripted(`spellings/values-on-${kind}`, { needs: [need] }, (fixture) => [
    ...qualified.map((body, index) =>
      alone(
        `value-${index}`,
        addPermission({
          functionName: label(fixture.main.name),
          query: qualifierQuery(qualifier(fixture)),
          body: body(`w${index}`),
        }),
      ),
    ),
    // The qualifier is in the name of a version, and in the ARN of an alias.
    alone(
      "sourced-by-name",
      addPermission({
        functionName: label(`${fixture.main[kind === "version" ? "name" : "arn"]}:${qualifier(fixture)}`),
        body: sourced("wn"),
      }),
    ),
    alone("after", getPolicy(fixture.main.name, qualifier(fixture))),
  ]);
}

function set(member: Parameters<typeof bodyWith>[0], value: string): GroupedRequest {
  return {
    label: `${member}-${value.slice(0, 60)}`,
    call: (fixture, sid) => withBody(fixture, bodyWith(member, value, sid)),
  };
}

function valueTestCases(): readonly TestCase[] {
  const charset: GroupedRequest = {
    label: "charset",
    call: (fixture, sid) =>
      addPermission({
        functionName: label(fixture.main.name),
        body: canonicalBody(sid),
        headers: withCharset,
      }),
  };
  return [
    ...grouped("spellings/values", [...values, charset], (index) => `v${index}`),
    qualifiedTestCase("version", "versions", versionOf),
    qualifiedTestCase("alias", "aliases", aliasOf),
    scripted("spellings/special-ids", { clean: true }, (fixture: Fixture) => [
      ...specialWords.map((word) => alone(`add-${word}`, withBody(fixture, canonicalBody(word)))),
      alone("after", getPolicy(fixture.main.name)),
    ]),
  ];
}

function jsonTestCases(): readonly TestCase[] {
  const requests = equivalentJson(canonicalBody("j0")).map(
    ([label, write]): GroupedRequest => ({
      label,
      call: (fixture, sid) => withBody(fixture, write(canonicalBody(sid))),
    }),
  );
  const text: GroupedRequest = {
    label: "non-ascii-escaped",
    call: (fixture, sid) =>
      withBody(
        fixture,
        nonAsciiEscaped(bodyWith("SourceArn", "arn:aws:sqs:eu-central-1:123456789012:é😀", sid)),
      ),
  };
  return grouped("spellings/json", [...requests, text], (index) => `j${index}`);
}

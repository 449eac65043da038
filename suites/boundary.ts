import { type JsonForm, malformedJson, notAnObject } from "../generators/json-forms.ts";
import { memberValues } from "../generators/members.ts";
import { wrongRevisions } from "../generators/revision-id.ts";
import { canonicalBody } from "../generators/valid-requests.ts";
import { plainBodies } from "../generators/wire-bodies.ts";
import { addPermission, label, qualifierQuery } from "../spec/calls.ts";
import { type BodyMember, bodyMembers } from "../spec/constraint.ts";
import type { Call } from "../spec/exchange.ts";
import { type Fixture, lookalikes } from "../spec/fixture.ts";
import { services, tokenService } from "../spec/principal.ts";
import {
  aliasOf,
  bodyWith,
  type GroupedRequest,
  grouped,
  isIrremovableId,
  type Suite,
  type TestCase,
  versionOf,
  withBody,
} from "./case.ts";

/** Every limit of every member, and everything just outside: the same cases at every seed. */
export const boundary: Suite = {
  name: "boundary",
  title: "Edges and near-misses of every constraint, one fault a request",
  testCases: () => [
    ...bodyTestCases(),
    ...nameTestCases(),
    ...qualifierTestCases(),
    ...aliasTestCases(),
    ...interactionTestCases(),
    ...routeTestCases(),
    ...formTestCases(),
  ],
};

/** A labelled value; the function makes it from a new, valid one. */
interface Value<From> {
  readonly label: string;
  readonly value: (from: From) => unknown;
}

function bodyTestCases(): readonly TestCase[] {
  return bodyMembers.flatMap((member) => {
    const { nearMisses, edges } = memberValues[member];
    const [id, short] = [`boundary/${member}`, member.replace(/[a-z]/g, "")];
    // A token needs its own principal, and a request without a token tests that principal.
    const without = member === "EventSourceToken" ? [{ label: "left-out", value: () => undefined }] : [];
    return [
      ...grouped(id, nearMisses.map(inBody(member)), (index) => `m${short}${index}`),
      ...grouped(`${id}/edges`, [...without, ...edges].map(inBody(member)), (index) => `e${short}${index}`, {
        clean: member === "StatementId",
      }),
    ];
  });
}

/** A request with that value. Each has a new id; one new token or RevisionId serves all of them. */
function inBody(member: BodyMember): (one: Value<string>) => GroupedRequest {
  const fresh = (sid: string) => (member === "StatementId" ? `fresh${sid}` : "fresh1");
  return ({ label, value }) => ({
    label,
    call: (fixture, sid) => withBody(fixture, bodyWith(member, value(fresh(sid)), sid)),
    irremovable: isIrremovableId(member, value("fresh")),
  });
}

function nameTestCases(): readonly TestCase[] {
  const { nearMisses, edges } = memberValues.FunctionName;
  const inPath = ({ label, value }: Value<Fixture>): GroupedRequest => ({
    label,
    call: (fixture, sid) =>
      named(String(value({ ...fixture, unknownName: `${fixture.unknownName}${sid}` })), sid),
  });
  return [
    ...grouped("boundary/FunctionName", nearMisses.map(inPath), (at) => `fn${at}`),
    ...grouped("boundary/FunctionName/edges", edges.map(inPath), (at) => `fe${at}`, {
      needs: ["alias-lengths"],
    }),
  ];
}

/** The canonical request to a function, with a qualifier in the query or without. */
function named(name: string, sid: string, qualifier?: string): Call {
  const query = qualifier === undefined ? null : qualifierQuery(qualifier);
  return addPermission({ functionName: label(name), query, body: canonicalBody(sid) });
}

function qualifierTestCases(): readonly TestCase[] {
  const { nearMisses, edges } = memberValues.Qualifier;
  const inQuery =
    (existing: (fixture: Fixture) => string) =>
    ({ label, value }: Value<string>): GroupedRequest => ({
      label,
      call: (fixture, sid) => named(fixture.main.name, sid, String(value(existing(fixture)))),
    });
  const longest = ({ main }: Fixture) => main.aliases?.longest ?? "y".repeat(128);
  const sidAt = (at: number) => `qe${at}`;
  const sidOnLongest = sidAt(edges.findIndex(({ label }) => label === "max"));
  /** The id of the statement on the longest alias, on an alias whose name is the beginning of that one. */
  const onBeginning: GroupedRequest = {
    label: "beginning-of-max",
    call: (fixture) =>
      named(fixture.main.name, sidOnLongest, fixture.main.aliases?.arn141 ?? longest(fixture).slice(1)),
  };
  return [
    ...grouped("boundary/Qualifier", nearMisses.map(inQuery(aliasOf)), (at) => `q${at}`),
    ...grouped("boundary/Qualifier/edges", [...edges.map(inQuery(longest)), onBeginning], sidAt),
  ];
}

/** One fault of each member in a request to an alias. */
function aliasTestCases(): readonly TestCase[] {
  const faults: readonly (readonly [BodyMember, unknown])[] = [
    ["Action", undefined],
    ["Action", "s3:GetObject"],
    ["EventSourceToken", "a token"],
    ["Principal", undefined],
    ["Principal", "abc"],
    ["RevisionId", 7],
    ["SourceAccount", "12345"],
    ["SourceArn", "bucket"],
    ["StatementId", undefined],
    ["StatementId", "on.alias"],
    ["StatementId", "long-on-alias".padEnd(101, "x")],
    ["EventSourceToken", "t".repeat(257)],
  ];
  const requests = faults.map(
    ([member, value]): GroupedRequest => ({
      label: `${member}-${value === undefined ? "left-out" : String(value).slice(0, 20)}`,
      call: (fixture, sid) =>
        addPermission({
          functionName: label(fixture.main.name),
          query: qualifierQuery(aliasOf(fixture)),
          body: bodyWith(member, value, sid),
        }),
      irremovable: isIrremovableId(member, value),
    }),
  );
  return grouped("boundary/on-alias", requests, (index) => `al${index}`, { needs: ["aliases"] });
}

/**
 * One faulty member together with other members and another form of the function's name: a server may check a member
 * only if another one is absent, or only for one form of the name.
 */
function interactionTestCases(): readonly TestCase[] {
  const bucket = { SourceArn: "arn:aws:s3:::bucket" };
  const [account, alexa] = [{ Principal: "123456789012" }, { Principal: tokenService }];
  const token = { EventSourceToken: "a.valid-token_1" };
  const arnOfVersion = (fixture: Fixture) => `${fixture.main.arn}:${versionOf(fixture)}`;
  const partial = ({ account: own, main }: Fixture) => `${own}:function:${main.name}`;
  const requests: readonly (readonly [
    label: string,
    name: (fixture: Fixture) => string,
    members: Readonly<Record<string, unknown>>,
  ])[] = [
    [
      "Action-with-token",
      (fixture) => `${fixture.main.name}:${aliasOf(fixture)}`,
      { ...alexa, ...token, Action: "s3:GetObject" },
    ],
    [
      "Action-left-out-for-account",
      partial,
      { ...account, Action: undefined, SourceAccount: "123456789012" },
    ],
    [
      "EventSourceToken-with-source",
      ({ main }) => main.arn,
      { ...alexa, ...bucket, EventSourceToken: "a token" },
    ],
    ["Principal-with-source", arnOfVersion, { ...bucket, Principal: "abc" }],
    ["Principal-left-out-with-source", arnOfVersion, { ...bucket, Principal: undefined }],
    ["RevisionId-as-number", arnOfVersion, { RevisionId: 7 }],
    [
      "SourceAccount-with-source",
      arnOfVersion,
      { ...bucket, Principal: services[1], SourceAccount: "12345" },
    ],
    [
      "SourceArn-with-account",
      ({ main }) => main.name,
      { ...account, SourceAccount: "123456789012", SourceArn: "bucket" },
    ],
  ];
  return grouped(
    "boundary/interactions",
    requests.map(
      ([name, of, members]): GroupedRequest => ({
        label: name,
        call: (fixture, sid) =>
          addPermission({ functionName: label(of(fixture)), body: { ...canonicalBody(sid), ...members } }),
      }),
    ),
    (index) => `co${index}`,
    { needs: ["versions", "aliases"] },
  );
}

function routeTestCases(): readonly TestCase[] {
  const at =
    (target: (name: string) => string, method = "POST"): GroupedRequest["call"] =>
    (fixture, sid) => ({
      ...addPermission({ functionName: label(fixture.main.name), body: canonicalBody(sid), method }),
      target: target(fixture.main.name),
    });
  const path = (name: string) => `/2015-03-31/functions/${name}/policy`;
  const requests: readonly GroupedRequest[] = [
    { label: "put", call: at(path, "PUT") },
    { label: "patch", call: at(path, "PATCH") },
    { label: "older-version", call: at((name) => `/2014-11-13/functions/${name}/policy`) },
    { label: "newer-version", call: at((name) => `/2015-04-01/functions/${name}/policy`) },
    { label: "no-version", call: at((name) => `/functions/${name}/policy`) },
    { label: "empty-name", call: at(() => path("")) },
  ];
  return grouped("boundary/route", requests, (index) => `r${index}`, { needs: ["routes"] });
}

function formTestCases(): readonly TestCase[] {
  const written = (prefix: string, forms: Readonly<Record<string, JsonForm>>) =>
    Object.entries(forms).map(
      ([label, write]): GroupedRequest => ({
        label: `${prefix}-${label}`,
        call: (fixture, sid) => withBody(fixture, write(canonicalBody(sid))),
      }),
    );
  const bodies: readonly GroupedRequest[] = [
    ...written("malformed", malformedJson),
    ...written("no-object", notAnObject),
    { label: "empty", call: (fixture) => withBody(fixture, "") },
    { label: "no-body", call: (fixture) => withBody(fixture, null) },
    { label: "empty-object", call: (fixture) => withBody(fixture, {}) },
  ];
  const revisions = Object.entries(wrongRevisions).map(
    ([label, value]): GroupedRequest => ({
      label,
      call: (fixture, sid) => withBody(fixture, bodyWith("RevisionId", value, sid)),
    }),
  );
  const unusual = plainBodies.map(
    (one): GroupedRequest => ({ label: one.label, call: ({ main }, sid) => one.make(label(main.name), sid) }),
  );
  return [
    ...grouped("boundary/body", bodies, (index) => `f${index}`),
    ...grouped("boundary/body/unusual", unusual, (index) => `u${index}`),
    ...grouped("boundary/RevisionId/wrong", revisions, (index) => `rv${index}`),
    ...grouped("boundary/resource", missing, (index) => `p${index}`),
  ];
}

/** Functions, versions and aliases that do not exist, and names that contradict the qualifier. */
const missing: readonly GroupedRequest[] = [
  { label: "unknown-function", call: (fixture, sid) => named(fixture.unknownName, sid) },
  { label: "unknown-version", call: ({ main }, sid) => named(`${main.name}:4242`, sid) },
  { label: "unknown-alias", call: ({ main }, sid) => named(`${main.name}:no-such-alias`, sid) },
  { label: "unknown-alias-in-query", call: ({ main }, sid) => named(main.name, sid, "no-such-alias") },
  { label: "unknown-qualifier-with-dollar", call: ({ main }, sid) => named(main.name, sid, "no$such") },
  ...["constructor", "toString", "__proto__", "hasOwnProperty"].map(
    (word): GroupedRequest => ({
      label: `unknown-alias-${word}`,
      call: ({ main }, sid) => named(main.name, sid, word),
    }),
  ),
  {
    label: "unknown-alias-in-arn",
    call: ({ main }, sid) => named(`${main.arn}:no-such-alias`, sid),
  },
  {
    label: "unknown-version-in-partial-arn",
    call: ({ account, main }, sid) =>
      addPermission({
        functionName: label(`${account}:function:${main.name}:4242`),
        body: bodyWith("SourceArn", "arn:aws:s3:::bucket", sid),
      }),
  },
  // It begins with the number of a version.
  {
    label: "unknown-longest-qualifier",
    call: (fixture, sid) => named(fixture.main.name, sid, versionOf(fixture).padEnd(128, "z")),
  },
  {
    label: "other-region",
    call: (fixture, sid) => named(movedTo(fixture, { region: otherRegion(fixture) }), sid),
  },
  {
    label: "other-account",
    call: (fixture, sid) => named(movedTo(fixture, { account: "111122223333" }), sid),
  },
  {
    label: "other-account-with-alias",
    call: (fixture, sid) =>
      named(`${movedTo(fixture, { account: "111122223333" })}:${aliasOf(fixture)}`, sid),
  },
  {
    label: "other-account-in-partial-arn",
    call: ({ main }, sid) => named(`111122223333:function:${main.name}`, sid),
  },
  {
    label: "other-partition",
    call: (fixture, sid) =>
      named(movedTo(fixture, { partition: "aws-us-gov", region: "us-gov-west-1" }), sid),
  },
  {
    label: "other-partition-alone",
    call: (fixture, sid) => named(movedTo(fixture, { partition: "aws-us-gov" }), sid),
  },
  {
    label: "partition-of-china",
    call: (fixture, sid) => named(movedTo(fixture, { partition: "aws-cn", region: "cn-north-1" }), sid),
  },
  {
    label: "qualifiers-disagree",
    call: (fixture, sid) => named(`${fixture.main.name}:${aliasOf(fixture)}`, sid, versionOf(fixture)),
  },
  {
    label: "qualifiers-disagree-in-arn",
    call: (fixture, sid) => named(`${fixture.main.arn}:${aliasOf(fixture)}`, sid, versionOf(fixture)),
  },
  // What a store takes for a name that exists: by its beginning, by a pattern, in other letter case, or as a number.
  { label: "unknown-function-beginning", call: (fixture, sid) => named(lookalikes(own(fixture))[0], sid) },
  {
    label: "unknown-function-underscore",
    call: (fixture, sid) => named(lookalikes(own(fixture))[1], sid),
  },
  {
    label: "unknown-alias-underscore",
    call: (fixture, sid) => named(fixture.main.name, sid, ownAlias(fixture).replace(/^(.)./, "$1_")),
  },
  {
    label: "unknown-alias-letter-case",
    call: (fixture, sid) =>
      named(
        fixture.main.name,
        sid,
        ownAlias(fixture).replace(/^./, (first) => first.toUpperCase()),
      ),
  },
  {
    label: "unknown-version-leading-zero",
    call: (fixture, sid) => named(fixture.main.name, sid, `0${versionOf(fixture)}`),
  },
  {
    label: "unknown-version-beyond-32-bits",
    call: (fixture, sid) => named(fixture.main.name, sid, String(2 ** 32 + Number(versionOf(fixture)))),
  },
  { label: "unknown-version-zero", call: ({ main }, sid) => named(main.name, sid, "0") },
  {
    label: "unknown-alias-longer",
    call: (fixture, sid) => named(fixture.main.name, sid, `${ownAlias(fixture)}x`),
  },
  { label: "unknown-latest-in-lower-case", call: ({ main }, sid) => named(main.name, sid, "$latest") },
];

/** The name of a function that the run created; nothing is sent to names that resemble those of others. */
function own({ recipe, main, unknownName }: Fixture): string {
  return recipe === null ? unknownName : main.name;
}

function ownAlias(fixture: Fixture): string {
  return fixture.recipe === null ? "no-such-alias" : aliasOf(fixture);
}

/** The full ARN of the fixture's function, with another partition, region or account. */
function movedTo(
  fixture: Fixture,
  where: Partial<Pick<Fixture, "partition" | "region" | "account">>,
): string {
  const { partition, region, account } = { ...fixture, ...where };
  return `arn:${partition}:lambda:${region}:${account}:function:${fixture.main.name}`;
}

function otherRegion({ region }: Fixture): string {
  return region === "eu-west-1" ? "us-west-2" : "eu-west-1";
}

import { type JsonForm, malformedJson, notAnObject } from "../generators/json-forms.ts";
import { memberValues } from "../generators/members.ts";
import { wrongRevisions } from "../generators/revision-id.ts";
import { canonicalBody } from "../generators/valid-requests.ts";
import { plainBodies } from "../generators/wire-bodies.ts";
import { addPermission, label, qualifierQuery } from "../spec/calls.ts";
import { bodyMembers } from "../spec/constraint.ts";
import type { Call } from "../spec/exchange.ts";
import { type Fixture, lookalikes } from "../spec/fixture.ts";
import {
  aliasOf,
  bodyWith,
  byPolicy,
  type GroupedRequest,
  grouped,
  isIrremovableId,
  type PolicyKind,
  policyInTurn,
  qualifierOf,
  requestInTurn,
  type Suite,
  type TestCase,
  versionOf,
  withBody,
  withOneMember,
} from "./case.ts";

/** Every limit of every member, and everything just outside: the same cases at every seed. */
export const boundary: Suite = {
  name: "boundary",
  title: "Edges and near-misses of every constraint, one fault a request",
  testCases: () =>
    byPolicy([
      ...bodyTestCases(),
      ...nameTestCases(),
      ...qualifierTestCases(),
      ...routeTestCases(),
      ...formTestCases(),
    ]),
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
    const newly = (sid: string) => (member === "StatementId" ? `fresh${sid}` : "fresh1");
    const faulty = nearMisses.map(({ label, value }, at) =>
      withOneMember(member, { label, value: (sid) => value(newly(sid)) }, at),
    );
    const valid = [...without, ...edges].map(
      ({ label, value }): GroupedRequest => ({
        label,
        call: (fixture, sid) => withBody(fixture, bodyWith(member, value(newly(sid)), sid)),
        irremovable: isIrremovableId(member, value("fresh")),
      }),
    );
    return [
      ...grouped(id, faulty, (index) => `m${short}${index}`),
      ...grouped(`${id}/edges`, valid, (index) => `e${short}${index}`, { clean: member === "StatementId" }),
    ];
  });
}

function nameTestCases(): readonly TestCase[] {
  const { nearMisses, edges } = memberValues.FunctionName;
  const inPath = ({ label, value }: Value<Fixture>, policy: PolicyKind): GroupedRequest => ({
    label,
    policy,
    call: (fixture, sid) => {
      const name = String(value({ ...fixture, unknownName: `${fixture.unknownName}${sid}` }));
      // What may be read as a qualifier would disagree with the one in the query.
      const isUnqualified = /^[^:]*$|:function:[^:]*$/.test(name);
      return named(name, sid, (isUnqualified && qualifierOf(fixture, policy)) || undefined);
    },
  });
  const faulty = nearMisses.map((one, at) => inPath(one, policyInTurn(at)));
  const valid = edges.map((one) => inPath(one, "function"));
  return [
    ...grouped("boundary/FunctionName", faulty, (at) => `fn${at}`),
    ...grouped("boundary/FunctionName/edges", valid, (at) => `fe${at}`, { needs: ["alias-lengths"] }),
  ];
}

/** The canonical request to a function, with a qualifier in the query or without. */
function named(name: string, sid: string, qualifier?: string): Call {
  const query = qualifier === undefined ? null : qualifierQuery(qualifier);
  return addPermission({ functionName: label(name), query, body: canonicalBody(sid) });
}

function qualifierTestCases(): readonly TestCase[] {
  const { nearMisses, edges } = memberValues.Qualifier;
  const inQuery = (
    { label, value }: Value<string>,
    existing: (fixture: Fixture) => string,
    format: "name" | "arn" = "name",
  ): GroupedRequest => ({
    label,
    call: (fixture, sid) => named(fixture.main[format], sid, String(value(existing(fixture)))),
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
  const faulty = nearMisses.map((one, at) => inQuery(one, aliasOf, at % 2 === 0 ? "name" : "arn"));
  const valid = edges.map((one) => inQuery(one, longest));
  return [
    ...grouped("boundary/Qualifier", faulty, (at) => `q${at}`),
    ...grouped("boundary/Qualifier/edges", [...valid, onBeginning], sidAt),
  ];
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
      ([label, write], at): GroupedRequest => ({
        label: `${prefix}-${label}`,
        policy: policyInTurn(at),
        call: (fixture, sid) => requestInTurn(fixture, at, write(canonicalBody(sid))),
      }),
    );
  const bodies: readonly GroupedRequest[] = [
    ...written("malformed", malformedJson),
    ...written("no-object", notAnObject),
    { label: "empty", call: (fixture) => withBody(fixture, "") },
    { label: "no-body", call: (fixture) => withBody(fixture, null) },
    { label: "empty-object", call: (fixture) => withBody(fixture, {}) },
  ];
  const revisions = Object.entries(wrongRevisions).map(([label, value], at) =>
    withOneMember("RevisionId", { label, value: () => value }, at),
  );
  const unusual = plainBodies.map(
    (one): GroupedRequest => ({
      label: one.label,
      call: (fixture, sid) => one.make(label(fixture.main.name), sid, aliasOf(fixture)),
    }),
  );
  return [
    ...grouped("boundary/body", bodies, (index) => `f${index}`),
    ...grouped("boundary/body/unusual", unusual, (index) => `u${index}`),
    ...grouped("boundary/RevisionId/wrong", revisions, (index) => `rv${index}`),
    ...grouped("boundary/resource", missing, (index) => `p${index}`),
  ];
}

/** Partitions by the mark before the qualifier of the function; the second one for targets in the first one. */
const otherPartitions = {
  "": ["aws-us-gov", "aws-cn"],
  ":": ["aws-us-gov", "aws-cn"],
  "?": ["aws-cn", "aws-us-gov"],
} as const;

/** A function of another region, account or partition: alone, with an alias after it, or with a version in the query. */
function inOther(what: string, mark: string, name: (fixture: Fixture) => string): GroupedRequest {
  return {
    label: `other-${what}${mark === "" ? "" : mark === ":" ? "-with-alias" : "-with-version"}`,
    call: (fixture, sid) =>
      mark === "?"
        ? named(name(fixture), sid, versionOf(fixture))
        : named(name(fixture) + (mark === "" ? "" : `:${aliasOf(fixture)}`), sid),
  };
}

/** Functions, versions and aliases that do not exist, and names that contradict the qualifier. */
const missing: readonly GroupedRequest[] = [
  // A request must not create the function that it names.
  ...["unknown-function", "unknown-function-again"].map(
    (again): GroupedRequest => ({
      label: again,
      call: (fixture, sid) => named(fixture.unknownName, sid),
    }),
  ),
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
  ...Object.entries(otherPartitions).flatMap(([mark, partitions]) => [
    inOther("region", mark, (fixture) => movedTo(fixture, { region: otherRegion(fixture) })),
    inOther("account", mark, (fixture) => movedTo(fixture, { account: otherAccount(fixture) })),
    inOther(
      "account-in-partial-arn",
      mark,
      (fixture) => `${otherAccount(fixture)}:function:${fixture.main.name}`,
    ),
    inOther("partition-alone", mark, (fixture) =>
      movedTo(fixture, { partition: otherThan(fixture.partition, partitions) }),
    ),
  ]),
  {
    label: "other-partition",
    call: (fixture, sid) => named(movedTo(fixture, otherPlace(fixture)), sid),
  },
  {
    label: "qualifiers-disagree",
    call: (fixture, sid) => named(`${fixture.main.name}:${aliasOf(fixture)}`, sid, versionOf(fixture)),
  },
  {
    label: "qualifiers-disagree-in-arn",
    call: (fixture, sid) => named(`${fixture.main.arn}:${aliasOf(fixture)}`, sid, versionOf(fixture)),
  },
  {
    label: "qualifiers-disagree-in-partial-arn",
    call: (fixture, sid) =>
      named(`${fixture.account}:function:${fixture.main.name}:${versionOf(fixture)}`, sid, aliasOf(fixture)),
  },
  // What a store takes for a name that exists: by its beginning, by a pattern, in other letter case, or as a number.
  { label: "unknown-function-beginning", call: (fixture, sid) => named(lookalikes(own(fixture))[0], sid) },
  {
    label: "unknown-function-underscore",
    call: (fixture, sid) => named(lookalikes(own(fixture))[1], sid),
  },
  { label: "unknown-function-longer", call: (fixture, sid) => named(lookalikes(own(fixture))[2], sid) },
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
  return otherThan(region, ["eu-west-1", "us-west-2"]);
}

function otherAccount({ account }: Fixture): string {
  return otherThan(account, ["111122223333", "444455556666"]);
}

/** A partition with a region of its own. */
function otherPlace({ partition }: Fixture) {
  return partition === "aws-us-gov"
    ? { partition: "aws-cn", region: "cn-north-1" }
    : { partition: "aws-us-gov", region: "us-gov-west-1" };
}

/** The first of two values, or the second where the fixture has the first. */
function otherThan(own: string, [first, second]: readonly [string, string]): string {
  return own === first ? second : first;
}

import { firstRevisions } from "../generators/revision-id.ts";
import { canonicalBody } from "../generators/valid-requests.ts";
import {
  addPermission,
  createFunction,
  deleteFunction,
  getAlias,
  getFunction,
  getPolicy,
  label,
  publishVersion,
  qualifierQuery,
  removePermission,
} from "../spec/calls.ts";
import type { BodyMember } from "../spec/constraint.ts";
import { type Batch, type Call, type Exchange, revisionSlot, versionSlot } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { tokenService } from "../spec/principal.ts";
import {
  add,
  aliasOf,
  alone,
  bodyWith,
  clean,
  guarded,
  needsOf,
  ofVersion,
  type PolicyKind,
  policyKinds,
  qualifierOf,
  queryOf,
  type Suite,
  scripted,
  type TestCase,
  versionOf,
  withBody,
} from "./case.ts";
import { neighbourTestCases } from "./neighbours.ts";

/** Short histories, one for each claim about the content of a policy and about current revisions. */
export const state: Suite = {
  name: "state",
  title: "Short histories on the policy's state: duplicates, removals, separate policies, revisions",
  testCases: () => [
    ...idTestCases,
    ...separationTestCases,
    ...revisionTestCases,
    ...lifeTestCases,
    ...neighbourTestCases,
  ],
};

const main = ({ main: { name } }: Fixture) => name;
const other = ({ other: second }: Fixture) => second?.name ?? "";

/** The same steps on the policy of the function, of its version and of its alias. */
function onEachPolicy(
  id: string,
  steps: (fixture: Fixture, qualifier: string | null) => readonly Batch[],
): readonly TestCase[] {
  return policyKinds.map((kind) =>
    scripted(
      `state/${id}${kind === "function" ? "" : `-on-${kind}`}`,
      { ...clean, needs: needsOf[kind] },
      (fixture) => steps(fixture, qualifierOf(fixture, kind)),
    ),
  );
}

/** An addition that differs from the canonical one in every member but the id. */
function otherwise(
  fixture: Fixture,
  sid: string,
  qualifier: string | null,
  { Principal = "sns.amazonaws.com", name = main(fixture) } = {},
): Call {
  const body = { ...canonicalBody(sid), Action: "lambda:GetFunction", Principal };
  return addPermission({ functionName: label(name), query: queryOf(qualifier), body });
}

function forAccount(sid: string) {
  return bodyWith("Principal", "123456789012", sid);
}

function read(fixture: Fixture, key = "read"): Batch {
  return alone(key, getPolicy(main(fixture)));
}

/** Ids that differ only in their end, in letter case, in how a number is written, or in a mark; and more, to make 52. */
const alike: readonly string[] = [
  ...["a-b", "a_b", "ab", "ab-", "letters", "LETTERS", "7", "07", "16", "0x10"],
  ...["a", "b"].map((end) => "p".repeat(98) + end),
  ...["007", "1e1", "10", "Allow"],
  ...Array.from({ length: 36 }, (_, at) => `long-${at}`),
];

/** The number of them that are sent to a version and to an alias. */
const onQualifiers = 12;

/** One fault of each kind. A refused request must not change the policy or its revision. */
const faulty: readonly (readonly [BodyMember, unknown])[] = [
  ["Action", undefined],
  ["EventSourceToken", "t".repeat(257)],
  ["Principal", "abc"],
  ["SourceAccount", 7],
  ["SourceArn", "bucket"],
];

const sourced = { SourceAccount: "123456789012", SourceArn: "arn:aws:s3:::bucket" };

const idTestCases: readonly TestCase[] = [
  ...onEachPolicy("alike", (fixture, qualifier) => [
    ...alike
      .slice(0, qualifier === null ? alike.length : onQualifiers)
      .flatMap((sid) => [
        ...(sid === "LETTERS" ? [alone("between", getPolicy(main(fixture), qualifier))] : []),
        alone(sid, add(main(fixture), sid, queryOf(qualifier))),
      ]),
    alone("read", getPolicy(main(fixture), qualifier)),
    ...[alike[onQualifiers - 1], alike[0], ...(qualifier === null ? alike.slice(-1) : [])].map((sid = "") =>
      alone(`again-${sid}`, otherwise(fixture, sid, qualifier)),
    ),
    ...(qualifier === null ? [] : faulty).map(([member, value]) =>
      alone(
        `faulty-${member}`,
        addPermission({
          functionName: label(main(fixture)),
          query: queryOf(qualifier),
          body: bodyWith(member, value, "faulty"),
        }),
      ),
    ),
    alone("read-last", getPolicy(main(fixture), qualifier)),
  ]),
  ...onEachPolicy("duplicate", (fixture, qualifier) => [
    alone("first", add(main(fixture), "twice", queryOf(qualifier))),
    alone("between", getPolicy(main(fixture), qualifier)),
    alone("again", otherwise(fixture, "twice", qualifier)),
    // For another kind of principal, with a partial ARN, and the full ARN of a version or alias.
    alone(
      "once-more",
      otherwise(fixture, "twice", qualifier, {
        Principal: "123456789012",
        name: qualifier === null ? `${fixture.account}:function:${main(fixture)}` : fixture.main.arn,
      }),
    ),
    alone("read", getPolicy(main(fixture), qualifier)),
  ]),
  scripted("state/duplicate-content", clean, (fixture) => [
    alone("first", add(main(fixture), "same")),
    read(fixture, "between"),
    alone("again", add(main(fixture), "same")),
    read(fixture),
  ]),
  scripted("state/duplicate-of-older", clean, (fixture) => [
    ...["a", "b", "c"].map((sid) => alone(sid, add(main(fixture), `older-${sid}`))),
    read(fixture, "between"),
    alone("again", withBody(fixture, bodyWith("Principal", "sns.amazonaws.com", "older-a"))),
    read(fixture),
  ]),
  scripted("state/free-after-removal", clean, (fixture) => [
    alone("add", add(main(fixture), "again")),
    alone("stay", add(main(fixture), "stay")),
    alone("remove", removePermission(main(fixture), "again")),
    alone("add-again", add(main(fixture), "again")),
    read(fixture),
  ]),
  // A store must forget the content and the id of a removed statement.
  scripted("state/removed-and-added-otherwise", clean, (fixture) => {
    const [id, long] = ["again", "b".repeat(100)];
    return [
      alone("add", add(main(fixture), id)),
      read(fixture, "first"),
      alone("remove", removePermission(main(fixture), id)),
      alone("add-otherwise", withBody(fixture, bodyWith("SourceArn", "arn:aws:s3:::bucket", id))),
      read(fixture, "otherwise"),
      alone("add-long", add(main(fixture), long)),
      alone("remove-again", removePermission(main(fixture), id)),
      alone("taken", withBody(fixture, bodyWith("SourceArn", "arn:aws:s3:::bucket", long))),
      alone("remove-long", removePermission(main(fixture), long)),
      alone("add-last", add(main(fixture), "last")),
      read(fixture),
    ];
  }),
  scripted("state/refusals-between-reads", clean, (fixture) => [
    alone("keep", add(main(fixture), "keep")),
    read(fixture, "before"),
    read(fixture, "again"),
    // The members of a refused request must not appear in a later statement.
    alone("taken", withBody(fixture, { ...canonicalBody("keep"), ...sourced })),
    alone("missing-action", withBody(fixture, { Principal: "s3.amazonaws.com", StatementId: "n1" })),
    read(fixture, "after-400"),
    alone(
      "wrong-revision",
      withBody(fixture, { ...bodyWith("RevisionId", "wrong", "n2"), SourceArn: "arn:aws:s3:::bucket" }),
    ),
    read(fixture, "after-412"),
    alone("bad-principal", withBody(fixture, bodyWith("Principal", "abc", "n3"))),
    read(fixture, "after-principal"),
    alone("nested", withBody(fixture, { ...canonicalBody("n4"), Principal: { AWS: { x: 1 } } })),
    read(fixture, "after-nested"),
    alone("truncated", withBody(fixture, '{"StatementId":"n7",')),
    alone("long-id", withBody(fixture, bodyWith("EventSourceToken", "t8", "n8".padEnd(101, "x")))),
    read(fixture, "after-long-id"),
    alone("bad-source", withBody(fixture, bodyWith("SourceArn", "bucket", "n6"))),
    alone(
      "unknown-alias",
      addPermission({
        functionName: label(main(fixture)),
        query: qualifierQuery("no-such-alias"),
        body: bodyWith("SourceAccount", "123456789012", "n5"),
      }),
    ),
    read(fixture),
    ...["n1", "n2", "n5", "n6"].map((sid) => alone(`${sid}-again`, add(main(fixture), sid))),
  ]),
];

const both = { clean: true, needs: ["versions", "aliases"] } as const;

const separationTestCases: readonly TestCase[] = [
  scripted("state/one-id-in-three-policies", both, (fixture) => [
    alone("on-version", add(main(fixture), "shared", qualifierQuery(versionOf(fixture)))),
    alone("on-alias", add(main(fixture), "shared", qualifierQuery(aliasOf(fixture)))),
    alone("on-function", add(main(fixture), "shared")),
    read(fixture),
    alone("read-version", getPolicy(main(fixture), versionOf(fixture))),
    alone("read-alias", getPolicy(main(fixture), aliasOf(fixture))),
    ...[versionOf, aliasOf].map((qualifierOf) => {
      const qualifier = qualifierOf(fixture);
      return alone(`remove-${qualifier}`, removePermission(main(fixture), "shared", { qualifier }));
    }),
    read(fixture, "read-function-again"),
    alone("still-taken", add(main(fixture), "shared")),
  ]),
  ...["1", "live"].map((qualifier) =>
    scripted(`state/only-on-${qualifier}`, both, (fixture) => [
      alone(
        "add",
        add(main(fixture), "only", qualifierQuery(qualifier === "1" ? versionOf(fixture) : aliasOf(fixture))),
      ),
      read(fixture),
      alone("read-version", getPolicy(main(fixture), versionOf(fixture))),
      alone("read-alias", getPolicy(main(fixture), aliasOf(fixture))),
      ...(qualifier === "1" ? [] : emptied(fixture)),
    ]),
  ),
  scripted("state/only-on-the-function", both, (fixture) => [
    alone("add", add(main(fixture), "own")),
    alone("read-version", getPolicy(main(fixture), versionOf(fixture))),
    alone("read-alias", getPolicy(main(fixture), aliasOf(fixture))),
  ]),
  scripted("state/two-functions", { clean: true, needs: ["other"] }, (fixture) => [
    alone("on-first", add(main(fixture), "twin")),
    alone("read-second", getPolicy(other(fixture))),
    alone("on-second", add(other(fixture), "twin")),
    read(fixture),
    alone("read-second-again", getPolicy(other(fixture))),
  ]),
];

/** The function loses its last statement, and its alias keeps its own. */
function emptied(fixture: Fixture): readonly Batch[] {
  return [
    alone("add-to-function", add(main(fixture), "only")),
    alone("read-alias-between", getPolicy(main(fixture), aliasOf(fixture))),
    alone("remove-from-function", removePermission(main(fixture), "only")),
    alone("read-alias-again", getPolicy(main(fixture), aliasOf(fixture))),
    alone("still-taken", add(main(fixture), "only", qualifierQuery(aliasOf(fixture)))),
  ];
}

/**
 * With `firstPolicy` it tries the policy's own revision first, and then that of the function or alias. Without, it tries them
 * the other way round, after a removal.
 */
function currentRevision(id: string, of: PolicyKind, firstPolicy: boolean): TestCase {
  const start = (fixture: Fixture) => {
    const qualifier = qualifierOf(fixture, of);
    const query = queryOf(qualifier);
    const shown =
      of === "alias" ? getAlias(main(fixture), aliasOf(fixture)) : getFunction(main(fixture), qualifier);
    const own = (key: string) => alone(key, getPolicy(main(fixture), qualifier));
    const resource = alone("resource", shown);
    const first = firstPolicy ? "policy" : "resource";
    const second = firstPolicy ? "resource" : "policy";
    const removal = [
      alone("gone", add(main(fixture), "gone", query)),
      alone("remove", removePermission(main(fixture), "gone", { qualifier })),
    ];
    const opening: readonly Batch[] = [
      alone("seed", add(main(fixture), "seed", query)),
      ...(firstPolicy ? [] : removal),
      own("policy"),
      resource,
    ];
    return (done: readonly (readonly Exchange[])[]): Batch | null => {
      if (done.length < opening.length) return opening[done.length] ?? null;
      if (done.length === opening.length) return [guarded(fixture, "guarded", first, { query })];
      if (done.length > opening.length + 1) return null;
      const answer = done.at(-1)?.[0]?.answer;
      const refused = answer === undefined || (answer.kind === "response" && answer.status === 412);
      return refused ? [guarded(fixture, "guarded-2", second, { query })] : own("policy-again");
    };
  };
  return { id: `state/${id}`, needs: needsOf[of], clean: true, destructive: false, start };
}

const tokenMembers = { EventSourceToken: "a.valid-token_1", Principal: tokenService };

/** The full ARN, with a version after it, and with an alias in the query. */
function onArn({ main: { arn, versions } }: Fixture, qualifier: string) {
  return versions.includes(qualifier)
    ? { name: `${arn}:${qualifier}` }
    : { name: arn, query: queryOf(qualifier) };
}

const revisionTestCases: readonly TestCase[] = [
  // Each addition needs the revision that the one before made; the last two must be refused although theirs is current.
  scripted("state/current-revisions-in-turn", clean, (fixture) => [
    alone("seed", add(main(fixture), "seed")),
    read(fixture, "first"),
    alone("function", getFunction(main(fixture))),
    [guarded(fixture, "sourced", "first", { members: sourced })],
    read(fixture, "second"),
    alone("function-again", getFunction(main(fixture))),
    [guarded(fixture, "on-arn", "second", { name: fixture.main.arn, members: tokenMembers })],
    read(fixture, "third"),
    [guarded(fixture, "seed", "third", { members: { Action: "lambda:GetFunction" }, key: "taken" })],
    [guarded(fixture, "malformed", "third", { members: { SourceArn: "bucket" } })],
    read(fixture),
  ]),
  currentRevision("current-revision-of-the-policy", "function", true),
  currentRevision("current-revision-of-the-function", "function", false),
  currentRevision("current-revision-of-the-version-policy", "version", true),
  currentRevision("current-revision-of-the-version", "version", false),
  currentRevision("current-revision-of-the-alias-policy", "alias", true),
  currentRevision("current-revision-of-the-alias", "alias", false),
  ...(["policy", "resource"] as const).map((source) =>
    scripted(`state/revision-used-twice-from-${source}`, clean, (fixture) => [
      alone("seed", add(main(fixture), "seed")),
      alone("policy", getPolicy(main(fixture))),
      alone("resource", getFunction(main(fixture))),
      [guarded(fixture, "first-use", source)],
      [guarded(fixture, "second-use", source)],
      read(fixture),
    ]),
  ),
  ...onEachPolicy("stale-revision", (fixture, qualifier) => {
    const query = queryOf(qualifier);
    return [
      alone("seed", add(main(fixture), "seed", query)),
      alone("old", getPolicy(main(fixture), qualifier)),
      // For another kind of principal than most, because a revision must change with each.
      alone(
        "change",
        addPermission({ functionName: label(main(fixture)), query, body: forAccount("change") }),
      ),
      alone("new", getPolicy(main(fixture), qualifier)),
      [guarded(fixture, "stale", "old", { query })],
      ...(qualifier === null ? [] : [[guarded(fixture, "stale-on-arn", "old", onArn(fixture, qualifier))]]),
      alone("read", getPolicy(main(fixture), qualifier)),
    ];
  }),
  // A revision that counts statements is the same after an addition and a removal.
  scripted("state/stale-revision-of-as-many", clean, (fixture) => [
    alone("seed", add(main(fixture), "seed")),
    alone("old", getPolicy(main(fixture))),
    alone("change", add(main(fixture), "change")),
    alone("remove", removePermission(main(fixture), "seed")),
    [guarded(fixture, "stale", "old")],
    [guarded(fixture, "stale-on-arn", "old", { name: fixture.main.arn })],
    [
      guarded(fixture, "stale-on-partial-arn", "old", {
        name: `${fixture.account}:function:${main(fixture)}`,
        members: { ...sourced, Action: "lambda:GetFunction", Principal: "123456789012" },
      }),
    ],
    [guarded(fixture, "stale-with-token", "old", { members: tokenMembers, charset: true })],
    read(fixture),
  ]),
  scripted("state/foreign-revision", { clean: true, needs: ["other"] }, (fixture) => [
    alone("seed", add(main(fixture), "seed")),
    alone("seed-other", add(other(fixture), "seed")),
    alone("own", getPolicy(main(fixture))),
    alone("own-function", getFunction(main(fixture))),
    alone("foreign", getPolicy(other(fixture))),
    [guarded(fixture, "borrowed", "foreign")],
    read(fixture),
  ]),
  ...[versionOf, aliasOf].map((qualifierOf, at) =>
    scripted(
      `state/foreign-revision-of-its-${at === 0 ? "version" : "alias"}`,
      { clean: true, needs: [at === 0 ? "versions" : "aliases"] },
      (fixture) => [
        alone("seed", add(main(fixture), "seed")),
        alone("seed-qualified", add(main(fixture), "seed", qualifierQuery(qualifierOf(fixture)))),
        alone("own", getPolicy(main(fixture))),
        alone("own-function", getFunction(main(fixture))),
        alone("foreign", getPolicy(main(fixture), qualifierOf(fixture))),
        alone(
          "foreign-resource",
          at === 0
            ? getFunction(main(fixture), versionOf(fixture))
            : getAlias(main(fixture), aliasOf(fixture)),
        ),
        [guarded(fixture, "borrowed", "foreign")],
        [guarded(fixture, "lent", "own", { query: qualifierQuery(qualifierOf(fixture)) })],
        read(fixture),
      ],
    ),
  ),
  // It begins with the current revision, so a target that compares a part of it finds no difference.
  scripted("state/longer-revision", clean, (fixture) => [
    alone("seed", add(main(fixture), "seed")),
    alone("own", getPolicy(main(fixture))),
    ...[`${revisionSlot}0`, `${revisionSlot} `, `"${revisionSlot}"`].map((revision, at) => [
      {
        key: `longer-${at}`,
        revisionFrom: "own",
        call: withBody(fixture, bodyWith("RevisionId", revision, "longer")),
      },
    ]),
    // Where the policy holds a statement, these are no revision of it.
    ...Object.entries(firstRevisions).map(([label, revision]) =>
      alone(label, withBody(fixture, bodyWith("RevisionId", revision, "longer"))),
    ),
    read(fixture),
  ]),
];

const lifeTestCases: readonly TestCase[] = [
  scripted(
    "state/published-version-starts-empty",
    { clean: true, needs: ["versions", "create"] },
    (fixture) => [
      alone("grant", add(main(fixture), "granted")),
      read(fixture, "before"),
      alone("publish", publishVersion(main(fixture))),
      ofVersion("read-version", "publish", getPolicy(main(fixture), versionSlot)),
      read(fixture),
      alone("still-taken", add(main(fixture), "granted")),
    ],
  ),
  // A target that publishes no version of unchanged code still publishes the first version of a new function.
  scripted("state/first-version-starts-empty", { clean: true, needs: ["other", "create"] }, (fixture) => {
    const name = other(fixture);
    return [
      alone("delete", deleteFunction(name)),
      alone("create", creation(fixture)),
      alone("grant", add(name, "granted")),
      alone("too-early", add(name, "too-early", qualifierQuery("1"))),
      alone("publish", publishVersion(name)),
      ofVersion("read-version", "publish", getPolicy(name, versionSlot)),
      ofVersion("on-version", "publish", add(name, "on-version", qualifierQuery(versionSlot))),
      alone("read", getPolicy(name)),
      ofVersion("read-version-full", "publish", getPolicy(name, versionSlot)),
      ofVersion("empty-version", "publish", removePermission(name, "on-version", { qualifier: versionSlot })),
      ofVersion("on-empty-version", "publish", add(name, "next", qualifierQuery(versionSlot))),
      ofVersion("read-version-last", "publish", getPolicy(name, versionSlot)),
    ];
  }),
  scripted(
    "state/re-created-function-starts-empty",
    { clean: true, needs: ["other", "create"] },
    (fixture) => [
      alone("grant", add(other(fixture), "granted")),
      alone("grant-first", add(main(fixture), "granted")),
      read(fixture, "before"),
      alone("delete", deleteFunction(other(fixture))),
      read(fixture, "after"),
      alone("deleted", add(other(fixture), "late")),
      alone("create", creation(fixture)),
      alone("read", getPolicy(other(fixture))),
      alone("add", add(other(fixture), "granted")),
      alone("read-again", getPolicy(other(fixture))),
      alone("remove", removePermission(other(fixture), "granted")),
      alone("add-next", add(other(fixture), "next")),
      alone("read-last", getPolicy(other(fixture))),
    ],
  ),
];

/** Creates the second function again, as it was. */
function creation(fixture: Fixture): Call {
  return createFunction(other(fixture), fixture.recipe ?? { role: "", runtime: "", zip: "" });
}

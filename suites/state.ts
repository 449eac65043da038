import { canonicalBody } from "../generators/valid-requests.ts";
import { jsonObject } from "../spec/answer.ts";
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
import {
  type Call,
  type Exchange,
  type Round,
  revisionSlot,
  type Step,
  versionSlot,
} from "../spec/exchange.ts";
import type { Stage } from "../spec/fixture.ts";
import { add, alone, bodyWith, type Suite, scripted, type Unit, withBody } from "./case.ts";

/** Short histories, one for each claim about the content of a policy and about current revisions. */
export const state: Suite = {
  name: "state",
  title: "Short histories on the policy's state: duplicates, removals, separate policies, revisions",
  units: () => [...idUnits, ...separationUnits, ...revisionUnits, ...lifeUnits],
};

const clean = { clean: true } as const;
const main = ({ main: { name } }: Stage) => name;
const other = ({ other: second }: Stage) => second?.name ?? "";
const live = (stage: Stage) => stage.main.aliases?.live ?? "live";

/** Several ids on one policy, then a read. */
function ids(id: string, list: readonly string[]): Unit {
  return scripted(
    `state/${id}`,
    (stage) => [...list.map((sid, at) => alone(`add-${at}`, add(main(stage), sid))), read(stage)],
    clean,
  );
}

function read(stage: Stage, key = "read"): Round {
  return alone(key, getPolicy(main(stage)));
}

const idUnits: readonly Unit[] = [
  ids("three-ids", ["one", "two", "three"]),
  ids("equal-prefix-32", [`${"p".repeat(32)}a`, `${"p".repeat(32)}b`]),
  ids("equal-prefix-64", [`${"p".repeat(64)}a`, `${"p".repeat(64)}b`]),
  ids("equal-prefix-99", [`${"p".repeat(99)}a`, `${"p".repeat(99)}b`]),
  scripted(
    "state/duplicate",
    (stage) => [
      alone("first", add(main(stage), "twice")),
      read(stage, "between"),
      alone("again", withBody(stage, bodyWith("Principal", "sns.amazonaws.com", "twice"))),
      read(stage),
    ],
    clean,
  ),
  scripted(
    "state/duplicate-content",
    (stage) => [
      alone("first", add(main(stage), "same")),
      read(stage, "between"),
      alone("again", add(main(stage), "same")),
      read(stage),
    ],
    clean,
  ),
  scripted(
    "state/duplicate-of-older",
    (stage) => [
      ...["a", "b", "c"].map((sid) => alone(sid, add(main(stage), `older-${sid}`))),
      read(stage, "between"),
      alone("again", withBody(stage, bodyWith("Principal", "sns.amazonaws.com", "older-a"))),
      read(stage),
    ],
    clean,
  ),
  scripted(
    "state/equal-but-for-case",
    (stage) => [
      alone("lower", add(main(stage), "letters")),
      read(stage, "between"),
      alone("upper", add(main(stage), "LETTERS")),
      read(stage),
    ],
    clean,
  ),
  scripted(
    "state/free-after-removal",
    (stage) => [
      alone("add", add(main(stage), "again")),
      alone("stay", add(main(stage), "stay")),
      alone("remove", removePermission(main(stage), "again")),
      alone("add-again", add(main(stage), "again")),
      read(stage),
    ],
    clean,
  ),
  scripted(
    "state/refusals-between-reads",
    (stage) => [
      alone("keep", add(main(stage), "keep")),
      read(stage, "before"),
      alone("missing-action", withBody(stage, { Principal: "s3.amazonaws.com", StatementId: "n1" })),
      read(stage, "after-400"),
      alone("wrong-revision", withBody(stage, bodyWith("RevisionId", "wrong", "n2"))),
      read(stage, "after-412"),
      alone("bad-principal", withBody(stage, bodyWith("Principal", "abc", "n3"))),
      read(stage, "after-principal"),
      alone("nested", withBody(stage, { ...canonicalBody("n4"), Principal: { AWS: { x: 1 } } })),
      read(stage, "after-nested"),
      alone("unknown-alias", add(main(stage), "n5", qualifierQuery("no-such-alias"))),
      read(stage),
    ],
    clean,
  ),
  ...longUnits(),
];

/** A policy of many statements: none is lost and none changes. */
function longUnits(): readonly Unit[] {
  return [
    scripted(
      "state/twenty-four-statements",
      (stage) => [
        ...Array.from({ length: 24 }, (_, at) => alone(`add-${at}`, add(main(stage), `long-${at}`))),
        read(stage),
        alone("one-more", add(main(stage), "long-24")),
        read(stage, "read-again"),
      ],
      clean,
    ),
  ];
}

const both = { clean: true, needs: ["versions", "aliases"] } as const;

const separationUnits: readonly Unit[] = [
  scripted(
    "state/one-id-in-three-policies",
    (stage) => [
      alone("on-version", add(main(stage), "shared", qualifierQuery("1"))),
      alone("on-alias", add(main(stage), "shared", qualifierQuery(live(stage)))),
      alone("on-function", add(main(stage), "shared")),
      read(stage),
      alone("read-version", getPolicy(main(stage), "1")),
      alone("read-alias", getPolicy(main(stage), live(stage))),
    ],
    both,
  ),
  ...["1", "live"].map((qualifier) =>
    scripted(
      `state/only-on-${qualifier}`,
      (stage) => [
        alone("add", add(main(stage), "only", qualifierQuery(qualifier === "1" ? "1" : live(stage)))),
        read(stage),
        alone("read-version", getPolicy(main(stage), "1")),
        alone("read-alias", getPolicy(main(stage), live(stage))),
      ],
      both,
    ),
  ),
  scripted(
    "state/only-on-the-function",
    (stage) => [
      alone("add", add(main(stage), "own")),
      alone("read-version", getPolicy(main(stage), "1")),
      alone("read-alias", getPolicy(main(stage), live(stage))),
    ],
    both,
  ),
  scripted(
    "state/two-functions",
    (stage) => [
      alone("on-first", add(main(stage), "twin")),
      alone("read-second", getPolicy(other(stage))),
      alone("on-second", add(other(stage), "twin")),
      read(stage),
      alone("read-second-again", getPolicy(other(stage))),
    ],
    { clean: true, needs: ["other"] },
  ),
];

function guarded(stage: Stage, sid: string, from: string, query: string | null = null): Step {
  const body = bodyWith("RevisionId", revisionSlot, sid);
  return {
    key: sid,
    revisionFrom: from,
    call: addPermission({ functionName: label(main(stage)), query, body }),
  };
}

/** Tries the policy's own revision first, and then the source that the document names. */
function currentRevision(id: string, qualified: boolean, firstPolicy: boolean): Unit {
  const start = (stage: Stage) => {
    const query = qualified ? qualifierQuery(live(stage)) : null;
    const shown = qualified ? getAlias(main(stage), live(stage)) : getFunction(main(stage));
    const own = alone("policy", getPolicy(main(stage), qualified ? live(stage) : null));
    const resource = alone("resource", shown);
    const first = firstPolicy ? "policy" : "resource";
    const second = firstPolicy ? "resource" : "policy";
    const opening: readonly Round[] = [alone("seed", add(main(stage), "seed", query)), own, resource];
    return (done: readonly (readonly Exchange[])[]): Round | null => {
      if (done.length < opening.length) return opening[done.length] ?? null;
      if (done.length === opening.length) return [guarded(stage, "guarded", first, query)];
      if (done.length > opening.length + 1) return null;
      const answer = done.at(-1)?.[0]?.answer;
      const refused = answer === undefined || (answer.kind === "response" && answer.status === 412);
      return refused ? [guarded(stage, "guarded-2", second, query)] : own;
    };
  };
  return { id: `state/${id}`, needs: qualified ? ["aliases"] : [], clean: true, hazard: false, start };
}

const revisionUnits: readonly Unit[] = [
  currentRevision("current-revision-of-the-policy", false, true),
  currentRevision("current-revision-of-the-function", false, false),
  currentRevision("current-revision-of-the-alias-policy", true, true),
  currentRevision("current-revision-of-the-alias", true, false),
  ...(["policy", "resource"] as const).map((source) =>
    scripted(
      `state/revision-used-twice-from-${source}`,
      (stage) => [
        alone("seed", add(main(stage), "seed")),
        alone("policy", getPolicy(main(stage))),
        alone("resource", getFunction(main(stage))),
        [guarded(stage, "first-use", source)],
        [guarded(stage, "second-use", source)],
        read(stage),
      ],
      clean,
    ),
  ),
  scripted(
    "state/stale-revision",
    (stage) => [
      alone("seed", add(main(stage), "seed")),
      alone("old", getPolicy(main(stage))),
      alone("change", add(main(stage), "change")),
      alone("new", getPolicy(main(stage))),
      [guarded(stage, "stale", "old")],
      read(stage),
    ],
    clean,
  ),
  scripted(
    "state/foreign-revision",
    (stage) => [
      alone("seed", add(main(stage), "seed")),
      alone("seed-other", add(other(stage), "seed")),
      alone("own", getPolicy(main(stage))),
      alone("own-function", getFunction(main(stage))),
      alone("foreign", getPolicy(other(stage))),
      [guarded(stage, "borrowed", "foreign")],
      read(stage),
    ],
    { clean: true, needs: ["other"] },
  ),
];

const lifeUnits: readonly Unit[] = [
  {
    id: "state/published-version-starts-empty",
    needs: ["versions"],
    clean: true,
    hazard: false,
    start: (stage) => {
      const opening: readonly Round[] = [
        alone("grant", add(main(stage), "granted")),
        read(stage, "before"),
        alone("publish", publishVersion(main(stage))),
      ];
      return (done) => {
        if (done.length < opening.length) return opening[done.length] ?? null;
        const version = versionIn(done[2]?.[0]);
        if (version === null || done.length > opening.length + 1) return null;
        return done.length === opening.length
          ? [{ key: "read-version", versionFrom: "publish", call: getPolicy(main(stage), versionSlot) }]
          : read(stage);
      };
    },
  },
  // A target that publishes no version of unchanged code still publishes the first version of a new function.
  {
    id: "state/first-version-starts-empty",
    needs: ["other", "create"],
    clean: true,
    hazard: false,
    start: (stage) => {
      const opening: readonly Round[] = [
        alone("delete", deleteFunction(other(stage))),
        alone("create", creation(stage)),
        alone("grant", add(other(stage), "granted")),
        alone("publish", publishVersion(other(stage))),
      ];
      return (done) => {
        if (done.length < opening.length) return opening[done.length] ?? null;
        const version = versionIn(done[3]?.[0]);
        if (version === null || done.length > opening.length + 1) return null;
        return done.length === opening.length
          ? [{ key: "read-version", versionFrom: "publish", call: getPolicy(other(stage), versionSlot) }]
          : alone("read", getPolicy(other(stage)));
      };
    },
  },
  scripted(
    "state/re-created-function-starts-empty",
    (stage) => [
      alone("grant", add(other(stage), "granted")),
      alone("delete", deleteFunction(other(stage))),
      alone("deleted", add(other(stage), "late")),
      alone("create", creation(stage)),
      alone("read", getPolicy(other(stage))),
      alone("add", add(other(stage), "granted")),
      alone("read-again", getPolicy(other(stage))),
    ],
    { clean: true, needs: ["other", "create"] },
  ),
];

/** Creates the second function again, as it was. */
function creation(stage: Stage): Call {
  return createFunction(other(stage), stage.recipe ?? { role: "", runtime: "", zip: "" });
}

function versionIn(exchange: Exchange | undefined): string | null {
  if (exchange?.answer.kind !== "response") return null;
  const version = jsonObject(exchange.answer.body)?.Version;
  return typeof version === "string" ? version : null;
}

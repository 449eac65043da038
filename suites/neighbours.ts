import { canonicalBody } from "../generators/valid-requests.ts";
import { versionIn } from "../spec/answer.ts";
import {
  addPermission,
  createAlias,
  createFunction,
  deleteAlias,
  deleteFunction,
  getAlias,
  getPolicy,
  label,
  publishVersion,
  qualifierQuery,
  removePermission,
  updateAlias,
  updateFunctionConfiguration,
} from "../spec/calls.ts";
import { type Batch, type Call, type Exchange, versionSlot } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import {
  add,
  aliasOf,
  alone,
  bodyWith,
  clean,
  guarded,
  ofVersion,
  scripted,
  type TestCase,
  versionOf,
  withBody,
} from "./case.ts";

/** Members that a statement may lose when a removal writes the other statements of the policy again. */
const conditions = {
  Action: "lambda:GetFunction",
  Principal: "123456789012",
  SourceAccount: "123456789012",
  SourceArn: "arn:aws:sqs:eu-central-1:123456789012:é😀\\",
};

/**
 * Histories in which another operation than AddPermission is the only write between two reads of a policy, so that
 * nothing else can have changed it.
 */
export const neighbourTestCases: readonly TestCase[] = [
  scripted("state/removal-leaves-the-rest", clean, (fixture) => {
    const { name } = fixture.main;
    return [
      ...["go_ne-too", "go_ne", "GO_NE"].map((sid) => alone(`add-${sid}`, add(name, sid))),
      alone("add-go-ne", withBody(fixture, bodyWith("EventSourceToken", "a.valid-token_1", "go-ne"))),
      alone("add-conditions", withBody(fixture, { ...canonicalBody("not-go_ne"), ...conditions })),
      alone("read", getPolicy(name)),
      alone("read-again", getPolicy(name)),
      alone("remove", removePermission(name, "go_ne")),
      alone("read-without", getPolicy(name)),
      alone("remove-longer", removePermission(name, "go_ne-too")),
      [guarded(fixture, "guarded", "read-without")],
      alone("read-last", getPolicy(name)),
    ];
  }),
  scripted(
    "state/removal-leaves-other-qualifiers",
    { clean: true, needs: ["versions", "aliases"] },
    (fixture) => {
      const { name } = fixture.main;
      const [version, live] = [versionOf(fixture), aliasOf(fixture)];
      const read = (when: string, ...qualifiers: readonly (string | null)[]) =>
        qualifiers.map((qualifier) => alone(`${when}-${qualifier}`, getPolicy(name, qualifier)));
      const remove = (qualifier: string | null) =>
        alone(`remove-${qualifier}`, removePermission(name, "gone", { qualifier }));
      return [
        alone("on-function", add(name, "gone")),
        alone("stay", add(name, "stay")),
        // In another order than that of the other test cases with one id in several policies.
        alone("on-alias", add(name, "gone", qualifierQuery(live))),
        alone("on-version", add(name, "gone", qualifierQuery(version))),
        ...read("first", null, version, live),
        remove(version),
        ...read("second", null, version, live),
        remove(null),
        ...read("third", null, live),
        remove(live),
        ...read("fourth", null, live),
      ];
    },
  ),
  // A removal from one policy frees the id on no other one.
  scripted("state/removal-frees-one-id", { clean: true, needs: ["versions", "aliases"] }, (fixture) => {
    const { name } = fixture.main;
    const [version, live] = [versionOf(fixture), aliasOf(fixture)];
    const addTo = (key: string, qualifier: string | null) =>
      alone(key, add(name, "freed", qualifier === null ? null : qualifierQuery(qualifier)));
    const remove = (qualifier: string | null) =>
      alone(`remove-${qualifier}`, removePermission(name, "freed", { qualifier }));
    const readOf = (key: string, qualifier: string) => alone(key, getPolicy(name, qualifier));
    return [
      addTo("on-function", null),
      addTo("on-version", version),
      addTo("on-alias", live),
      readOf("read-version-first", version),
      remove(null),
      readOf("read-version", version),
      addTo("taken-on-version", version),
      remove(version),
      readOf("read-alias", live),
      addTo("taken-on-alias", live),
      addTo("on-version-again", version),
      readOf("read-version-full", version),
      remove(live),
      readOf("read-version-again", version),
      addTo("taken-on-version-again", version),
    ];
  }),
  ...(["version", "alias"] as const).map((kind) =>
    scripted(
      `state/removal-from-the-${kind}`,
      { clean: true, needs: [kind === "version" ? "versions" : "aliases"] },
      (fixture) => {
        const { name } = fixture.main;
        const qualifier = kind === "version" ? versionOf(fixture) : aliasOf(fixture);
        const query = qualifierQuery(qualifier);
        const other =
          kind === "version" ? { Action: "lambda:GetFunction" } : { Principal: "sns.amazonaws.com" };
        const otherwise = { ...canonicalBody("gone"), ...other };
        return [
          alone("add-longer", add(name, "gone-too", query)),
          alone("add", addPermission({ functionName: label(name), query, body: otherwise })),
          alone("add-upper-case", add(name, "GONE", query)),
          alone("read", getPolicy(name, qualifier)),
          alone("remove", removePermission(name, "gone", { qualifier })),
          alone("read-without", getPolicy(name, qualifier)),
          alone("add-again", add(name, "gone", query)),
          alone("read-last", getPolicy(name, qualifier)),
          [guarded(fixture, "guarded", "read", { query })],
          // The ids of the first statement and of one in the middle are taken.
          ...["gone-too", "GONE"].map((sid) =>
            alone(
              `taken-${sid}`,
              addPermission({ functionName: label(name), query, body: { ...otherwise, StatementId: sid } }),
            ),
          ),
          alone("read-again", getPolicy(name, qualifier)),
          alone("remove-first", removePermission(name, "gone-too", { qualifier })),
          alone("read-without-first", getPolicy(name, qualifier)),
          // As long as what was removed, so that a revision made of lengths is that of before.
          alone("add-as-long", add(name, "gone-two", query)),
          alone("read-as-long", getPolicy(name, qualifier)),
        ];
      },
    ),
  ),
  scripted("state/removal-leaves-the-other-function", { clean: true, needs: ["other"] }, (fixture) => [
    alone("on-first", add(fixture.main.name, "twin")),
    alone("on-second", add(second(fixture), "twin")),
    alone("read-second", getPolicy(second(fixture))),
    alone("remove", removePermission(fixture.main.name, "twin")),
    alone("read-second-again", getPolicy(second(fixture))),
    alone("taken-on-second", add(second(fixture), "twin")),
  ]),
  scripted(
    "state/life-of-an-alias",
    { clean: true, needs: ["other", "create", "versions", "aliases"] },
    lifeOfAlias,
  ),
  {
    id: "state/lives-of-two-aliases",
    needs: ["other", "create", "versions", "aliases"],
    clean: true,
    destructive: false,
    start: (fixture) => {
      const batches = livesOfTwoAliases(fixture);
      const withoutDeletion = batches.filter(([step]) => !/^(delete-version|last-.*)$/.test(step?.key ?? ""));
      return (done) => (isOneVersion(done) ? withoutDeletion : batches)[done.length] ?? null;
    },
  },
  scripted(
    "state/deleted-function-takes-policies-along",
    { clean: true, needs: ["other", "create", "versions", "aliases"] },
    (fixture) => {
      const name = second(fixture);
      // An alias of the same name on another function: nothing that is done to one concerns the other.
      const live = aliasOf(fixture);
      const query = qualifierQuery(live);
      const readFirst = (key: string) => alone(key, getPolicy(fixture.main.name, live));
      return [
        alone("on-alias-of-first", add(fixture.main.name, "granted", query)),
        readFirst("read-first"),
        alone("alias-of-first", getAlias(fixture.main.name, live)),
        ...published(name, "first", live),
        alone("on-alias", add(name, "granted", query)),
        ofVersion("on-version", "first", add(name, "granted", qualifierQuery(versionSlot))),
        [guarded(fixture, "guarded", "read-first", { query })],
        [guarded(fixture, "guarded-again", "alias-of-first", { query })],
        alone("delete", deleteFunction(name)),
        alone("create", createFunction(name, fixture.recipe ?? { role: "", runtime: "", zip: "" })),
        alone("on-lost-alias", add(name, "lost", query)),
        ofVersion("on-lost-version", "first", add(name, "lost", qualifierQuery(versionSlot))),
        ...published(name, "second", live),
        ofVersion("read-version", "second", getPolicy(name, versionSlot)),
        alone("read-alias", getPolicy(name, live)),
        readFirst("read-first-again"),
      ];
    },
  ),
  scripted(
    "state/deleted-version-leaves-the-function",
    { clean: true, needs: ["other", "create", "versions"] },
    lifeOfVersion,
  ),
];

/** A version is deleted alone. A target may take the function along, so the function is created again at the end. */
function lifeOfVersion(fixture: Fixture): readonly Batch[] {
  const name = second(fixture);
  return [
    alone("publish", publishVersion(name)),
    alone("on-function", add(name, "on-function")),
    ofVersion("on-version", "publish", add(name, "on-version", qualifierQuery(versionSlot))),
    alone("read-function", getPolicy(name)),
    ofVersion("delete", "publish", deleteFunction(name, versionSlot)),
    alone("read-function-again", getPolicy(name)),
    ofVersion("late", "publish", add(name, "late", qualifierQuery(versionSlot))),
    alone("delete-function", deleteFunction(name)),
    alone("create", createFunction(name, fixture.recipe ?? { role: "", runtime: "", zip: "" })),
  ];
}

/** A name in which letter case and an underscore can be lost, and one that differs in that underscore alone. */
const [madeAlias, hyphened] = ["Twin_Alias", "Twin-Alias"];

/** An alias is created, updated, deleted and created again. */
function lifeOfAlias(fixture: Fixture): readonly Batch[] {
  const name = second(fixture);
  const onVersion = (key: string, call: Call) => ofVersion(key, "publish", call);
  const readVersion = (key: string) => onVersion(key, getPolicy(name, versionSlot));
  const readAlias = (key: string) => alone(key, getPolicy(name, madeAlias));
  const readFunction = (key: string) => alone(key, getPolicy(name));
  const create = (key: string) => onVersion(key, createAlias(name, madeAlias, versionSlot));
  return [
    alone("publish", publishVersion(name)),
    onVersion("on-version", add(name, "on-version", qualifierQuery(versionSlot))),
    // It must not create what it names.
    alone("nothing-to-remove", removePermission(name, "too-early", { qualifier: madeAlias })),
    alone("too-early", add(name, "too-early", qualifierQuery(madeAlias))),
    create("alias"),
    readAlias("read-new-alias"),
    alone("on-function", add(name, "on-function")),
    alone("on-alias", add(name, "on-alias", qualifierQuery(madeAlias))),
    alone("hyphened-alias", createAlias(name, hyphened, "$LATEST")),
    alone("on-hyphened", add(name, "on-alias", qualifierQuery(hyphened))),
    readFunction("read-function"),
    alone("alias-of-another", add(fixture.main.name, "alias-of-another", qualifierQuery(madeAlias))),
    readVersion("read-version"),
    readAlias("read-alias"),
    onVersion("update", updateAlias(name, madeAlias, versionSlot)),
    readFunction("read-function-updated"),
    readVersion("read-version-updated"),
    readAlias("read-alias-updated"),
    alone("update-function", updateFunctionConfiguration(name, "updated")),
    readFunction("read-updated-function"),
    readVersion("read-version-of-updated"),
    readAlias("read-alias-of-updated"),
    alone("delete", deleteAlias(name, madeAlias)),
    readFunction("read-function-deleted"),
    readVersion("read-version-deleted"),
    alone("late", add(name, "late", qualifierQuery(madeAlias))),
    create("alias-again"),
    readAlias("read-alias-again"),
    alone("on-alias-again", add(name, "on-alias", qualifierQuery(madeAlias))),
    readAlias("read-alias-full"),
    alone("empty-alias", removePermission(name, "on-alias", { qualifier: madeAlias })),
    alone("on-empty-alias", add(name, "next", qualifierQuery(madeAlias))),
    readAlias("read-alias-last"),
  ];
}

/** Names beside that of the alias `first`: its beginning, which a store could take for a prefix, and its letters in capitals. */
const [beginning, inCapitals] = ["fir", "FIRST"];

/**
 * One of two aliases is moved to another version and the other one deleted, and one of two versions is deleted, while the
 * policies of all are read.
 */
function livesOfTwoAliases(fixture: Fixture): readonly Batch[] {
  const name = second(fixture);
  const onFirst = (key: string, call: Call) => ofVersion(key, "first", call);
  const read = (when: string) => [
    onFirst(`${when}-version`, getPolicy(name, versionSlot)),
    alone(`${when}-alias`, getPolicy(name, "first")),
  ];
  return [
    ...published(name, "first", "first"),
    onFirst("on-version", add(name, "on-version", qualifierQuery(versionSlot))),
    alone("on-first", add(name, "on-alias", qualifierQuery("first"))),
    ...read("before"),
    alone("second", publishVersion(name)),
    ...read("published"),
    ofVersion("read-second-version", "second", getPolicy(name, versionSlot)),
    ofVersion("on-second-version", "second", add(name, "on-version", qualifierQuery(versionSlot))),
    ofVersion("second-alias", "second", createAlias(name, beginning, versionSlot)),
    alone("on-second", add(name, "on-alias", qualifierQuery(beginning))),
    ofVersion("third-alias", "second", createAlias(name, inCapitals, versionSlot)),
    alone("on-third", add(name, "on-alias", qualifierQuery(inCapitals))),
    alone("read-second", getPolicy(name, beginning)),
    ...read("unmoved"),
    ofVersion("move", "second", updateAlias(name, "first", versionSlot)),
    ...read("moved"),
    alone("read-second-moved", getPolicy(name, beginning)),
    alone("still-taken", add(name, "on-alias", qualifierQuery("first"))),
    ofVersion("move-back", "first", updateAlias(name, "first", versionSlot)),
    ...read("moved-back"),
    alone("delete", deleteAlias(name, beginning)),
    ...read("deleted"),
    ofVersion("delete-version", "second", deleteFunction(name, versionSlot)),
    ...read("last"),
    alone("delete-function", deleteFunction(name)),
    alone("create", createFunction(name, fixture.recipe ?? { role: "", runtime: "", zip: "" })),
  ];
}

/** A target that publishes no version of unchanged code has one version, which an alias still needs. */
function isOneVersion(done: readonly (readonly Exchange[])[]): boolean {
  const [first, second] = ["first", "second"].map((key) => {
    const published = done.flat().find(({ step }) => step.key === key);
    return published === undefined ? null : versionIn(published.answer);
  });
  return first === second;
}

/** Publishes a version and creates an alias for it. */
function published(name: string, key: string, alias: string): readonly Batch[] {
  return [
    alone(key, publishVersion(name)),
    ofVersion(`${key}-alias`, key, createAlias(name, alias, versionSlot)),
  ];
}

function second({ other }: Fixture): string {
  return other?.name ?? "";
}

import fc from "fast-check";
import { canonicalBody } from "../generators/body.ts";
import {
  addPermission,
  deleteFunction,
  getAlias,
  getFunction,
  getPolicy,
  label,
  publishVersion,
  qualifierQuery,
  removePermission,
} from "../generators/call.ts";
import { type Round, revisionSlot } from "../spec/exchange.ts";
import type { Stage, StagedFunction } from "../spec/stage.ts";
import { creation } from "./state.ts";
import { alone } from "./steps.ts";
import { type Plan, type Suite, scripted, type Unit } from "./unit.ts";

/** Random histories on two functions, a version and an alias, with ids and qualifiers that collide by design. */
export const histories: Suite = {
  name: "histories",
  title: "Random histories of additions, removals, reads and changes of the function",
  units: historyUnits,
};

/** Ids that collide: equal, equal in all but letter case, and equal for 32 and 64 characters. */
const ids = [
  "id",
  "id-2",
  "ID",
  ...[32, 64].flatMap((size) => ["a", "b"].map((end) => `${"k".repeat(size)}${end}`)),
];

type Qualifier = "function" | "version" | "alias";

interface Command {
  readonly kind: "add" | "guarded" | "remove" | "read" | "resource" | "publish" | "re-create" | "broken";
  readonly other: boolean;
  readonly qualifier: Qualifier;
  readonly sid: string;
  readonly spelling: number;
}

const command: fc.Arbitrary<Command> = fc.record({
  kind: fc.oneof(
    { weight: 10, arbitrary: fc.constant("add" as const) },
    { weight: 3, arbitrary: fc.constant("guarded" as const) },
    { weight: 5, arbitrary: fc.constant("remove" as const) },
    { weight: 6, arbitrary: fc.constant("read" as const) },
    { weight: 2, arbitrary: fc.constant("resource" as const) },
    { weight: 2, arbitrary: fc.constant("broken" as const) },
    { weight: 1, arbitrary: fc.constant("publish" as const) },
    { weight: 1, arbitrary: fc.constant("re-create" as const) },
  ),
  other: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  qualifier: fc.constantFrom<Qualifier>("function", "function", "version", "alias"),
  sid: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("id", "id-2") },
    { weight: 4, arbitrary: fc.constantFrom(...ids) },
  ),
  spelling: fc.nat({ max: 5 }),
});

const history = fc.array(command, { minLength: 3, maxLength: 14 });

function historyUnits({ seed, runs }: Plan): readonly Unit[] {
  return fc.sample(history, { seed, numRuns: runs }).map((commands, at) =>
    scripted(
      `histories/${at}`,
      (stage) => [
        ...commands.flatMap((one, index) => rounds(stage, one, `${index}`)),
        ...closing(stage, commands),
      ],
      {
        clean: true,
        needs: ["other", "versions", "aliases", "create"],
      },
    ),
  );
}

/** Only the first function has a version and an alias. */
function place(
  stage: Stage,
  { other, qualifier }: Pick<Command, "other" | "qualifier">,
): { fn: StagedFunction; qualifier: string | null } {
  if (other && stage.other !== null) return { fn: stage.other, qualifier: null };
  const alias = stage.main.aliases?.live ?? "live";
  return {
    fn: stage.main,
    qualifier: qualifier === "function" ? null : qualifier === "version" ? "1" : alias,
  };
}

function rounds(stage: Stage, one: Command, key: string): readonly Round[] {
  const { fn, qualifier } = place(stage, one);
  switch (one.kind) {
    case "add":
      return [alone(key, addition(stage, one, canonicalBody(one.sid)))];
    case "guarded":
      return [
        alone(`${key}-policy`, getPolicy(fn.name, qualifier)),
        [
          {
            key,
            revisionFrom: `${key}-policy`,
            call: addition(stage, one, { ...sortedBody(one.sid) }),
          },
        ],
      ];
    case "broken":
      return [alone(key, addition(stage, one, { ...canonicalBody(one.sid), Action: "s3:GetObject" }))];
    case "remove":
      return [alone(key, removePermission(fn.name, one.sid, { qualifier }))];
    case "read":
      return [alone(key, getPolicy(fn.name, qualifier))];
    case "resource":
      return [
        alone(
          key,
          qualifier !== null && !/^\d/.test(qualifier)
            ? getAlias(fn.name, qualifier)
            : getFunction(fn.name, qualifier),
        ),
      ];
    case "publish":
      return [alone(key, publishVersion(stage.main.name))];
    case "re-create":
      return stage.other === null
        ? []
        : [alone(`${key}-delete`, deleteFunction(stage.other.name)), alone(key, creation(stage))];
  }
}

function sortedBody(sid: string): Readonly<Record<string, string>> {
  const { Action, Principal, StatementId } = canonicalBody(sid);
  return { Action, Principal, RevisionId: revisionSlot, StatementId };
}

function addition(stage: Stage, one: Command, body: Readonly<Record<string, unknown>>) {
  const { fn, qualifier } = place(stage, one);
  const names = [fn.name, fn.arn, `${stage.account}:function:${fn.name}`];
  const name = names[one.spelling % 3] ?? fn.name;
  const suffixed = qualifier !== null && one.spelling >= 3;
  return addPermission({
    functionName: label(suffixed ? `${name}:${qualifier}` : name),
    query: qualifier === null || suffixed ? null : qualifierQuery(qualifier),
    body,
  });
}

/** Every policy that was written to is read in the end. */
function closing(stage: Stage, commands: readonly Command[]): readonly Round[] {
  const places = commands.map((one) => place(stage, one));
  const distinct = new Map(places.map(({ fn, qualifier }) => [`${fn.name} ${qualifier}`, { fn, qualifier }]));
  return [...distinct.values()].map(({ fn, qualifier }, at) =>
    alone(`end-${at}`, getPolicy(fn.name, qualifier)),
  );
}

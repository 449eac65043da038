import { parseArgs } from "node:util";
import type { Report } from "../reports/report.ts";
import { rulesThat } from "../reports/verdict.ts";
import { unheld } from "../runner/check-seen.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { optimiseLate } from "../runner/optimise-late.ts";
import { variants } from "../targets/reference/mutants/index.ts";
import recorded from "../targets/reference/mutants/kill-matrix.json" with { type: "json" };
import { together } from "../targets/reference/mutants/mutant.ts";

// Judges targets with two faults at once: both causes are found, or the second is explained by the first by name, and
// nothing is said that the exchanges do not hold. All pairs take long; --sample takes some of them, by a seed.

/**
 * The faults. Each pair composes: their mutations change different hooks, or at most one of them replaces a hook and all
 * others extend it. So a mutant that replaces `remove`, `taken`, `nextRevision` or `resource` stands here once for all of
 * its kind. Mutants that need a condition which another one takes away are left out, such as read.changes-nothing, which
 * shows only in statements with the condition that policy.stored-as-returned does not store.
 */
const faults = [
  "Action.get-function",
  "Action.pattern",
  "Action.required",
  "EventSourceToken.maxLength",
  "FunctionName.empty",
  "FunctionName.full-arn",
  "FunctionName.maxLength",
  "Principal.type",
  "Qualifier.disagrees",
  "Qualifier.version",
  "RevisionId.never-seen",
  "SourceAccount.alone",
  "SourceArn.type",
  "StatementId.letter-case",
  "StatementId.maxLength",
  "StatementId.shortest",
  "alias.leaves-policies",
  "answer.arrives",
  "body.empty",
  "body.not-an-object",
  "body.white-space",
  "errors.documented-name",
  "errors.documented-status",
  "policy.holds-what-was-added",
  "policy.one-more",
  "policy.separate-qualifiers",
  "policy.stored-as-returned",
  "published.starts-empty",
  "race.one-id-once",
  "re-created.starts-empty",
  "refusal.changes-no-statement",
  "remove.one-statement",
  "resource.other-account",
  "resource.unknown-alias",
  "revision.changes",
  "route.other-method",
  "statement.account",
  "statement.qualified-resource",
  "success.is-201",
  "version.leaves-policies",
] as const;

type Fault = (typeof faults)[number];

/**
 * Pairs in which one fault takes the other one away: what the target never finds, it cannot take for another place,
 * where PUT counts as POST, no alias is updated, and what is stored without its condition is not lost or doubled for it.
 */
const exclusive: readonly (readonly Fault[])[] = [
  ["FunctionName.full-arn", "resource.other-account"],
  ["Qualifier.disagrees", "Qualifier.version"],
  ["alias.leaves-policies", "route.other-method"],
  ["policy.holds-what-was-added", "policy.stored-as-returned"],
  ["policy.one-more", "policy.stored-as-returned"],
];

optimiseLate();
const { values } = parseArgs({
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    runs: { type: "string", default: "3" },
  },
});
const began = performance.now();
const chosen = values.only?.split(",") ?? [];
const all = faults
  .flatMap((one, index) => faults.slice(index + 1).map((other) => [one, other] as const))
  .filter((pair) => !exclusive.some((two) => two.every((fault) => pair.includes(fault))))
  .filter((pair) => chosen.every((name) => pair.some((fault) => fault === name)));
const pairs =
  values.sample === undefined ? all : shuffled(all, Number(values.seed)).slice(0, Number(values.sample));
let wrong = 0;
let excused = 0;
for (const pair of pairs) {
  const { failures, excuses } = await judge(pair);
  excused += excuses.length;
  if (failures.length > 0) wrong += 1;
  for (const line of failures) console.log(`WRONG  ${pair.join(" + ")}: ${line}`);
  for (const line of excuses) console.log(`       ${pair.join(" + ")}: ${line}`);
}
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(
  `${pairs.length} of ${all.length} pairs of ${faults.length} faults: ${wrong} wrong, ${excused} faults explained by the other, ${seconds} s`,
);
process.exitCode = wrong === 0 && pairs.length > 0 ? 0 : 1;

interface Judged {
  readonly failures: readonly string[];
  /** Faults that are not found, because the other one explains them. */
  readonly excuses: readonly string[];
}

async function judge(pair: readonly [Fault, Fault]): Promise<Judged> {
  const mutations = pair.map((name) => mutantOf(name).mutate);
  const report = await judgeVariant(together(...mutations), {
    seed: 1,
    runs: Number(values.runs),
    rounds: 4,
  });
  const violated = rulesThat(report, "violated").map(({ id }) => id);
  const known = pair.flatMap(killsOf);
  const missing = pair.filter((name) => !mutantOf(name).kills.some((id) => violated.includes(id)));
  const found = missing.map((name) => ({ name, by: explanation(name, report) }));
  return {
    failures: [
      ...found.flatMap(({ name, by }) => (by === null ? [`${name} is not found`] : [])),
      ...violated.filter((id) => !known.includes(id)).map((id) => `${id} is violated by neither alone`),
      ...unheld(report),
      ...report.faults,
    ],
    excuses: found.flatMap(({ name, by }) => (by === null ? [] : [`${name} is explained by ${by}`])),
  };
}

function mutantOf(name: Fault): (typeof variants)[string] {
  const mutant = variants[name];
  if (mutant === undefined) throw new Error(`There is no mutant ${name}.`);
  return mutant;
}

/** The rules that a fault violates alone. */
function killsOf(name: Fault): readonly string[] {
  const row: { readonly kills: readonly string[]; readonly sometimes?: readonly string[] } = recorded[name];
  return [...row.kills, ...(row.sometimes ?? [])];
}

/** The violated rule that the report names as the explanation of a fault's own rules; null if it names none. */
function explanation(name: Fault, report: Report): string | null {
  const own = report.rules.filter(({ id }) => mutantOf(name).kills.some((kill) => kill === id));
  return own.map((rule) => rule.explainedBy).find((by) => by !== undefined) ?? null;
}

/** The same order for the same seed. */
function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  let state = seed;
  const keyed = list.map((one) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return { one, key: state };
  });
  return keyed.sort((a, b) => a.key - b.key).map(({ one }) => one);
}

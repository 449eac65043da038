import { grouped } from "../reports/blocks.ts";
import type { Report, RuleReport } from "../reports/report.ts";
import { endingRule } from "./endings.ts";
import type { LeftOut } from "./events.ts";

/** The command that replays the counterexample of a rule, with the arguments that name the target. */
export type Replay = (rule: string, targetArguments: string) => string;

/**
 * What the reports of all shards say that their exchanges do not hold: the target, the checks that were not made, problems,
 * and sums.
 */
export function joinedReport(shards: readonly Report[], replay: Replay): Report {
  const [first, ...others] = shards;
  if (first === undefined) throw new Error("There is no shard.");
  const { shard: _, causes: __, ...head } = first;
  const unsupported = unsupportedIn(shards);
  const notEmptied = sum(shards, ({ coverage }) => coverage?.histories.notEmptied ?? 0);
  const problems = shards.flatMap(({ shard, problems: own }) =>
    own.map((one) => ({
      ...one,
      message: `Shard ${shard?.index ?? 1} of ${shards.length}: ${one.message}`,
    })),
  );
  return {
    ...head,
    shards: shards.length,
    target: {
      ...first.target,
      cannot: [...new Set(unsupported.map(({ reason }) => reason))],
      unsupported,
    },
    startedAt: shards.map(({ startedAt }) => startedAt).toSorted()[0] ?? first.startedAt,
    durationMs: Math.max(...shards.map(({ durationMs }) => durationMs)),
    requests: sum(shards, ({ requests }) => requests),
    incomplete: shards.some(({ incomplete }) => incomplete),
    rules: first.rules.map((rule) => {
      const all = [rule, ...others.flatMap(({ rules }) => rules.filter(({ id }) => id === rule.id))];
      return joinedRule(all, replay);
    }),
    faults: problems.map(({ message }) => message),
    problems,
    leftOut: joinedKinds(shards),
    waits: joinedWaits(shards),
    ...(first.coverage && {
      coverage: {
        cells: [],
        histories: {
          planned: sum(shards, ({ coverage }) => coverage?.histories.planned ?? 0),
          played: sum(shards, ({ coverage }) => coverage?.histories.played ?? 0),
          ...(notEmptied > 0 && { notEmptied }),
        },
      },
    }),
  };
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

/** A rule with the checks of all shards, and what only one shard can say of it. */
function joinedRule(shards: readonly RuleReport[], replay: Replay): RuleReport {
  const [first] = shards;
  if (first === undefined) throw new Error("There is no shard.");
  // A shard without any request of a rule says nothing of it.
  const judged =
    shards.find(({ observations }) => observations > 0) ??
    shards.find(({ reasonCode }) => reasonCode === "unsupported") ??
    first;
  const checks = shards.flatMap((one) => one.checks ?? []);
  const found = shards.find(({ counterexample }) => counterexample !== undefined)?.counterexample;
  const unconfirmed = shards.find((one) => one.unconfirmed !== undefined)?.unconfirmed;
  const { checks: _, counterexample: __, unconfirmed: ___, ...rest } = judged;
  return {
    ...rest,
    observations: sum(shards, ({ observations }) => observations),
    ...(checks.length < shards.length
      ? {}
      : {
          checks: {
            expected: sum(checks, ({ expected }) => expected),
            executed: sum(checks, ({ executed }) => executed),
          },
        }),
    ...(found && {
      counterexample: { ...found, replay: replay(first.id, argumentsIn(found.replay, first.id)) },
    }),
    ...(first.id === endingRule && unconfirmed && { unconfirmed }),
  };
}

/** What follows the rule in the command of a shard: the arguments that name the target. */
function argumentsIn(command: string, rule: string): string {
  return command.split(` --rule ${rule}`)[1] ?? "";
}

/** What the target does not support. A shard that met no size limit does not contradict one that did. */
function unsupportedIn(shards: readonly Report[]): NonNullable<Report["target"]["unsupported"]> {
  const all = shards.flatMap(({ target }) => target.unsupported ?? []);
  const different = [...new Map(all.map((one) => [`${one.needs} ${one.reason}`, one])).values()];
  const isLimitMet = shards.some(({ rules }) =>
    rules.some(({ id, observations }) => id === "policy.too-large" && observations > 0),
  );
  return different.filter(({ needs }) => needs !== "limit" || !isLimitMet);
}

function joinedKinds(shards: readonly Report[]): readonly LeftOut[] {
  const all = shards.flatMap(({ leftOut = [] }) => leftOut);
  return grouped(all, ({ kind, violates = "" }) => `${kind} ${violates}`).flatMap(([, own]) => {
    const ended = sum(own, (one) => one.ended ?? 0);
    const numbers = { unanswered: sum(own, (one) => one.unanswered), left: sum(own, (one) => one.left) };
    return own.slice(0, 1).map((first) => ({ ...first, ...numbers, ...(ended > 0 && { ended }) }));
  });
}

function joinedWaits(shards: readonly Report[]): NonNullable<Report["waits"]> {
  const all = shards.flatMap(({ waits = [] }) => waits);
  return grouped(all, ({ cause }) => cause).flatMap(([, own]) => {
    const numbers = { times: sum(own, ({ times }) => times), ms: sum(own, ({ ms }) => ms) };
    return own.slice(0, 1).map((first) => ({ ...first, ...numbers }));
  });
}

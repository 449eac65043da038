import type { Report, RuleReport } from "../reports/report.ts";
import { grouped } from "../spec/collections.ts";
import { Fault } from "../spec/fault.ts";
import { phases } from "../suites/case.ts";
import { endingRule } from "./endings.ts";
import type { Emit, LeftOut } from "./events.ts";
import type { Joined } from "./judge-recording.ts";
import { type CaseEnd, type History, historiesOf } from "./recorded-cases.ts";
import type { Recording, RecordingLine } from "./recording.ts";
import { unsupported } from "./report.ts";

/** The recording of a shard, and its file as the user named it. */
export interface ShardFile {
  readonly path: string;
  readonly recording: Recording;
}

/** What all shards of a run have in common: a name for the user, and the value in a report. */
const common: readonly (readonly [what: string, of: (report: Report) => unknown])[] = [
  ["number of shards", ({ shard }) => shard?.of],
  ["target", ({ target: { name } }) => name],
  ["region", ({ target: { region } }) => region],
  ["seed", ({ seed }) => seed],
  ["profile", ({ profile }) => profile],
  ["selection of rules or suites", ({ only }) => only],
  ["plan of test cases, such as by --runs", ({ shard }) => shard?.plan],
];

/**
 * Checks that these are all shards of one run, made by this version, and returns them in their order. Throws a Fault that says
 * which one is missing, given twice or of another run.
 */
export function checkShards(
  files: readonly ShardFile[],
  tool: { readonly version: string },
): readonly Recording[] {
  const [first] = files;
  if (first === undefined) throw new Fault("There is no shard to merge: give the files of all shards.");
  for (const { path, recording } of files) {
    const { shard, tool: by } = recording.report;
    if (shard === undefined)
      throw new Fault(`${path} is the recording of a whole run, not of a shard: judge it with judge.`);
    if (by.version !== tool.version)
      throw new Fault(
        `${path} was made by version ${by.version}, and this is ${tool.version}: merge with the version of the shards.`,
      );
    const other = common.find(
      ([, of]) => JSON.stringify(of(recording.report)) !== JSON.stringify(of(first.recording.report)),
    );
    if (other !== undefined) throw notOfOneRun(first, { path, recording }, other);
  }
  const { of = 1 } = first.recording.report.shard ?? {};
  const byIndex = new Map<number, ShardFile>();
  for (const file of files) {
    const { index = 1 } = file.recording.report.shard ?? {};
    const known = byIndex.get(index);
    if (known !== undefined)
      throw new Fault(`${known.path} and ${file.path} are both shard ${index} of ${of}: give one of them.`);
    byIndex.set(index, file);
  }
  const indexes = Array.from({ length: of }, (_, at) => at + 1);
  const missing = indexes.filter((index) => !byIndex.has(index));
  if (missing.length > 0)
    throw new Fault(
      `${missing.length === 1 ? "Shard" : "Shards"} ${missing.join(", ")} of ${of} ${missing.length === 1 ? "is" : "are"} missing: run ${missing.length === 1 ? "it" : "them"}, and give the files of all shards.`,
    );
  return indexes.flatMap((index) => byIndex.get(index)?.recording ?? []);
}

function notOfOneRun(one: ShardFile, other: ShardFile, [what, of]: (typeof common)[number]): Fault {
  const [a, b] = [of(one.recording.report), of(other.recording.report)];
  const are = [a, b].every((value) => typeof value === "string" || typeof value === "number")
    ? `, ${a} and ${b}`
    : "";
  return new Fault(
    `${one.path} and ${other.path} are not of one run, as they differ in the ${what}${are}: run each shard with the same options.`,
  );
}

/** Joins the recordings of all shards of a run, which belong together: those of a run of all test cases. */
export function joined(shards: readonly Recording[], replay: Replay): Joined {
  const reports = shards.map(({ report }) => report);
  const report = joinedReport(reports, replay);
  return {
    report,
    histories: (emit) => inPlanOrder(shards.map((_, shard) => historiesIn(shards, shard, emit))),
    shardOf: (worker) => reports[worker % reports.length] ?? report,
  };
}

/** The histories of a shard, with the numbers of its workers as no other shard has them. */
function historiesIn(
  shards: readonly Recording[],
  shard: number,
  emit: Emit,
): AsyncGenerator<readonly [History, CaseEnd]> {
  async function* lines(): AsyncGenerator<RecordingLine> {
    for await (const line of shards[shard]?.lines() ?? [])
      yield "worker" in line ? { ...line, worker: line.worker * shards.length + shard } : line;
  }
  return historiesOf(lines(), emit);
}

/** The next history of a shard: its phase, whether it is a rerun, and its place in the plan, which order it. */
interface Next {
  readonly value: readonly [History, CaseEnd];
  readonly order: readonly [phase: number, rerun: number, place: number];
}

/** Yields the histories of all shards as one run has them: the test cases of a phase by their places, then its reruns. */
async function* inPlanOrder(
  shards: readonly AsyncGenerator<readonly [History, CaseEnd]>[],
): AsyncGenerator<readonly [History, CaseEnd]> {
  const heads: { readonly shard: (typeof shards)[number]; next: Next | null }[] = [];
  const advance = async (head: (typeof heads)[number]): Promise<void> => {
    const { done, value } = await head.shard.next();
    head.next = done === true ? null : { value, order: orderOf(value, head.next) };
  };
  for (const shard of shards) heads.push({ shard, next: null });
  for (const head of heads) await advance(head);
  for (;;) {
    const [first] = heads.filter(({ next }) => next !== null).toSorted((a, b) => compare(a.next, b.next));
    if (first === undefined || first.next === null) return;
    yield first.next.value;
    await advance(first);
  }
}

function orderOf([{ purpose }, end]: readonly [History, CaseEnd], before: Next | null): Next["order"] {
  if (purpose === "execute")
    return [phases.findIndex((one) => one === (end.phase ?? "ordinary")), 0, end.place];
  const [phase] = before?.order ?? [0];
  return [phase, purpose === "confirm" ? 1 : 0, -1];
}

function compare(one: Next | null, other: Next | null): number {
  const [a = [], b = []] = [one?.order, other?.order];
  return a.map((part, at) => part - (b[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

/** The command that replays the counterexample of a rule, with the arguments that name the target. */
type Replay = (rule: string, targetArguments: string) => string;

/**
 * What the reports of all shards say that their exchanges do not hold: the target, the checks that were not made, problems,
 * and sums.
 */
function joinedReport(shards: readonly Report[], replay: Replay): Report {
  const [first, ...others] = shards;
  if (first === undefined) throw new Error("There is no shard.");
  const { shard: _, causes: __, ...head } = first;
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
    target: { ...first.target, ...unsupported(unsupportedIn(shards)) },
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

import { phases } from "../suites/case.ts";
import type { Emit } from "./events.ts";
import { joinedReport, type Replay } from "./join-reports.ts";
import type { Joined } from "./judge-recording.ts";
import { type CaseEnd, type History, historiesOf } from "./recorded-cases.ts";
import type { Recording, RecordingLine } from "./recording.ts";

/** Joins the recordings of all shards of a run, which belong together: those of a run of all test cases. */
export function joined(shards: readonly Recording[], replay: Replay): Joined {
  const reports = shards.map(({ report }) => report);
  const report = joinedReport(reports, replay);
  return {
    report,
    fixture: shards.find(({ fixture }) => fixture !== null)?.fixture ?? null,
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

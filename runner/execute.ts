import type { Finding, Judge } from "../oracle/judge.ts";
import type { ObservedRound } from "../oracle/observe.ts";
import { located } from "../spec/error-place.ts";
import type { Exchange } from "../spec/exchange.ts";
import { removal } from "../spec/target.ts";
import type { Need, Unit } from "../suites/case.ts";
import { retained } from "./batch.ts";
import type { Verdicts } from "./candidates.ts";
import type { Began, Emit, Gone, Spent, StopReason } from "./events.ts";
import { silenceCounter } from "./gone.ts";
import type { Scope } from "./scope.ts";
import type { Lane } from "./worker.ts";

/** What executing test cases needs. */
export interface ExecuteOptions {
  readonly scope: Scope;
  readonly lanes: readonly Lane[];
  readonly units: readonly Unit[];
  readonly judge: Judge;
  /** Collects what the engine decides by. */
  readonly verdicts: Verdicts;
  /** What the target or its fixtures cannot do. */
  readonly cannot: ReadonlySet<string>;
  readonly renew: (lane: Lane) => Promise<Lane | null>;
  /** Why no more may be sent; null to go on. */
  readonly stop: () => StopReason | null;
  /** Is given what each test case sent and was answered, once it has ended. */
  readonly executed?: (unit: Unit, rounds: readonly (readonly Exchange[])[]) => void;
  readonly emit: Emit;
  readonly spent: () => Spent;
}

/** What became of the test cases. */
export interface Executed {
  /** Test cases that were left out, not reached, or cut short. */
  readonly unsent: readonly Unit[];
  /** What the test cases that were cut short have brought all the same. */
  readonly ofCut: readonly Finding[];
  /** The workers at the end, those with a new fixture among them. */
  readonly lanes: readonly Lane[];
  /** Why it stopped early; null when everything planned was sent. */
  readonly stopped: StopReason | null;
}

/** A fixture with more statements than these is reset before the next test case, so that its policy stays small. */
const resetFrom = 12;

/**
 * Executes every test case. Which worker executes which, and in which order, depends on their number only: workers are in
 * flight together, and yet the same seed sends the same requests on the same workers in the same order.
 */
export async function executeCases(options: ExecuteOptions): Promise<Executed> {
  const { units, stop, emit, spent } = options;
  const unsent = new Set(units);
  const ofCut: Finding[] = [];
  let gone: Gone | null = null;
  const work = async (start: Lane): Promise<Lane> => {
    let lane = start;
    const silence = silenceCounter((why) => {
      gone = why;
    });
    for (let place = lane.index; place < units.length; place += options.lanes.length) {
      const unit = units[place];
      if (unit === undefined || stop() !== null || gone !== null) return lane;
      const lacking = unit.needs.find((need) => lacks(lane, need, options.cannot));
      if (lacking !== undefined) {
        emit({
          type: "case-skipped",
          worker: start.index,
          case: unit,
          place,
          lacks: lacking,
          spent: spent(),
        });
        continue;
      }
      try {
        const ready = await prepare(lane, unit, options);
        lane = ready.lane;
        const done = await execute(ready, { unit, place }, options, silence);
        if (done.end === "complete") unsent.delete(unit);
        else ofCut.push(...done.findings);
        emit({ type: "case-finished", worker: start.index, case: unit, place, ...done, spent: spent() });
      } catch (error) {
        throw located(error, { case: unit.id });
      }
    }
    return lane;
  };
  const lanes = await options.scope.all(options.lanes, work);
  return { unsent: [...unsent], ofCut, lanes, stopped: stop() ?? gone };
}

/** A worker that is ready for a test case, and what the case begins on. */
interface Ready {
  readonly lane: Lane;
  readonly began: Began;
}

/** The worker, reset where the test case needs it; with a new fixture where that fails; as it is where neither works. */
async function prepare(lane: Lane, unit: Unit, { renew }: ExecuteOptions): Promise<Ready> {
  if (!lane.spoiled()) {
    if (!unit.clean && lane.statements() <= resetFrom) return { lane, began: "used" };
    if (await lane.tidy(unit.clean)) return { lane, began: unit.clean ? "empty" : "used" };
  }
  const renewed = await renew(lane);
  return renewed === null ? { lane, began: "not-emptied" } : { lane: renewed, began: "empty" };
}

/** How a test case ended, and what was found in it. */
interface Done {
  readonly end: "complete" | "cut";
  readonly began: Began;
  readonly findings: readonly Finding[];
}

async function execute(
  ready: Ready,
  { unit, place }: { readonly unit: Unit; readonly place: number },
  { judge, verdicts, stop, executed }: ExecuteOptions,
  silence: (exchanges: readonly Exchange[]) => boolean,
): Promise<Done> {
  const { lane } = ready;
  let { began } = ready;
  const script = unit.start(lane.stage);
  const rounds: (readonly Exchange[])[] = [];
  const unseen = lane.unseen();
  const findings: Finding[] = [];
  const at = { testCase: unit, fixture: lane.stage, rounds, lane: lane.index, place };
  const hear = (found: readonly Finding[]) => {
    findings.push(...found);
    verdicts.hear(found, { ...at, clean: began === "empty", spoiled: began === "not-emptied" });
  };
  const played = await lane.execute(
    (done) => {
      const last = done.at(-1);
      return (last !== undefined && silence(last)) || stop() !== null ? null : script(done);
    },
    {
      unit: unit.id,
      purpose: "execute",
      heard: (round, exchanges) => {
        rounds.push(exchanges.map(retained));
        // A leak that came before may be behind what is seen from here on.
        if (began === "empty" && concerns(round, unseen)) began = "used";
        hear(judge.round(round));
      },
    },
  );
  hear(judge.history(played.observed));
  executed?.(unit, played.rounds);
  const whole = script(played.rounds) === null && !played.rounds.flat().some(wasNotSent);
  return { end: whole ? "complete" : "cut", began, findings };
}

/** One of these policies, or a policy that may be one of them, was written to or read. */
function concerns({ observations }: ObservedRound, policies: ReadonlySet<string>): boolean {
  if (policies.size === 0) return false;
  return observations.some((of) => {
    if (of.kind === "neighbour") return policies.has(removal(of.call)?.key ?? "");
    const key = of.kind === "addition" ? of.situation.key : of.key;
    return key === null || policies.has(key);
  });
}

/** The budget or the end of the run came before it. */
function wasNotSent({ answer }: Exchange): boolean {
  return answer.kind === "none" && answer.unsent === true;
}

/** Says whether a fixture lacks what a test case needs. */
export function lacks({ stage }: Lane, need: Need, cannot: ReadonlySet<string>): boolean {
  if (need === "other") return stage.other === null;
  if (need === "create") return stage.recipe === null;
  if (need === "versions") return stage.main.versions.length === 0;
  return need === "aliases" ? stage.main.aliases === null : cannot.has(need);
}

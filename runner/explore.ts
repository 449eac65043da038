import type { Finding, Judge } from "../oracle/judge.ts";
import type { ObservedRound } from "../oracle/observe.ts";
import { phrase } from "../spec/answer.ts";
import { located } from "../spec/error-place.ts";
import type { Answer, Exchange } from "../spec/exchange.ts";
import { removal } from "../spec/target.ts";
import type { Need, Unit } from "../suites/case.ts";
import type { Verdicts } from "./candidates.ts";
import { type Lane, retained } from "./lane.ts";
import type { Scope } from "./scope.ts";

/** How exploring went. */
export interface Explored {
  /** Histories executed to their end. */
  readonly played: number;
  /** Histories that were left out, not reached, or cut short. */
  readonly unsent: readonly Unit[];
  /** What the histories that were cut short have brought all the same. */
  readonly ofCut: readonly Finding[];
  /** Histories that needed an empty fixture and began on one that could not be emptied or replaced. */
  readonly notEmptied: number;
  /** The lanes at the end, renewed ones among them. */
  readonly lanes: readonly Lane[];
  /** Why it stopped early; null when everything planned was sent. */
  readonly stopped: string | null;
}

/** How a history ended: executed to its end, cut short, or left out for what is lacking. */
export type Ended =
  | { readonly end: "complete" | "cut" }
  | { readonly end: "left-out"; readonly lacking: Need };

/** What exploring needs. */
export interface ExploreOptions {
  readonly scope: Scope;
  readonly lanes: readonly Lane[];
  readonly units: readonly Unit[];
  readonly judge: Judge;
  readonly verdicts: Verdicts;
  /** Hears of every history that ended, and of every one that was left out for what is lacking. */
  readonly ended: (unit: Unit, how: Ended) => void;
  /** What the target or its stages cannot do. */
  readonly cannot: ReadonlySet<string>;
  readonly renew: (lane: Lane) => Promise<Lane | null>;
  /** Why no more may be sent; null to go on. */
  readonly stop: () => string | null;
}

/** A stage with more statements than these is emptied before the next history, so that its policy stays small. */
const tidyFrom = 12;

/**
 * Plays every unit. Which lane plays which unit, and in which order, depends on their number only:
 * lanes are in flight together, and yet the same seed sends the same requests on the same lanes in the same order.
 */
export async function explore(options: ExploreOptions): Promise<Explored> {
  const { units, stop } = options;
  const unsent = new Set(units);
  const ofCut: Finding[] = [];
  let notEmptied = 0;
  let gone: string | null = null;
  const work = async (start: Lane): Promise<Lane> => {
    let lane = start;
    const silence = silenceCounter((why) => {
      gone = why;
    });
    for (let index = lane.index; index < units.length; index += options.lanes.length) {
      const unit = units[index];
      if (unit === undefined || stop() !== null || gone !== null) return lane;
      const lacking = unit.needs.find((need) => lacks(lane, need, options.cannot));
      if (lacking !== undefined) {
        options.ended(unit, { end: "left-out", lacking });
        continue;
      }
      try {
        const start = await ready(lane, unit, options);
        lane = start.lane;
        if (unit.clean && start.spoiled) notEmptied += 1;
        const { end, found } = await execute(start, { unit, place: index }, options, silence);
        if (end === "complete") unsent.delete(unit);
        else ofCut.push(...found);
        options.ended(unit, { end });
      } catch (error) {
        throw located(error, { case: unit.id });
      }
    }
    return lane;
  };
  const lanes = await options.scope.all(options.lanes, work);
  const played = units.length - unsent.size;
  return { played, unsent: [...unsent], ofCut, notEmptied, lanes, stopped: stop() ?? gone };
}

/** A lane to begin a history on. */
interface Start {
  readonly lane: Lane;
  /** Its policies were emptied, and were seen to be empty wherever something was sent to them. */
  readonly empty: boolean;
  /** It was to be emptied or replaced, and neither worked. */
  readonly spoiled: boolean;
}

/** The lane, emptied where the unit needs it; a new fixture where it cannot be emptied; as it is where neither works. */
async function ready(lane: Lane, unit: Unit, { renew }: ExploreOptions): Promise<Start> {
  if (!lane.spoiled()) {
    if (!unit.clean && lane.statements() <= tidyFrom) return { lane, empty: false, spoiled: false };
    if (await lane.tidy(unit.clean)) return { lane, empty: unit.clean, spoiled: false };
  }
  const renewed = await renew(lane);
  if (renewed !== null) return { lane: renewed, empty: true, spoiled: false };
  return { lane, empty: false, spoiled: true };
}

async function execute(
  { lane, empty, spoiled }: Start,
  { unit, place }: { readonly unit: Unit; readonly place: number },
  { judge, verdicts, stop }: ExploreOptions,
  silence: (exchanges: readonly Exchange[]) => boolean,
): Promise<{ readonly end: "complete" | "cut"; readonly found: readonly Finding[] }> {
  const script = unit.start(lane.stage);
  const rounds: (readonly Exchange[])[] = [];
  const unseen = lane.unseen();
  const origin = { testCase: unit, fixture: lane.stage, rounds };
  const at = { ...origin, lane: lane.index, place, clean: empty, spoiled };
  const found: Finding[] = [];
  const hear = (findings: readonly Finding[]) => {
    found.push(...findings);
    verdicts.hear(findings, at);
  };
  const played = await lane.play(
    (done) => {
      const last = done.at(-1);
      return (last !== undefined && silence(last)) || stop() !== null ? null : script(done);
    },
    {
      unit: unit.id,
      heard: (round, exchanges) => {
        rounds.push(exchanges.map(retained));
        // A leak that came before may be behind what is seen from here on.
        at.clean &&= !concerns(round, unseen);
        hear(judge.round(round));
      },
    },
  );
  hear(judge.history(played.observed));
  const whole = script(played.rounds) === null && !played.rounds.flat().some(wasNotSent);
  return { end: whole ? "complete" : "cut", found };
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

/** Says whether a stage lacks what a history needs. */
export function lacks({ stage }: Lane, need: Need, cannot: ReadonlySet<string>): boolean {
  if (need === "other") return stage.other === null;
  if (need === "create") return stage.recipe === null;
  if (need === "versions") return stage.main.versions.length === 0;
  return need === "aliases" ? stage.main.aliases === null : cannot.has(need);
}

/** Answers that never came or turned a request away, in a row on one lane, after which the target counts as gone. */
const goneAfter = 12;

/** Hears what comes back on one lane and tells, by true and a sentence, when the target answers no longer. */
export function silenceCounter(tell: (why: string) => void): (exchanges: readonly Exchange[]) => boolean {
  let silent = 0;
  let busy = 0;
  let busyOthers = 0;
  const hear = ({ call, answer }: Exchange): string | null => {
    silent = isSilent(answer) ? silent + 1 : 0;
    busy = isBusy(answer) ? busy + 1 : 0;
    // A target that turns away AddPermission alone is still there to be judged by what else it says.
    if (busy === 0) busyOthers = 0;
    else if (call.operation !== "AddPermission") busyOthers += 1;
    if (silent >= goneAfter)
      return `the target stopped answering: ${answer.kind === "none" ? answer.detail : ""}`;
    return busy >= goneAfter && busyOthers > 0
      ? `the target turns every request away, the last with ${phrase(answer)}`
      : null;
  };
  return (exchanges) => {
    let gone = false;
    for (const exchange of exchanges) {
      const why = hear(exchange);
      gone = why !== null;
      if (why !== null) tell(why);
    }
    return gone;
  };
}

function isSilent(answer: Answer): boolean {
  return answer.kind === "none" && ["refused", "aborted", "timeout"].includes(answer.reason);
}

function isBusy(answer: Answer): boolean {
  return answer.kind === "response" && (answer.status === 429 || answer.status === 503);
}

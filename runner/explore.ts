import type { Judge } from "../oracle/judge.ts";
import { located } from "../spec/error-place.ts";
import type { Exchange } from "../spec/exchange.ts";
import type { Need, Unit } from "../suites/unit.ts";
import type { Lane } from "./lane.ts";
import { retained } from "./retained.ts";
import type { Scope } from "./scope.ts";
import { silenceCounter } from "./silence-counter.ts";
import type { Verdicts } from "./verdicts.ts";

/** How exploring went. */
export interface Explored {
  /** Histories played to their end. */
  readonly played: number;
  /** Histories that were left out or not reached. */
  readonly unsent: readonly Unit[];
  /** The lanes at the end, renewed ones among them. */
  readonly lanes: readonly Lane[];
  /** Why it stopped early; null when everything planned was sent. */
  readonly stopped: string | null;
}

/** What exploring needs. */
export interface ExploreOptions {
  readonly scope: Scope;
  readonly lanes: readonly Lane[];
  readonly units: readonly Unit[];
  readonly judge: Judge;
  readonly verdicts: Verdicts;
  /** Hears of every history that ended, and of every one that was left out for what is lacking. */
  readonly ended: (unit: Unit, lacking: Need | null) => void;
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
  let gone: string | null = null;
  const work = async (start: Lane): Promise<Lane> => {
    let lane = start;
    const silence = silenceCounter((why) => {
      gone = why;
    });
    for (let index = lane.index; index < units.length; index += options.lanes.length) {
      const unit = units[index];
      if (unit === undefined || stop() !== null || gone !== null) return lane;
      const lacking = unit.needs.find((need) => lacks(lane, need, options.cannot)) ?? null;
      if (lacking === null) {
        try {
          lane = await ready(lane, unit, options);
          await playUnit(lane, { unit, place: index }, options, silence);
        } catch (error) {
          throw located(error, { case: unit.id });
        }
        unsent.delete(unit);
      }
      options.ended(unit, lacking);
    }
    return lane;
  };
  const lanes = await options.scope.all(options.lanes, work);
  return { played: units.length - unsent.size, unsent: [...unsent], lanes, stopped: stop() ?? gone };
}

/** The lane, emptied where the unit needs it; a new stage where it cannot be emptied. */
async function ready(lane: Lane, unit: Unit, { renew }: ExploreOptions): Promise<Lane> {
  if (lane.spoiled()) return (await renew(lane)) ?? lane;
  if (!unit.clean && lane.statements() <= tidyFrom) return lane;
  if (await lane.tidy(unit.clean)) return lane;
  return (await renew(lane)) ?? lane;
}

async function playUnit(
  lane: Lane,
  { unit, place }: { readonly unit: Unit; readonly place: number },
  { judge, verdicts, stop }: ExploreOptions,
  silence: (exchanges: readonly Exchange[]) => boolean,
): Promise<void> {
  const script = unit.start(lane.stage);
  const rounds: (readonly Exchange[])[] = [];
  const at = { lane: lane.index, unit: unit.id, place, clean: unit.clean, names: lane.names(), rounds };
  const { observed } = await lane.play(
    (done) => {
      const last = done.at(-1);
      return (last !== undefined && silence(last)) || stop() !== null ? null : script(done);
    },
    {
      unit: unit.id,
      heard: (round, exchanges) => {
        rounds.push(exchanges.map(retained));
        verdicts.hear(judge.round(round), at);
      },
    },
  );
  verdicts.hear(judge.history(observed), at);
}

/** Says whether a stage lacks what a history needs. */
export function lacks({ stage }: Lane, need: Need, cannot: ReadonlySet<string>): boolean {
  if (need === "other") return stage.other === null;
  if (need === "create") return stage.recipe === null;
  if (need === "versions") return stage.main.versions.length === 0;
  return need === "aliases" ? stage.main.aliases === null : cannot.has(need);
}

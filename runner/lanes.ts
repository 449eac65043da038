import type { Arranged } from "../client/arrange.ts";
import { Fault } from "../spec/fault.ts";
import { type Lane, laneOn } from "./lane.ts";
import type { RunOptions } from "./options.ts";

/** The lanes of a run and how to take them down. */
export interface Lanes {
  readonly lanes: readonly Lane[];
  /** What could not be arranged, that of the first lane first. */
  readonly missing: Arranged["missing"];
  /** A stage in place of one that cannot be emptied; null when it cannot be had. */
  renew(lane: Lane): Promise<Lane | null>;
  /** A new stage with the function under test alone; null when it cannot be had. */
  spare(): Promise<Lane | null>;
  /** Removes everything that was created; tells what is left behind. */
  undo(): Promise<readonly string[]>;
}

/** What arranging lanes needs of a run. */
export type RaiseOptions = Pick<
  RunOptions,
  "arrange" | "fresh" | "how" | "lanes" | "redact" | "settleMs" | "sleep" | "tape" | "transport"
>;

/** After these failures in a row no further stage is asked for: a target that is busy for good would be waited for each time. */
const mostFailures = 3;

/** Two characters name a lane, and two its stages, so that every name is as long as the others. */
const mostIndex = 36 ** 2 - 1;
const mostGenerations = 1200;

/** Longest wait for a busy target when a stage is renewed, in milliseconds. */
const renewalPatienceMs = 10_000;

/** Arranges one stage a lane: the first alone, so that a target that refuses is asked once, then the others together. */
export async function raise(options: RaiseOptions): Promise<Lanes> {
  const arranged: Arranged[] = [];
  const generations = new Map<number, number>();
  let failures = 0;
  let spares = 0;
  const make = async (index: number, how?: Parameters<typeof options.arrange>[1]): Promise<Lane> => {
    const generation = generations.get(index) ?? 0;
    generations.set(index, generation + 1);
    const suffix = `${index.toString(36).padStart(2, "0")}${generation.toString(36).padStart(2, "0")}`;
    const one = await options.arrange(suffix, how);
    arranged.push(one);
    options.tape?.stage(index, one.stage, options.fresh);
    return laneOn({
      index,
      stage: one.stage,
      fresh: options.fresh,
      transport: options.transport,
      how: options.how,
      settleMs: options.settleMs,
      sleep: options.sleep,
      tape: options.tape,
    });
  };
  const perhaps = async (index: number, bare: boolean): Promise<Lane | null> => {
    if (!options.fresh || failures >= mostFailures || index > mostIndex) return null;
    if ((generations.get(index) ?? 0) > mostGenerations) return null;
    try {
      const lane = await make(index, { patienceMs: renewalPatienceMs, bare });
      failures = 0;
      return lane;
    } catch {
      failures += 1;
      return null;
    }
  };
  const undo = async () => (await Promise.all(arranged.map((one) => one.undo()))).flat();
  try {
    const first = await make(0);
    const others = Array.from({ length: options.lanes - 1 }, (_, index) => make(index + 1));
    const settled = await Promise.allSettled(others);
    const failed = settled.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
    return {
      lanes: [first, ...settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []))],
      missing: arranged.flatMap((one) => one.missing),
      renew: (lane) => perhaps(lane.index, false),
      spare: () => {
        spares += 1;
        return perhaps(options.lanes + spares, true);
      },
      undo,
    };
  } catch (error) {
    const left = await undo();
    if (left.length === 0 || !(error instanceof Fault)) throw error;
    throw new Fault(`${error.message} Besides, ${left.join("; ")}.`, { cause: error });
  }
}

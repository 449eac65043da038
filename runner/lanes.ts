import type { Arranged } from "../client/arrange.ts";
import type { Exchange, Header } from "../spec/exchange.ts";
import { type Lane, laneOn } from "./lane.ts";
import type { RunOptions } from "./options.ts";

/** The lanes of a run and how to take them down. */
export interface Lanes {
  readonly lanes: readonly Lane[];
  /** What could not be arranged, one sentence each, without repetition. */
  readonly missing: readonly string[];
  /** A stage in place of one that cannot be emptied; null when it cannot be had. */
  renew(lane: Lane): Promise<Lane | null>;
  /** Removes everything that was created; tells what is left behind. */
  undo(): Promise<readonly string[]>;
}

/** What arranging lanes needs of a run. */
export type RaiseOptions = Pick<
  RunOptions,
  "arrange" | "fresh" | "how" | "lanes" | "redact" | "settleMs" | "sleep" | "tape" | "transport"
>;

/** Arranges one stage a lane: the first alone, so that a target that refuses is asked once, then the others together. */
export async function raise(options: RaiseOptions): Promise<Lanes> {
  const arranged: Arranged[] = [];
  const record = recorder(options);
  const generations = new Map<number, number>();
  const make = async (index: number): Promise<Lane> => {
    const generation = generations.get(index) ?? 0;
    generations.set(index, generation + 1);
    const suffix = `${index.toString(36).padStart(2, "0")}${generation.toString(36).padStart(2, "0")}`;
    const one = await options.arrange(suffix);
    arranged.push(one);
    options.tape?.stage(index, one.stage, options.fresh);
    return laneOn({
      index,
      stage: one.stage,
      fresh: options.fresh,
      transport: options.transport,
      how: options.how,
      record,
      settleMs: options.settleMs,
      sleep: options.sleep,
      tape: options.tape,
    });
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
      missing: [...new Set(arranged.flatMap((one) => one.missing))],
      renew: async (lane) => {
        if (!options.fresh || (generations.get(lane.index) ?? 0) > 1200) return null;
        return make(lane.index).catch(() => null);
      },
      undo,
    };
  } catch (error) {
    await undo();
    throw error;
  }
}

function recorder({ redact }: RaiseOptions): (exchange: Exchange) => Exchange {
  const headers = (list: readonly Header[]): readonly Header[] =>
    list.map(([name, value]) => [name, redact(value)]);
  return ({ step, call, answer }) => ({
    step,
    call,
    answer:
      answer.kind === "none"
        ? { ...answer, detail: redact(answer.detail) }
        : { ...answer, headers: headers(answer.headers), body: redact(answer.body) },
  });
}

import type { Exchange, Round } from "../spec/exchange.ts";
import type { Stage } from "../spec/stage.ts";

/** What a history needs of its stage; where it is missing the history is left out and the report says so. */
export type Need = "other" | "versions" | "aliases" | "create" | "faults" | "routes" | "wire";

/** The next round of a history, given the rounds that came back so far; null ends it. Pure. */
export type Script = (done: readonly (readonly Exchange[])[]) => Round | null;

/** A history that can be played on any stage. Equal seeds give equal units, byte for byte. */
export interface Unit {
  /** `suite/topic/case`, unique in the run. */
  readonly id: string;
  readonly needs: readonly Need[];
  /** True when every policy of the stage must be empty at the start. */
  readonly clean: boolean;
  /** True for what must never reach a real account, such as a public principal without a condition. */
  readonly hazard: boolean;
  start(stage: Stage): Script;
}

/** A source of traffic. A suite sends and holds no expectations. */
export interface Suite {
  readonly name: string;
  /** One sentence: what it sends. */
  readonly title: string;
  units(plan: Plan): Iterable<Unit>;
}

/** What a suite knows when it plans. */
export interface Plan {
  readonly seed: number;
  /** Random cases a property gets. */
  readonly runs: number;
  /** Rounds of each kind of race. */
  readonly rounds: number;
}

/** A history whose rounds are fixed in advance. */
export function scripted(
  id: string,
  rounds: (stage: Stage) => readonly Round[],
  options: Partial<Pick<Unit, "needs" | "clean" | "hazard">> = {},
): Unit {
  return {
    id,
    needs: options.needs ?? [],
    clean: options.clean ?? false,
    hazard: options.hazard ?? false,
    start: (stage) => {
      const script = rounds(stage);
      return (done) => script[done.length] ?? null;
    },
  };
}

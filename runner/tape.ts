import type { Exchange } from "../spec/exchange.ts";
import type { Stage } from "../spec/stage.ts";

/** Hears every exchange of a run, lane by lane in order, as it was recorded. */
export interface Tape {
  /** A stage was arranged for a lane; what is believed of it begins anew. */
  stage(lane: number, stage: Stage, fresh: boolean): void;
  /** A lane was tidied up, whether anything had to be sent for it or not: what came before counts no more. */
  tidied?(lane: number, empty: boolean): void;
  /** A round was played on a lane as part of a history; tidying up has the unit "". */
  round(lane: number, unit: string, exchanges: readonly Exchange[]): void;
}

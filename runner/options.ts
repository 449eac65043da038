import type { Clock } from "../client/transport.ts";
import type { Suite } from "../suites/case.ts";
import type { CampaignOptions } from "./campaign/campaign.ts";
import type { Connection } from "./connect.ts";
import type { RunHead } from "./events.ts";
import type { IsNews } from "./kinds.ts";
import type { Shard } from "./plan.ts";

/** Everything that a run needs. Clock, network and randomness come from outside. */
export interface RunOptions extends RunHead, Connection {
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
  readonly workers: number;
  readonly suites: readonly Suite[];
  readonly runs: number;
  readonly rounds: number;
  /** The part of the plan that is executed; all of it by default. */
  readonly shard?: Shard | undefined;
  /** True if an existing function may keep statements that no request removes. */
  readonly disposable?: boolean | undefined;
  /** After this many confirmed causes the run ends; those of rules that are known to be violated do not count. */
  readonly bail?: { readonly causes: number; readonly known: readonly string[] } | undefined;
  /** Goes on with new seeds after the usual test cases. */
  readonly campaign?: CampaignOptions | undefined;
  /** Leaves out what must never reach a real account. */
  readonly safeMode: boolean;
  readonly settleMs: number;
  /** Says which kinds of input the file of known deviations does not list of a rule that it lists. */
  readonly isNews?: IsNews | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The command that replays the counterexample of a rule. */
  readonly replay: (rule: string) => string;
}

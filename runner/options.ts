import type { Arranged } from "../client/arrange.ts";
import type { Limited } from "../client/limiter.ts";
import type { Clock, SendOptions } from "../client/transport.ts";
import type { Header } from "../spec/exchange.ts";
import type { Suite } from "../suites/case.ts";
import type { CampaignOptions } from "./campaign/campaign.ts";
import type { ArrangeHow } from "./connect.ts";
import type { RunHead } from "./events.ts";
import type { IsNews } from "./kinds.ts";
import type { Shard } from "./plan.ts";

/** Everything that a run needs. Clock, network and randomness come from outside. */
export interface RunOptions extends RunHead {
  readonly transport: Limited;
  readonly how: SendOptions;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
  /** Arranges the fixture of one worker, under names that end in `suffix`. */
  readonly arrange: (suffix: string, how?: ArrangeHow) => Promise<Arranged>;
  /** True if the fixtures are created for this run. */
  readonly fresh: boolean;
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
  /** Removes secrets from everything that is recorded. */
  readonly redact: (text: string) => string;
  /** The command that replays the counterexample of a rule. */
  readonly replay: (rule: string) => string;
  /** How the curl commands authorize themselves. */
  readonly curl: { readonly authorization: readonly Header[]; readonly sign: boolean };
}

import type { Arranged } from "../client/arrange.ts";
import type { Limited } from "../client/limiter.ts";
import type { Clock, SendOptions } from "../client/transport.ts";
import type { Header } from "../spec/exchange.ts";
import type { Suite } from "../suites/case.ts";
import type { ArrangeHow } from "./connect.ts";
import type { RunHead } from "./events.ts";

export type { UnsupportedCapability } from "../spec/verdict.ts";

/** Everything a run needs, made at the edge: no clock, network or randomness of its own. */
export interface RunOptions extends RunHead {
  readonly transport: Limited;
  readonly how: SendOptions;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
  /** Arranges the fixture of one worker, under a name that ends in `suffix`. */
  readonly arrange: (suffix: string, how?: ArrangeHow) => Promise<Arranged>;
  /** True when the fixtures are created for this run. */
  readonly fresh: boolean;
  readonly workers: number;
  readonly suites: readonly Suite[];
  readonly runs: number;
  readonly rounds: number;
  /** Leave out what must never reach a real account. */
  readonly safeMode: boolean;
  readonly settleMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Takes secrets out of everything that is recorded. */
  readonly redact: (text: string) => string;
  /** The command that replays a rule's counterexample. */
  readonly replay: (rule: string) => string;
  /** How the curl lines authorize themselves. */
  readonly curl: { readonly authorization: readonly Header[]; readonly sign: boolean };
}

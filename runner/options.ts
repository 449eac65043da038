import type { Arranged } from "../client/arrange.ts";
import type { Limited } from "../client/limiter.ts";
import type { Clock, SendOptions } from "../client/transport.ts";
import type { Rule } from "../oracle/rule.ts";
import type { RunEvent } from "../reports/ndjson.ts";
import type { Report } from "../reports/report.ts";
import type { Header } from "../spec/exchange.ts";
import type { Column, UnsupportedCapability } from "../spec/verdict.ts";
import type { Suite } from "../suites/case.ts";
import type { ArrangeHow } from "./reach.ts";
import type { Tape } from "./recording.ts";

export type { UnsupportedCapability as Inability } from "../spec/verdict.ts";

/** Everything a run needs, made at the edge: no clock, network or randomness of its own. */
export interface RunOptions {
  readonly tool: { readonly name: string; readonly version: string };
  readonly target: {
    readonly name: string;
    readonly endpoint: string;
    readonly cannot: readonly UnsupportedCapability[];
  };
  readonly transport: Limited;
  readonly how: SendOptions;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
  readonly startedAt: Date;
  /** Arranges the stage of one lane, under a name that ends in `suffix`. */
  readonly arrange: (suffix: string, how?: ArrangeHow) => Promise<Arranged>;
  /** True when the stages are created for this run. */
  readonly fresh: boolean;
  readonly lanes: number;
  readonly suites: readonly Suite[];
  readonly rules: readonly Rule[];
  readonly profile: Column;
  /** What was left out on request, for the report. */
  readonly only?: Report["only"] | undefined;
  readonly seed: number;
  readonly runs: number;
  readonly rounds: number;
  /** Leave out what must never reach a real account. */
  readonly careful: boolean;
  readonly settleMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Takes secrets out of everything that is recorded. */
  readonly redact: (text: string) => string;
  readonly progress: (event: {
    /** Histories. */
    readonly sent: number;
    readonly planned: number;
    /** Rules that something went against so far. */
    readonly violated: number;
    /** Once everything is sent: how many violations were tried again, of how many. */
    readonly confirming?: { readonly tried: number; readonly of: number };
  }) => void;
  /** Hears what happens while it happens; texts of the target are redacted. */
  readonly events?: ((event: RunEvent) => void) | undefined;
  /** The command that replays a rule's counterexample. */
  readonly replay: (rule: string) => string;
  /** How the curl lines authorize themselves. */
  readonly curl: { readonly authorization: readonly Header[]; readonly sign: boolean };
  readonly tape?: Tape | undefined;
  /** Is given a report every so often while the run goes on. */
  readonly snapshot?:
    | { readonly everyMs: number; readonly write: (report: Report) => Promise<void> }
    | undefined;
}

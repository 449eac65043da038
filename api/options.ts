import type { ProgressEvent } from "../reports/progress.ts";
import type { Column } from "../reports/report.ts";
import type { RuleId } from "../rules/index.ts";
import type { Inability } from "../runner/options.ts";

/** How to run; everything has a default. Times are in milliseconds. */
export interface ConformOptions {
  /** As reports name the target. */
  readonly name?: string | undefined;
  /** The column that decides: `document` by default. */
  readonly profile?: Column | undefined;
  /** Same seed, same requests, byte for byte; 1 by default. */
  readonly seed?: number | undefined;
  /** Random cases a property gets; 25 by default. */
  readonly runs?: number | undefined;
  /** Rounds of each kind of race; 6 by default. */
  readonly rounds?: number | undefined;
  /** Only these suites. */
  readonly suites?: readonly string[] | undefined;
  /** Only these rules. */
  readonly rules?: readonly RuleId[] | undefined;
  /** Path of a file of known deviations, as the command's --known takes it. */
  readonly known?: string | URL | undefined;
  /** Histories in flight together; 8 by default. */
  readonly concurrency?: number | undefined;
  /** Most requests in all. */
  readonly budget?: number | undefined;
  /** Most requests a second. */
  readonly rate?: number | undefined;
  /** For each request; 10 000 by default. */
  readonly timeoutMs?: number | undefined;
  /** Read a policy again for so long before judging it, for targets that lag; 0 by default. */
  readonly settleMs?: number | undefined;
  /** Region to sign for; AWS_REGION or us-east-1 by default. */
  readonly region?: string | undefined;
  /** Sign with SigV4 from AWS_ACCESS_KEY_ID and its companions. */
  readonly sign?: boolean | undefined;
  /** Use this existing function and create nothing; its policy is emptied while the run goes on, and given back. */
  readonly functionName?: string | undefined;
  /** ARN of the execution role of functions that are created. */
  readonly role?: string | undefined;
  /** The target answers AddPermission alone and remembers nothing: any name is a function, and no rule about state applies. */
  readonly stateless?: boolean | undefined;
  /** More that the target cannot do, each with the reason that the report gives. */
  readonly cannot?: readonly Inability[] | undefined;
  /** What requests to a target in this process are addressed to; http://lambda.test by default. */
  readonly origin?: string | undefined;
  /** Ends the run early; the report then says that it is incomplete. */
  readonly signal?: AbortSignal | undefined;
  /** Hears how far the run is. */
  readonly progress?: ((far: ProgressEvent) => void) | undefined;
}

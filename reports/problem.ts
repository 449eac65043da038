/** What kind of thing went wrong on our side or on the way. */
export const problemCodes = [
  /** An error of the suite itself: it has a stack. */
  "internal",
  /** The run could not begin. */
  "not-begun",
  /** The run could not go on to its end. */
  "ended-early",
  /** A budget, a signal or a target that is gone ended it before everything planned was sent. */
  "stopped",
  /** The run was going on when this was written. */
  "going-on",
  /** The target no longer knows functions that nobody deleted. */
  "fixtures-lost",
  /** Something that was created, or a policy that was changed, is left as it is. */
  "left-behind",
  /** The recording could not be written. */
  "not-recorded",
  /** Told by an earlier version, which gave no codes. */
  "unknown",
] as const;

/** One of them. */
export type ProblemCode = (typeof problemCodes)[number];

/** Something that went wrong on our side or on the way. */
export interface Problem {
  readonly code: ProblemCode;
  /** One sentence, the same that `faults` has. */
  readonly message: string;
  /** The rule that was asked when it happened. */
  readonly rule?: string;
  /** The test case that was executed when it happened. */
  readonly case?: string;
  /** Name and message of the error, then its frames, then what caused it; without folders of the machine. */
  readonly stack?: readonly string[];
}

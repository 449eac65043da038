/** The two readings of one run: the page literally, and the page corrected by recordings of the live service. */
export const columns = ["document", "aws"] as const;

/** One of them. */
export type Column = (typeof columns)[number];

/** Strongest first: violated > inconclusive > holds > unexercised. */
export type Outcome = "violated" | "inconclusive" | "holds" | "unexercised";

/** The origin of a rule: only `stated` and `implied` rules count in the document column. */
export type Basis = "stated" | "implied" | "observed" | "open";

/** The capabilities that a target may need so that a rule can be judged. */
export const capabilities = [
  "state",
  "policy",
  "other",
  "versions",
  "aliases",
  "remove",
  "revisions",
  /** The RevisionId of GetPolicy. */
  "policy-revisions",
  "limit",
  "echo",
  "meaning",
  "faults",
  "routes",
  /** Aliases with names of the lengths that limits need. */
  "alias-lengths",
  /** A region that the pattern of FunctionName knows, so that the function has a valid full ARN. */
  "full-arn",
  /** All versions are known. */
  "version-list",
  /** A version that the run may publish. */
  "publish",
  /** GetFunction. */
  "describe",
  /** A policy that may keep a statement with an id that no request removes. */
  "discard",
] as const;

/** One of them. */
export type Capability = (typeof capabilities)[number];

/** A capability that the target does not have, so rules that need it are not judged. */
export interface UnsupportedCapability {
  readonly needs: Capability;
  /** One sentence for the report. */
  readonly reason: string;
}

/** What each exit code of a run means, as a phrase. */
export const exitMeanings = {
  0: "every stated and implied rule that applies was exercised and holds",
  1: "a violation that is not known, or an entry of the known-file that is out of date",
  2: "a usage error, a target that cannot be reached, a run that did not finish, or an internal error",
  3: "nothing is violated, but not every rule could be tested",
} as const;

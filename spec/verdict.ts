/** The two readings of one run: the page literally, and the page corrected by recordings of the live service. */
export type Column = "document" | "aws";

/** Strongest first: violated > inconclusive > holds > unexercised. */
export type Outcome = "violated" | "inconclusive" | "holds" | "unexercised";

/** Where a rule comes from: only `stated` and `implied` can turn the document column red. */
export type Basis = "stated" | "implied" | "observed" | "open";

/** What a target must be able to do for a rule to be judged. */
export type Capability =
  | "state"
  | "policy"
  | "other"
  | "versions"
  | "aliases"
  | "remove"
  | "revisions"
  | "limit"
  | "echo"
  | "meaning"
  | "faults"
  | "routes";

/** Something that the target cannot do, so that rules which need it are not judged there. */
export interface UnsupportedCapability {
  readonly needs: Capability;
  /** One sentence for the report. */
  readonly reason: string;
}

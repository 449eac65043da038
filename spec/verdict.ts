/** The two readings of one run: the page literally, and the page corrected by recordings of the live service. */
export type Column = "document" | "aws";

/** Strongest first: violated > inconclusive > holds > unexercised. */
export type Outcome = "violated" | "inconclusive" | "holds" | "unexercised";

/** Where a rule comes from: only `stated` and `implied` can turn the document column red. */
export type Basis = "stated" | "implied" | "observed" | "open";

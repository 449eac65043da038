/** The two readings of one run: the page literally, and the page corrected by recordings of the live service. */
export type Column = "document" | "aws";

/** Strongest first: violated > inconclusive > holds > unexercised. */
export type Outcome = "violated" | "inconclusive" | "holds" | "unexercised";

/** Where a rule comes from: only `stated` and `implied` can turn the document column red. */
export type Basis = "stated" | "implied" | "observed" | "open";

const explained = "explained by the violation of ";

/** Said of a rule that says nothing by itself, because the violation of another one accounts for all that was seen. */
export function explainedBy(rule: string): string {
  return `${explained}${rule}`;
}

/** The rule whose violation explains this reason; null for any other reason. */
export function explainerIn(reason: string): string | null {
  return reason.startsWith(explained) ? reason.slice(explained.length) : null;
}

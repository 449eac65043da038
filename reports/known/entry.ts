/** One deviation that the user knows of, as a known-file records it. */
export interface KnownEntry {
  readonly rule: string;
  /** Why the deviation is tolerated; empty after `--update-known` until somebody fills it in. */
  readonly because: string;
  readonly link?: string;
  /** Day on which it was recorded, YYYY-MM-DD. */
  readonly date: string;
  /** From this day on, YYYY-MM-DD, the entry no longer excuses. */
  readonly expires?: string;
  /** The shape of the deviation, see `shapeOf`. */
  readonly seen: string;
  /** Excuses only this case of the rule, see `caseOf`; absent means whichever case shows first. */
  readonly case?: string;
  /** Where the entry starts in its file, counted from 1. */
  readonly line: number;
  readonly column: number;
}

/** A known-file that was read. */
export interface KnownFile {
  readonly fileName: string;
  readonly entries: readonly KnownEntry[];
}

/** What makes two entries the same: rule and case. */
export function identity(entry: { readonly rule: string; readonly case?: string }): string {
  return JSON.stringify([entry.rule, entry.case ?? null]);
}

/** One operation of a drawn history. Times are of one clock, in any unit; null means that no answer came. */
export interface TimelineOperation {
  /** What was asked, short: "add x". */
  readonly label: string;
  readonly invokedAt: number;
  readonly returnedAt: number | null;
  /** What was answered, short: "201 added". */
  readonly result: string;
}

const shortestBar = 12;

/**
 * Draws a small history in ASCII, one operation a line, earliest first, no line longer than `width` columns.
 * Columns show which event came before which, not how long anything took: bars that share a column overlap in time.
 * A bar that ends in `?` has no answer and may take effect at any later time.
 */
export function timeline(operations: readonly TimelineOperation[], width = 76): string {
  const sorted = operations.toSorted((a, b) => a.invokedAt - b.invokedAt);
  const room = Math.max(0, Math.floor((width - shortestBar - 4) / 2));
  const labels = column(
    sorted.map(({ label }) => label),
    room,
  );
  const results = column(
    sorted.map(({ result }) => result),
    room,
  );
  const space = width - (labels[0]?.length ?? 0) - (results[0]?.length ?? 0) - 4;
  const bars = drawnBars(sorted, Math.max(2, space));
  return sorted.map((_, line) => `${labels[line]}  ${bars[line]}  ${results[line]}`.trimEnd()).join("\n");
}

function column(texts: readonly string[], room: number): readonly string[] {
  const plain = texts.map((text) => text.replace(/[^\x20-\x7e]/g, "?"));
  const cut = plain.map((text) => (text.length > room ? `${text.slice(0, Math.max(0, room - 2))}..` : text));
  const longest = Math.max(0, ...cut.map((text) => text.length));
  return cut.map((text) => text.padEnd(longest));
}

function drawnBars(operations: readonly TimelineOperation[], space: number): readonly string[] {
  const instants = operations.flatMap(({ invokedAt, returnedAt }) => [invokedAt, returnedAt ?? invokedAt]);
  const places = new Map(
    [...new Set(instants)].sort((a, b) => a - b).map((instant, place) => [instant, place]),
  );
  // Each instant gets two columns where there is room, so that even the shortest bar has two ends.
  const scale = Math.min(4, (space - 2) / Math.max(1, places.size - 1));
  const at = (instant: number): number => Math.floor((places.get(instant) ?? 0) * scale);
  const total = Math.max(2, Math.floor((places.size - 1) * scale) + 2);
  return operations.map(({ invokedAt, returnedAt }) => {
    const from = at(invokedAt);
    const to = returnedAt === null ? total - 1 : Math.max(at(returnedAt), from + 1);
    const bar = `|${"-".repeat(Math.max(0, to - from - 1))}${returnedAt === null ? "?" : "|"}`;
    return `${" ".repeat(from)}${bar}`.padEnd(total);
  });
}

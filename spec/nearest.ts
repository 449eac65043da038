/**
 * The shortest candidate that a word begins, otherwise the closest one by edit distance; null when none is close enough to
 * be a slip of the finger.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const asked = word.slice(0, 200);
  const begun = asked.length < 3 ? [] : candidates.filter((candidate) => candidate.startsWith(asked));
  const [shortest] = begun.toSorted((a, b) => a.length - b.length);
  if (shortest !== undefined) return shortest;
  let best: string | null = null;
  let least = Math.max(2, Math.floor(asked.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(asked, candidate);
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** Levenshtein's distance, in UTF-16 units. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

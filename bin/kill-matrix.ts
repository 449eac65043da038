import type { Measured } from "../runner/kill-matrix.ts";
import type { Mutant } from "../targets/reference/mutants/mutant.ts";

/** A row of the committed kill matrix. */
export interface Row {
  /** Rules that every run violates, sorted. */
  readonly kills: readonly string[];
  /** Rules that some runs violate and some do not, because calls race; sorted. */
  readonly sometimes?: readonly string[];
  /** Whether the default plan suffices for the rules that a mutant declares; absent for correct variants. */
  readonly found?: boolean;
  /** Requests of a run at the default plan. */
  readonly requests: number;
}

/** The part by which the number of requests may be off before a row differs: requests come and go with small changes. */
const tolerance = 0.1;

/** What no record can excuse, one sentence each: a mutant that survives, a correct variant that is blamed. */
export function failures({ kills: declared }: Mutant, measured: Measured): readonly string[] {
  const blamed = declared.length === 0 ? measured.violated : [];
  return [
    ...unkilled(declared, measured).map((id) => `${id}, which it declares, does not kill it`),
    ...blamed.map((id) => `${id} is violated, although nothing is wrong`),
    ...measured.problems.map((problem) => `the run had a problem: ${problem}`),
  ];
}

/** How a variant differs from its row in the committed matrix, one sentence each. */
export function differences(
  { kills: declared }: Mutant,
  measured: Measured,
  row: Row | undefined,
): readonly string[] {
  if (row === undefined) return ["it has no row in the kill matrix"];
  const { kills, sometimes = [], found = true, requests } = row;
  const reported = declared.length === 0 ? measured.violated : unkilled(declared, measured);
  const lost = kills.filter((id) => !measured.violated.includes(id) && !reported.includes(id));
  const more = measured.violated.filter((id) => ![...kills, ...sometimes, ...reported].includes(id));
  return [
    ...lost.map((id) => `${id} does not kill it any more`),
    ...more.map((id) => `${id} kills it, too`),
    ...(measured.found === found
      ? []
      : [found ? "the default plan does not find it any more" : "the default plan finds it now"]),
    ...(isNear(measured.requests, requests)
      ? []
      : [`the run takes ${measured.requests} requests, recorded are ${requests}`]),
  ];
}

function unkilled(declared: readonly string[], { violated }: Measured): readonly string[] {
  return declared.filter((id) => !violated.includes(id));
}

function isNear(measured: number, recorded: number): boolean {
  return Math.abs(measured - recorded) <= recorded * tolerance;
}

/**
 * The row for what several runs of a variant found. What only some of them violate is recorded as such, and so is what
 * was recorded so before. The number of requests stays where it is near enough, so that a row changes only for a reason.
 */
export function rowOf({ kills: declared }: Mutant, runs: readonly Measured[], before: Row | undefined): Row {
  const seen = [...new Set(runs.flatMap(({ violated }) => violated))].sort();
  const isCertain = (id: string) =>
    runs.every(({ violated }) => violated.includes(id)) && before?.sometimes?.includes(id) !== true;
  const sometimes = seen.filter((id) => !isCertain(id));
  const requests = runs[0]?.requests ?? 0;
  return {
    kills: seen.filter(isCertain),
    ...(sometimes.length > 0 && { sometimes }),
    ...(declared.length > 0 && { found: runs.every(({ found }) => found) }),
    requests: before !== undefined && isNear(requests, before.requests) ? before.requests : requests,
  };
}

/** The text of the matrix: one line for each variant, sorted by name. */
export function matrixText(rows: Readonly<Record<string, Row>>): string {
  const lines = Object.entries(rows)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { kills, sometimes, found, requests }]) => {
      const row = JSON.stringify({ kills, sometimes, found, requests });
      return `${JSON.stringify(name)}: ${row}`;
    });
  return `{\n${lines.join(",\n")}\n}\n`;
}

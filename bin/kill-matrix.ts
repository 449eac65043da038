import type { Measured } from "../runner/kill-matrix.ts";
import type { Mutant } from "../targets/reference/mutants/mutant.ts";

/** A row of the committed kill matrix. */
export interface Row {
  /** The rules that every run violates, sorted. */
  readonly kills: readonly string[];
  /** The rules that only some runs violate, because calls race; sorted. */
  readonly sometimes?: readonly string[];
  /** True for a correct variant whose answers leave rules inconclusive; absent for others. */
  readonly inconclusive?: boolean;
  /** The first cause that the report shows; absent for correct variants. */
  readonly cause?: string;
  /** Whether the default plan finds the rules that a mutant declares; absent for correct variants. */
  readonly found?: boolean;
  /** The number of requests of a run with the default plan. */
  readonly requests: number;
}

/** The relative difference in requests from which a row counts as different. */
const tolerance = 0.1;

/**
 * Failures that cannot be recorded, one sentence each: a mutant that survives or whose first cause is not its own, a
 * correct variant that violates a rule, a finding that its own exchanges do not hold.
 */
export function failures(variant: Mutant, measured: Measured): readonly string[] {
  const { kills: declared } = variant;
  const blamed = declared.length === 0 ? measured.violated : [];
  const lost = unkilled(declared, measured);
  return [
    ...lost.map((id) => `${id} is declared and does not kill it`),
    ...(lost.length === 0 ? misplaced(variant, measured) : []),
    ...blamed.map((id) => `${id} is violated by a correct variant`),
    ...measured.unheld,
    ...measured.problems.map((problem) => `the run had a problem: ${problem}`),
  ];
}

/** The differences between a variant and its row in the committed matrix, one sentence each. */
export function differences(
  { kills: declared }: Mutant,
  measured: Measured,
  row: Row | undefined,
): readonly string[] {
  if (row === undefined) return ["it has no row in the kill matrix"];
  const { kills, sometimes = [], inconclusive = false, found = true, cause, requests } = row;
  const reported = declared.length === 0 ? measured.violated : unkilled(declared, measured);
  const lost = kills.filter((id) => !measured.violated.includes(id) && !reported.includes(id));
  const more = measured.violated.filter((id) => ![...kills, ...sometimes, ...reported].includes(id));
  const open = declared.length > 0 || inconclusive ? [] : measured.inconclusive;
  return [
    ...open.map((id) => `${id} is inconclusive now`),
    ...lost.map((id) => `${id} no longer kills it`),
    ...more.map((id) => `${id} newly kills it`),
    ...(declared.length === 0 || measured.cause?.id === cause
      ? []
      : [`its first cause is ${measured.cause?.id ?? "none"} instead of ${cause ?? "none"}`]),
    ...(measured.found === found
      ? []
      : [found ? "the default plan no longer finds it" : "the default plan finds it now"]),
    ...(isNear(measured.requests, requests)
      ? []
      : [`the run takes ${measured.requests} requests instead of ${requests}`]),
  ];
}

/** The first cause of a mutant has a rule that it declares. */
function misplaced({ kills: declared }: Mutant, { cause }: Measured): readonly string[] {
  const isOwn =
    cause === null || declared.length === 0 || cause.rules.some((id) => declared.some((own) => own === id));
  return isOwn ? [] : [`its first cause is ${cause.id}, without a rule that it declares`];
}

function unkilled(declared: readonly string[], { violated }: Measured): readonly string[] {
  return declared.filter((id) => !violated.includes(id));
}

function isNear(measured: number, recorded: number): boolean {
  return Math.abs(measured - recorded) <= recorded * tolerance;
}

/**
 * The row for several runs of a variant. A rule that some runs violate, or that the row lists as `sometimes`, stays
 * `sometimes`. The number of requests changes only beyond the tolerance.
 */
export function rowOf({ kills: declared }: Mutant, runs: readonly Measured[], before: Row | undefined): Row {
  const seen = [...new Set(runs.flatMap(({ violated }) => violated))].sort();
  const isCertain = (id: string) =>
    runs.every(({ violated }) => violated.includes(id)) && before?.sometimes?.includes(id) !== true;
  const sometimes = seen.filter((id) => !isCertain(id));
  const { requests = 0, cause } = runs[0] ?? {};
  const isOpen = declared.length === 0 && runs.some(({ inconclusive }) => inconclusive.length > 0);
  return {
    kills: seen.filter(isCertain),
    ...(sometimes.length > 0 && { sometimes }),
    ...(isOpen && { inconclusive: true }),
    ...(declared.length > 0 && {
      found: runs.every(({ found }) => found),
      ...(cause && { cause: cause.id }),
    }),
    requests: before !== undefined && isNear(requests, before.requests) ? before.requests : requests,
  };
}

/** The text of the matrix: one line for each variant, sorted by name. */
export function matrixText(rows: Readonly<Record<string, Row>>): string {
  const lines = Object.entries(rows)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { kills, sometimes, inconclusive, found, cause, requests }]) => {
      const row = JSON.stringify({ kills, sometimes, inconclusive, cause, found, requests });
      return `${JSON.stringify(name)}: ${row}`;
    });
  return `{\n${lines.join(",\n")}\n}\n`;
}

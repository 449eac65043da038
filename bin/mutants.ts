import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { commandOptions, type Given } from "../api/check-options.ts";
import type { Measured } from "../runner/kill-matrix.ts";
import { type MatrixPlan, startThreads, type Threads } from "../runner/kill-matrix-threads.ts";
import { Fault } from "../spec/fault.ts";
import { usualPlan } from "../suites/index.ts";
import { faithful } from "../targets/reference/behaviour.ts";
import { variants } from "../targets/reference/mutants/index.ts";
import recorded from "../targets/reference/mutants/kill-matrix.json" with { type: "json" };
import type { Mutant } from "../targets/reference/mutants/mutant.ts";
import { emptyState } from "../targets/reference/state.ts";
import { type CommandContext, commandIn } from "./context.ts";
import { differences, failures, matrixText, type Row, rowOf } from "./kill-matrix.ts";

interface KillMatrix {
  readonly rows: Readonly<Record<string, Row>>;
  readonly file: URL;
}

const committed: KillMatrix = {
  rows: recorded,
  file: new URL("../targets/reference/mutants/kill-matrix.json", import.meta.url),
};

/** The matrix to compare with and to write, and the threads that measure variants. */
interface MutantsOptions {
  readonly matrix?: KillMatrix;
  readonly start?: typeof startThreads;
}

const recordedSeed = 1;

/** One variant of the reference, measured and compared with the committed matrix. */
interface Judged {
  readonly name: string;
  readonly variant: Mutant;
  readonly measured: Measured;
  /** The row of this measurement. */
  readonly row: Row;
  /** Failures that cannot be recorded. */
  readonly failures: readonly string[];
  /** Differences from the recorded row. */
  readonly differences: readonly string[];
}

/**
 * Runs the suite against every mutant and every correct variant of the reference, and compares the violated rules
 * with the committed kill matrix.
 */
export async function mutantsCommand(
  given: Given<"mutants">,
  { stdout, env }: Pick<CommandContext, "stdout" | "env">,
  { matrix = committed, start = startThreads }: MutantsOptions = {},
): Promise<number> {
  const names = { names: Object.keys(variants), where: "run mutants without --only, which names them all" };
  const plan = { seed: recordedSeed, runs: usualPlan.runs };
  const {
    only,
    seed = plan.seed,
    runs = plan.runs,
    update = false,
    json = false,
    narrow = false,
  } = commandOptions(given, names);
  const option = seed !== plan.seed ? "seed" : runs !== plan.runs ? "runs" : null;
  const wrong = update && narrow ? "narrow" : option;
  if (update && wrong !== null)
    throw new Fault(
      `The kill matrix is recorded at seed ${plan.seed} with ${plan.runs} runs: leave --${wrong} out with --update.`,
      { option: wrong },
    );
  const comparable = option === null;
  const selected = Object.entries(variants).filter(([name]) => only?.includes(name) ?? true);
  const print = json ? () => {} : (text: string) => stdout.write(`${text}\n`);
  print(heading(selected.length, { seed, runs }, narrow));
  const threads = start({ seed, runs }, selected.length);
  const judged = await judgeAll(selected, threads, {
    comparable,
    update,
    narrow,
    print,
    rows: matrix.rows,
  });
  const rest = Object.entries(matrix.rows).filter(([name]) => !selected.some(([other]) => other === name));
  const stale = rest.map(([name]) => name).filter((name) => variants[name] === undefined);
  if (json) stdout.write(`${JSON.stringify(judged.map(asData), null, 2)}\n`);
  if (!update) return printSummary(judged, stale, { comparable, print, command: commandIn(env) });
  const otherRows = rest.filter(([name]) => !stale.includes(name));
  return write(judged, Object.fromEntries(otherRows), matrix, print);
}

interface MatrixOptions {
  /** True for the plan of the committed matrix. */
  readonly comparable: boolean;
  readonly update: boolean;
  /** True if each variant gets the narrow plan first. */
  readonly narrow: boolean;
  readonly print: (text: string) => void;
  /** The rows of the matrix to compare with. */
  readonly rows: KillMatrix["rows"];
}

/** Judges all variants in parallel, the longest first. Prints each as it ends and returns them in order. */
async function judgeAll(
  selected: readonly (readonly [string, Mutant])[],
  threads: Threads,
  judging: MatrixOptions,
): Promise<readonly Judged[]> {
  const { update, print, rows } = judging;
  const length = (name: string) => rows[name]?.requests ?? 0;
  const started = selected
    .toSorted(([a], [b]) => length(b) - length(a))
    .map(async ([name, variant]) => {
      const judged = await judge(name, variant, threads, judging);
      print(line(judged, update));
      return judged;
    });
  try {
    const judged = await Promise.all(started);
    const place = (name: string) => selected.findIndex(([other]) => other === name);
    return judged.toSorted((a, b) => place(a.name) - place(b.name));
  } finally {
    await threads.close();
  }
}

/** How many runs a recorded row needs, normally and for variants whose calls wait for each other. */
const runsForRecord = { usual: 2, waiting: 5 } as const;

/**
 * Repeats every variant for a record; otherwise only a variant that differs, because a race may end differently, or because
 * the narrow plan does not show all.
 */
async function judge(
  name: string,
  variant: Mutant,
  threads: Threads,
  { comparable, update, narrow, rows }: MatrixOptions,
): Promise<Judged> {
  const row = rows[name];
  const compare = (measured: Measured): Judged => ({
    name,
    variant,
    measured,
    row: rowOf(variant, [measured], row),
    failures: failures(variant, measured),
    differences: comparable ? differences(variant, measured, row) : [],
  });
  if (narrow && row !== undefined && !pauses(variant)) {
    const measured = await threads.measure(name, row.kills);
    // The number of requests is recorded for the default plan alone.
    const judged = compare({ ...measured, requests: row.requests });
    if (!differs(judged)) return { ...judged, measured };
  }
  if (!update) {
    let last = compare(await threads.measure(name));
    for (let again = 1; again <= 2 && differs(last); again += 1) last = compare(await threads.measure(name));
    return last;
  }

  const times = runsForRecord[pauses(variant) ? "waiting" : "usual"];
  const runs = await Promise.all(Array.from({ length: times }, () => threads.measure(name)));
  const [first, ...more] = runs.map(compare);
  if (first === undefined) throw new Error(`${name} was not run`);
  const best = [first, ...more].find((one) => one.failures.length === 0) ?? first;
  return { ...best, row: rowOf(variant, runs, row) };
}

function differs({ failures: failed, differences: found }: Judged): boolean {
  return failed.length + found.length > 0;
}

/** True if calls of this variant wait between checking and writing, so that runs may differ. */
function pauses({ mutate }: Mutant): boolean {
  const { pause } = mutate(faithful);
  return pause("AddPermission", emptyState()) !== null || pause("RemovePermission", emptyState()) !== null;
}

function heading(count: number, { seed, runs }: MatrixPlan, narrow: boolean): string {
  const plan = `seed ${seed}, ${runs} runs and ${usualPlan.rounds} rounds`;
  return [
    narrow
      ? `Each of ${count} variants of the reference is tested with a part of the test cases; where that differs, with all of ${plan}.`
      : `Each of ${count} variants of the reference is tested with ${plan}.`,
    "",
    "  killed    violated rules among those that a mutant declares; correct variants declare none",
    "  also      other violated rules, compared with the committed kill matrix",
    "  requests  requests of the run",
    "",
    "       killed  also  requests  variant",
  ].join("\n");
}

function line(judged: Judged, update: boolean): string {
  const { name, variant, measured } = judged;
  const wrong = update && judged.failures.length === 0 ? "new" : "WRONG";
  const { kills: declared, breaks } = variant;
  const killed = declared.filter((id) => measured.violated.includes(id)).length;
  const cells = [
    (differs(judged) ? wrong : "ok").padEnd(5),
    (declared.length === 0 ? "-" : `${killed}/${declared.length}`).padStart(8),
    String(measured.violated.length - killed).padStart(6),
    String(measured.requests).padStart(10),
  ];
  const sentences = [...judged.failures, ...judged.differences];
  return [`${cells.join("")}  ${name}: ${breaks}`, ...sentences.map((one) => `       ${one}`)].join("\n");
}

/** The meaning of declared, violated and exact is stable; exact means equal to the declaration and the record. */
function asData(judged: Judged): Readonly<Record<string, unknown>> {
  const { name, variant, measured, row } = judged;
  return {
    mutant: name,
    breaks: variant.breaks,
    declared: [...variant.kills].sort(),
    violated: [...measured.violated, ...measured.problems.map((problem) => `fault: ${problem}`)].sort(),
    exact: !differs(judged),
    ...row,
    requests: measured.requests,
    differences: [...judged.failures, ...judged.differences],
  };
}

function printSummary(
  judged: readonly Judged[],
  stale: readonly string[],
  { comparable, print, command }: Pick<MatrixOptions, "comparable" | "print"> & { readonly command: string },
): number {
  const wrong = judged.filter(differs).map(({ name }) => name);
  print("");
  for (const name of stale) print(`The kill matrix has a row for ${name}, which does not exist.`);
  if (wrong.length + stale.length === 0) {
    const compared = comparable
      ? " and as recorded"
      : `; the record is of seed ${recordedSeed} and ${usualPlan.runs} runs`;
    print(`${judged.length} of ${judged.length} variants are as declared${compared}.`);
    print(summary(judged));
    return 0;
  }
  if (wrong.length > 0) print(`${wrong.length} of ${judged.length} variants differ: ${wrong.join(", ")}.`);
  print(
    "For a mutant that survives, or a correct variant that violates a rule: correct the rule, the suite or the mutant.",
  );
  print(
    `For another difference: check that it is intended, then record it with: ${command} mutants --update`,
  );
  return 1;
}

function summary(judged: readonly Judged[]): string {
  const mutants = judged.filter(({ variant }) => variant.kills.length > 0);
  const others = mutants.reduce(
    (sum, { variant, measured }) => sum + measured.violated.length - variant.kills.length,
    0,
  );
  return `Mutants: ${mutants.length}, all killed by the rules that they declare; other kills: ${others}. Correct variants: ${judged.length - mutants.length}, none violates a rule.`;
}

/** Writes the rows that may be recorded; a failing variant keeps its old row. */
async function write(
  judged: readonly Judged[],
  rest: Readonly<Record<string, Row>>,
  { rows: before, file }: KillMatrix,
  print: MatrixOptions["print"],
): Promise<number> {
  const failed = judged.filter(({ failures: found }) => found.length > 0);
  const rows = judged.flatMap((one): [string, Row][] => {
    const row = failed.includes(one) ? before[one.name] : one.row;
    return row === undefined ? [] : [[one.name, row]];
  });
  await writeFile(file, matrixText({ ...rest, ...Object.fromEntries(rows) }));
  print("");
  print(`Wrote ${rows.length} rows to ${fileURLToPath(file)}.`);
  if (failed.length === 0) return 0;
  print(`Not recorded, because the variant fails: ${failed.map(({ name }) => name).join(", ")}.`);
  return 1;
}

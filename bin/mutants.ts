import type { Report } from "../reports/report.ts";
import { counts } from "../reports/verdict.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { Fault } from "../spec/fault.ts";
import { dialects } from "../targets/reference/mutants/dialects.ts";
import { extraMutants, mutants } from "../targets/reference/mutants/index.ts";
import type { Mutant } from "../targets/reference/mutants/mutant.ts";
import { read, takesNothing } from "./arguments.ts";
import type { CommandContext } from "./context.ts";
import { optionDocs } from "./options.ts";

/** One row of the kill matrix. */
interface Row {
  readonly mutant: string;
  readonly breaks: string;
  readonly declared: readonly string[];
  readonly violated: readonly string[];
  readonly exact: boolean;
}

/** Runs the suite against every faulty variant of the reference, and against correct ones of other dialects. */
export async function mutantsCommand(
  args: readonly string[],
  { stdout }: Pick<CommandContext, "stdout">,
): Promise<number> {
  const given = read(args, optionDocs.mutants);
  takesNothing(given, "mutants", "name mutants with --only");
  const seed = given.number("seed", 0) ?? 1;
  const correct = Object.fromEntries(
    Object.entries(dialects).map(([name, mutate]) => [
      `dialect ${name}`,
      { breaks: "nothing: a correct dialect", mutate, kills: [] },
    ]),
  );
  const all: Readonly<Record<string, Mutant>> = {
    "the reference": { breaks: "nothing", mutate: (behaviour) => behaviour, kills: [] },
    ...correct,
    ...mutants,
    ...extraMutants,
  };
  const wanted =
    given.names("only", Object.keys(all), "mutants without --only names them all") ?? Object.keys(all);
  const rows: Row[] = [];
  for (const name of wanted) {
    const mutant = all[name];
    if (mutant === undefined)
      throw new Fault(`There is no mutant ${JSON.stringify(name)}; see the list without --only.`);
    const row = await judgeAgain(name, mutant, seed);
    rows.push(row);
    if (!given.on("json")) stdout.write(line(row));
  }
  const inexact = rows.filter(({ exact }) => !exact);
  if (given.on("json")) stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else stdout.write(`\n${rows.length - inexact.length} of ${rows.length} exact\n`);
  return inexact.length === 0 ? 0 : 1;
}

/** A race shows only when the schedule lets it: a row that is not exact is tried at two more seeds. */
async function judgeAgain(name: string, mutant: Mutant, seed: number): Promise<Row> {
  let row = await judge(name, mutant, seed);
  for (let again = 1; again <= 2 && !row.exact && races(row); again += 1)
    row = await judge(name, mutant, seed + again);
  return row;
}

/** Killed by every rule it declares, and by none beyond those and what it may break besides. */
function isExact(found: readonly string[], { kills, mayKill = [] }: Mutant): boolean {
  const allowed: readonly string[] = [...kills, ...mayKill];
  return kills.every((id) => found.includes(id)) && found.every((id) => allowed.includes(id));
}

function races({ declared, violated }: Row): boolean {
  return [...declared, ...violated].some((id) => id.startsWith("race."));
}

async function judge(name: string, mutant: Mutant, seed: number): Promise<Row> {
  const report = await judgeVariant(mutant.mutate, { seed });
  const violated = violatedIn(report, mutant.column ?? "document");
  const declared = [...mutant.kills].sort();
  const faults = report.faults.map((fault) => `fault: ${fault}`);
  const found = [...violated, ...faults].sort();
  return {
    mutant: name,
    breaks: mutant.breaks,
    declared,
    violated: found,
    exact: isExact(found, mutant),
  };
}

function violatedIn(report: Report, column: "document" | "aws"): readonly string[] {
  return report.rules
    .filter((rule) => rule.verdicts[column] === "violated" && counts(rule, column))
    .map(({ id }) => id);
}

function line({ mutant, breaks, declared, violated, exact }: Row): string {
  if (exact)
    return `ok    ${mutant}: ${breaks}${declared.length > 1 ? ` (kills ${declared.join(", ")})` : ""}\n`;
  const missed = declared.filter((id) => !violated.includes(id));
  const beyond = violated.filter((id) => !declared.includes(id));
  const parts = [
    ...(missed.length > 0 ? [`not found: ${missed.join(", ")}`] : []),
    ...(beyond.length > 0 ? [`beyond what it declares: ${beyond.join(", ")}`] : []),
  ];
  return `WRONG ${mutant}: ${breaks}; ${parts.join("; ")}\n`;
}

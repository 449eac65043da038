import { commandOptions, type Given, rulesLike } from "../api/check-options.ts";
import { ledger, rules } from "../rules/index.ts";
import { questions } from "../rules/unspecified.ts";
import { Fault } from "../spec/fault.ts";
import { nearest } from "../spec/nearest.ts";
import { suitesOf } from "../suites/bearing.ts";
import { suites } from "../suites/index.ts";
import { type CommandContext, commandIn } from "./context.ts";

/** Prints the catalogue of rules and the ledger of clauses, or a part of them. */
export async function rulesCommand(
  given: Given<"rules">,
  { stdout, env }: Pick<CommandContext, "stdout" | "env">,
): Promise<number> {
  const { json = false } = commandOptions(given);
  const all = catalogue();
  const ids = new Set(given.operands.flatMap((name) => named(name, all)));
  const chosen = ids.size === 0 ? all : all.filter(({ id }) => ids.has(id));
  if (json) {
    const clauses = new Set(chosen.flatMap((one) => one.clauses));
    const entries = ids.size === 0 ? ledger : ledger.filter(({ clause }) => clauses.has(clause));
    stdout.write(`${JSON.stringify({ rules: chosen, ledger: entries }, null, 2)}\n`);
    return 0;
  }
  const [only, ...more] = chosen;
  stdout.write(
    only !== undefined && more.length === 0 ? explained(only, commandIn(env)) : listed(chosen, ids.size > 0),
  );
  return 0;
}

type Entry = ReturnType<typeof catalogue>[number];

function catalogue() {
  const open = questions.map(({ id, title, source, clauses }) => ({
    id,
    title,
    basis: "open",
    source,
    clauses,
  }));
  return [
    ...rules.map(({ id, title, basis, source, clauses }) => ({ id, title, basis, source, clauses })),
    ...open,
  ];
}

/** The ids that an operand names; throws a Fault if it names none. */
function named(name: string, all: readonly Entry[]): readonly string[] {
  const ids = all.map(({ id }) => id);
  const found = rulesLike(name, ids);
  if (found.every((id) => ids.includes(id))) return found;
  const hint = nearest(name, ids);
  const remedy = hint === null ? "run rules without a name, which lists them." : `did you mean ${hint}?`;
  throw new Fault(`There is no rule ${JSON.stringify(name)}: ${remedy}`);
}

const bases: Readonly<Record<string, string>> = {
  stated: "stated: the document says it",
  implied: "implied: it follows from the document",
  observed: "observed: recorded at the live service; counts in the aws column only",
  open: "open: the document does not specify it; recorded, and never a violation",
};

/** One rule or unspecified behaviour with all that is known of it. */
function explained({ id, title, basis, source, clauses }: Entry, command: string): string {
  const rule = rules.find((one) => one.id === id);
  const names = suitesOf(id) ?? [];
  const sent = suites
    .filter(({ name }) => names.includes(name))
    .map((suite) => `${suite.name}: ${suite.title}`);
  const facts: readonly (readonly [string, readonly string[]])[] = [
    ["basis", [bases[basis] ?? basis]],
    ["document", [source]],
    ["clauses", clauses.map((clause) => `${clause}  ${othersOf(clause, id)}`)],
    [
      "columns",
      rule?.columns ?? (basis === "open" ? [] : basis === "observed" ? ["aws"] : ["document", "aws"]),
    ],
    ["needs", rule?.needs ?? []],
    ["suites", sent],
    ["test it", rule === undefined ? [] : [`${command} --rule ${id}`]],
  ];
  const lines = facts.flatMap(([name, texts]) =>
    texts.map((text, index) => `  ${(index === 0 ? name : "").padEnd(9)} ${text}`.trimEnd()),
  );
  return [`${id}  ${title}`, "", ...lines, ""].join("\n");
}

function othersOf(clause: string, id: string): string {
  const others = catalogue().filter((one) => one.id !== id && one.clauses.includes(clause));
  return others.length === 0 ? "" : `also: ${others.map((one) => `${one.title} (${one.id})`).join("; ")}`;
}

function listed(chosen: readonly Entry[], isPart: boolean): string {
  const wide = Math.max(...chosen.map(({ id }) => id.length));
  const lines = chosen.flatMap(({ id, title, basis, source }) => {
    const names = suitesOf(id);
    const where = names === null ? source : `${source} · suites ${names.join(", ")}`;
    return [`${id.padEnd(wide)}  ${basis.padEnd(8)}  ${title}`, `${" ".repeat(wide + 12)}${where}`];
  });
  if (isPart) return `${lines.join("\n")}\n`;
  const titles = new Map(chosen.map(({ id, title }) => [id, title]));
  const clauses = ledger.map(({ clause, rules: by, reason }) =>
    by === null
      ? `${clause}  ${reason}`
      : by.map((id, at) => `${at === 0 ? clause : "    "}  ${id}  ${titles.get(id)}`).join("\n"),
  );
  const judged = ledger.filter((entry) => entry.rules !== null).length;
  return [
    `Rules (${rules.length}) and unspecified behaviours (${questions.length})`,
    "",
    ...lines,
    "",
    `Ledger: ${judged} of ${ledger.length} clauses of the document are judged, by these rules`,
    "",
    ...clauses,
    "",
  ].join("\n");
}

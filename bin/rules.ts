import { commandOptions, type Given } from "../api/check-options.ts";
import { rules } from "../rules/index.ts";
import { ledger } from "../rules/ledger.ts";
import { questions } from "../rules/unspecified.ts";
import type { CommandContext } from "./context.ts";

/** Prints the catalogue of rules and the ledger of clauses. */
export async function rulesCommand(
  given: Given<"rules">,
  { stdout }: Pick<CommandContext, "stdout">,
): Promise<number> {
  const { json = false } = commandOptions(given);
  stdout.write(json ? `${JSON.stringify(asData(), null, 2)}\n` : asText());
  return 0;
}

function asData() {
  const open = questions.map(({ id, title, source, clauses }) => ({
    id,
    title,
    basis: "open",
    source,
    clauses,
  }));
  return {
    rules: [
      ...rules.map(({ id, title, basis, source, clauses }) => ({ id, title, basis, source, clauses })),
      ...open,
    ],
    ledger,
  };
}

function asText(): string {
  const all = asData().rules;
  const wide = Math.max(...all.map(({ id }) => id.length));
  const catalogue = all.map(
    ({ id, title, basis, source }) =>
      `${id.padEnd(wide)}  ${basis.padEnd(8)}  ${title}\n${" ".repeat(wide + 12)}${source}`,
  );
  const clauses = ledger.map(
    ({ clause, rules: by, reason }) => `${clause}  ${by === null ? reason : by.join(", ")}`,
  );
  const judged = ledger.filter((entry) => entry.rules !== null).length;
  return [
    `Rules (${rules.length}) and unspecified behaviours (${questions.length})`,
    "",
    ...catalogue,
    "",
    `Ledger: ${judged} of ${ledger.length} clauses are judged`,
    "",
    ...clauses,
    "",
  ].join("\n");
}

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  compare,
  compareMarkdown,
  compareText,
  matrix,
  matrixHtml,
  matrixMarkdown,
  matrixText,
  readReport,
} from "../reports/compare.ts";
import type { Column, Report } from "../reports/report.ts";
import { Fault } from "../spec/fault.ts";
import { read } from "./arguments.ts";
import type { CommandContext } from "./context.ts";
import { optionDocs } from "./options.ts";

const columns: readonly Column[] = ["document", "aws"];
const looks = ["text", "markdown", "html"] as const;

/** Compares two reports, or sets many side by side. */
export async function compareCommand(
  args: readonly string[],
  { stdout, cwd }: Pick<CommandContext, "stdout" | "cwd">,
): Promise<number> {
  const given = read(args, optionDocs.compare);
  if (given.rest.length < 2)
    throw new Fault(
      `compare needs two reports or more, and got ${given.rest.length}: give paths of report.json files.`,
    );
  const column = given.choice("profile", columns) ?? "document";
  const look = given.choice("format", looks) ?? "text";
  const reports: Report[] = [];
  // One after the other, so that the first that cannot be read is the one that is named.
  for (const path of given.rest) reports.push(await load(path, cwd));
  const [before, after] = reports;
  if (before === undefined || after === undefined) return 2;
  const changes = reports.length === 2 ? compare(before, after, column) : null;
  const table = matrix(reports, column);
  if (look === "html") stdout.write(matrixHtml(table));
  else if (changes === null) stdout.write(look === "markdown" ? matrixMarkdown(table) : matrixText(table));
  else stdout.write(look === "markdown" ? compareMarkdown(changes) : compareText(changes));
  return changes !== null && changes.worse.length > 0 ? 1 : 0;
}

async function load(path: string, cwd: string): Promise<Report> {
  const text = await readFile(resolve(cwd, path), "utf8").catch((cause: unknown) => {
    throw new Fault(`The report ${JSON.stringify(path)} cannot be read: give the path of a report.json.`, {
      cause,
    });
  });
  return readReport(text, path);
}

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { commandOptions, type Given } from "../api/check-options.ts";
import { options as table } from "../api/options.ts";
import { compareMarkdown, compareText, matrixMarkdown, matrixText } from "../reports/compare-blocks.ts";
import { compare, matrix } from "../reports/comparison.ts";
import { matrixHtml } from "../reports/html/matrix.ts";
import { readReport } from "../reports/read-report.ts";
import type { Report } from "../reports/report.ts";
import { Fault } from "../spec/fault.ts";
import type { CommandContext } from "./context.ts";

/** Compares two reports, or shows more of them side by side. */
export async function compareCommand(
  given: Given<"compare">,
  { stdout, cwd }: Pick<CommandContext, "stdout" | "cwd">,
): Promise<number> {
  const {
    profile: column = table.profile.default,
    comparisonFormat: format = table.comparisonFormat.default,
  } = commandOptions(given);
  const paths = given.operands;
  if (paths.length < 2)
    throw new Fault(
      `compare needs two reports or more, and got ${paths.length}: give the paths of report.json files.`,
    );
  const reports: Report[] = [];
  // In order, so that the message names the first unreadable report.
  for (const path of paths) reports.push(await reportAt(path, cwd));
  const [before, after] = reports;
  if (before === undefined || after === undefined) return 2;
  const changes = reports.length === 2 ? compare(before, after, column) : null;
  const sideBySide = matrix(reports, column);
  if (format === "html") stdout.write(matrixHtml(sideBySide));
  else if (changes === null)
    stdout.write(format === "markdown" ? matrixMarkdown(sideBySide) : matrixText(sideBySide));
  else stdout.write(format === "markdown" ? compareMarkdown(changes) : compareText(changes));
  return changes !== null && changes.worse.length + changes.wider.length > 0 ? 1 : 0;
}

async function reportAt(path: string, cwd: string): Promise<Report> {
  const text = await readFile(resolve(cwd, path), "utf8").catch((cause: unknown) => {
    throw new Fault(`The report ${JSON.stringify(path)} cannot be read: give the path of a report.json.`, {
      cause,
    });
  });
  return readReport(text, path);
}

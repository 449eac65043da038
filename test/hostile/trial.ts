import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isRecord } from "../../spec/body.ts";
import { command, type Ended, type Parsed, parsed } from "./command.ts";
import type { Expected, Hostile } from "./hostile-server.ts";
import { failing, onServer, type Scenario } from "./scenario.ts";

/**
 * Maximum memory of a run, in MiB. A run takes 150 to 250; one that kept every answer of 1.9 MiB would take 900. The rest is
 * for a garbage collector that comes late on a busy machine.
 */
const mostMib = 400;
/** Maximum requests of a run: enough for the whole plan on a target that answers. */
const usualBudget = 1000;

/** The longest time of a run with the default options, in seconds: a minute alone, and more because five run on two cores. */
const mostSeconds = 150;

const settings = ["--timeout", "500", "--concurrency", "2", "--suite", "spellings", "--runs", "1"];

/** A run of the command against one hostile server. */
export function runAgainst({ name, listen, expect, ...how }: Hostile): Scenario {
  const byDefault = how.byDefault === true;
  const { budget = byDefault ? Number.POSITIVE_INFINITY : usualBudget } = how;
  const run = () =>
    onServer(listen, async (folder, { url }) => {
      const limits = byDefault ? [] : [...settings, "--budget", String(budget)];
      const began = performance.now();
      const ended = await command(["--endpoint", url, ...limits, "--out", "out"], { folder });
      const seconds = (performance.now() - began) / 1000;
      const report = await readFile(join(folder, "out", "report.json"), "utf8").then(parsed, () => null);
      const violated = violatedIn(report);
      const breaks = violated.length === 0 ? "" : `, breaks ${violated.join(", ")}`;
      return {
        complaints: [
          ...complaintsOf(expect, ended, report, budget),
          ...failing([[!byDefault || seconds < mostSeconds, `it took ${Math.round(seconds)} s`]]),
        ],
        note: `exit ${ended.exit}, ${ended.maxRssMib} MiB${breaks}`,
        output: ended.output,
      };
    });
  return { name, run };
}

/** Differences of a run from the expectation. */
export function complaintsOf(
  expect: Expected,
  ended: Ended,
  report: Parsed,
  budget = usualBudget,
): readonly string[] {
  const { exit, output, maxRssMib, surprises, open } = ended;
  const violated = violatedIn(report);
  const { breaks = [] } = expect;
  const blamed = violated.filter((id) => !breaks.includes(id));
  const missed = breaks.filter((id) => !violated.includes(id));
  const { says = /./ } = expect;
  const reported = JSON.stringify([report?.faults, report?.rules, report?.leftOut]);
  return failing([
    [exit !== null, "it hung"],
    [exit === expect.exit, `exit ${exit} instead of ${expect.exit}`],
    [says.test(output.replace(/\s+/g, " ")), `the terminal does not say ${says}`],
    [report !== null, "no report"],
    [says.test(reported), `the report does not say ${says}`],
    [
      expect.incomplete === null || report?.incomplete === (expect.incomplete ?? expect.exit === 2),
      `incomplete: ${report?.incomplete}`,
    ],
    [Number(report?.requests) <= budget, `${report?.requests} requests`],
    [maxRssMib < mostMib, `${maxRssMib} MiB of memory`],
    [surprises === 0, `${surprises} unhandled errors`],
    [open.length === 0, `still open: ${open.join(", ")}`],
    [blamed.length === 0 || expect.breaksMore === true, `falsely blamed: ${blamed.join(", ")}`],
    [missed.length === 0, `not found: ${missed.join(", ")}`],
    [!output.includes("fault of the suite itself"), "it took a fault of the server for one of ours"],
  ]);
}

/** Rules that are violated in either column of the report. */
function violatedIn(report: Parsed): readonly string[] {
  const rules: readonly unknown[] = Array.isArray(report?.rules) ? report.rules : [];
  return rules.flatMap((rule) => {
    if (!isRecord(rule) || !isRecord(rule.verdicts)) return [];
    return Object.values(rule.verdicts).includes("violated") ? [String(rule.id)] : [];
  });
}

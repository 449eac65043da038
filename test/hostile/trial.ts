import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRecord } from "../../spec/body.ts";
import type { Hostile } from "./servers.ts";

/** The most memory that a run may take, in MiB. */
const mostMib = 300;
/** A run that takes longer is taken for hanging and killed, in milliseconds. */
const hangsAfterMs = 120_000;

/** How a run against a hostile server went; no complaints is a pass. */
export interface Trial {
  readonly name: string;
  readonly ms: number;
  readonly maxRssMib: number;
  readonly exit: number | null;
  readonly violated: readonly string[];
  readonly complaints: readonly string[];
  readonly output: string;
}

/** Runs the command against one hostile server in a process and a folder of their own. */
export async function tried(hostile: Hostile): Promise<Trial> {
  const folder = await mkdtemp(join(tmpdir(), "hostile-"));
  const server = await hostile.listen();
  const began = performance.now();
  try {
    const ended = await command(server.url, folder);
    const report = await readFile(join(folder, "out", "report.json"), "utf8").then(parsed, () => null);
    const complaints = complain(hostile, ended, report);
    const ms = Math.round(performance.now() - began);
    const { exit, output } = ended;
    return {
      name: hostile.name,
      ms,
      maxRssMib: ended.maxRssMib,
      exit,
      violated: violatedIn(report),
      complaints,
      output,
    };
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Ended {
  readonly exit: number | null;
  readonly output: string;
  readonly maxRssMib: number;
  readonly surprises: number;
  readonly open: readonly unknown[];
}

function command(url: string, folder: string): Promise<Ended> {
  const child = join(import.meta.dirname, "child.ts");
  const settings = [
    "--timeout",
    "500",
    "--concurrency",
    "2",
    "--suite",
    "spellings",
    "--runs",
    "1",
    "--budget",
    "400",
  ];
  const loader = import.meta.resolve("tsx");
  const argv = ["--import", loader, child, "--endpoint", url, ...settings, "--out", join(folder, "out")];
  return new Promise((resolve) => {
    const run = spawn(process.execPath, argv, { cwd: folder, stdio: ["ignore", "pipe", "pipe", "pipe"] });
    const texts = { output: "", measured: "" };
    run.stdout?.on("data", (chunk) => {
      texts.output += chunk;
    });
    run.stderr?.on("data", (chunk) => {
      texts.output += chunk;
    });
    run.stdio[3]?.on("data", (chunk) => {
      texts.measured += chunk;
    });
    const timer = setTimeout(() => run.kill("SIGKILL"), hangsAfterMs);
    run.on("close", (exit) => {
      clearTimeout(timer);
      const { maxRssMib, surprises, open } = parsed(texts.measured) ?? {};
      resolve({
        exit,
        output: texts.output,
        maxRssMib: typeof maxRssMib === "number" ? maxRssMib : Number.NaN,
        surprises: typeof surprises === "number" ? surprises : Number.NaN,
        open: Array.isArray(open) ? open : [],
      });
    });
  });
}

function complain({ expect }: Hostile, ended: Ended, report: Parsed): readonly string[] {
  const { exit, output, maxRssMib, surprises, open } = ended;
  const blamed = violatedIn(report).filter((id) => !(expect.breaks?.test(id) ?? false));
  const checks: readonly (readonly [boolean, string])[] = [
    [exit !== null, "it hung"],
    [
      exit !== null && [expect.exit].flat().includes(exit),
      `exit ${exit} instead of ${[expect.exit].flat().join(" or ")}`,
    ],
    [expect.says?.test(output.replace(/\s+/g, " ")) ?? true, `it does not say ${expect.says}`],
    [(report !== null) === expect.report, report === null ? "no report" : "a report of nothing"],
    [maxRssMib < mostMib, `${maxRssMib} MiB of memory`],
    [surprises === 0, `${surprises} unhandled errors`],
    [open.length === 0, `still open: ${open.join(", ")}`],
    [blamed.length === 0, `falsely blamed: ${blamed.join(", ")}`],
    [!output.includes("fault of the suite itself"), "it took a fault of the server for one of ours"],
    [expect.breaks === undefined || violatedIn(report).length > 0, "what it breaks was not found"],
  ];
  return checks.flatMap(([good, complaint]) => (good ? [] : [complaint]));
}

type Parsed = Readonly<Record<string, unknown>> | null;

function parsed(text: string): Parsed {
  const value: unknown = text === "" ? null : JSON.parse(text);
  return isRecord(value) ? value : null;
}

/** Rules that the report calls violated in either column. */
function violatedIn(report: Parsed): readonly string[] {
  const rules: readonly unknown[] = Array.isArray(report?.rules) ? report.rules : [];
  return rules.flatMap((rule) => {
    if (!isRecord(rule) || !isRecord(rule.verdicts)) return [];
    return Object.values(rule.verdicts).includes("violated") ? [String(rule.id)] : [];
  });
}

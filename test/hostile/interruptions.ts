import type { ChildProcess } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isRecord } from "../../spec/body.ts";
import { command, type Ended, parsed } from "./command.ts";
import { failing, filesIn, onServer, type Scenario, type Tried } from "./scenario.ts";
import { behind } from "./server.ts";

/** The folder of the journals, relative to the folder of the command. */
export const journals = ".addpermission-conformance";
const settings = [
  "--timeout",
  "2000",
  "--concurrency",
  "2",
  "--runs",
  "5",
  "--out",
  "out",
  "--format",
  "junit,ndjson",
];

/** The state after an interrupted run. */
interface Interrupted {
  readonly ended: Ended;
  readonly url: string;
  /** Functions that remain on the target. */
  readonly remaining: readonly string[];
  /** Number of requests that create a function. */
  readonly created: number;
  readonly files: ReadonlyMap<string, string>;
}

/** Signals at different moments, with checks of the remaining state. */
export const interruptions: readonly Scenario[] = [
  graceful("SIGINT in the middle of a run", "SIGINT", 200, 130),
  graceful("SIGTERM in the middle of a run", "SIGTERM", 200, 143),
  graceful("SIGHUP in the middle of a run", "SIGHUP", 200, 129),
  graceful("SIGINT while functions are created", "SIGINT", 3, 130),
  graceful("SIGTERM before anything is answered", "SIGTERM", 1, 143),
  killed("SIGKILL, and a sweep by the journal", async () => []),
  killed("SIGKILL, and a sweep by the names alone", async (folder) => {
    await rm(join(folder, journals), { recursive: true });
    return ["--older", "0"];
  }),
];

function graceful(name: string, signal: "SIGHUP" | "SIGINT" | "SIGTERM", at: number, exit: number): Scenario {
  const check = async (_folder: string, of: Interrupted): Promise<Tried> => {
    const report = parsed(of.files.get("out/report.json") ?? "");
    const faults = JSON.stringify(report?.faults ?? "");
    const complaints = failing([
      [of.ended.exit === exit, `exit ${of.ended.exit} instead of ${exit}`],
      [of.created > 0, "nothing was created, so that nothing is shown"],
      [of.remaining.length === 0, `left on the target: ${of.remaining.join(", ")}`],
      [report?.incomplete === true, `report.json: incomplete is ${report?.incomplete}`],
      [
        /interrupted|was ended|was cancelled/.test(faults),
        `report.json does not say what happened: ${faults}`,
      ],
      [of.files.has("out/junit.xml"), "the other format that was asked for is not written"],
      [eventsOf(of).at(-1) === "run-end", `the last event is ${eventsOf(of).at(-1)}`],
      [of.ended.surprises === 0, `${of.ended.surprises} unhandled errors`],
      [of.ended.open.length === 0, `still open: ${of.ended.open.join(", ")}`],
      [![...of.files.keys()].some((file) => file.startsWith(journals)), "a journal is left"],
    ]);
    return { complaints, note: `exit ${of.ended.exit}, ${of.created} created`, output: of.ended.output };
  };
  return { name, run: () => interrupted(signal, at, check) };
}

function killed(name: string, prepare: (folder: string) => Promise<readonly string[]>): Scenario {
  const check = async (folder: string, of: Interrupted): Promise<Tried> => {
    await create(of.url, "of-somebody-else");
    const more = await prepare(folder);
    const swept = await command(["sweep", "--endpoint", of.url, ...more], { folder });
    const left = await functionsAt(of.url);
    const missed = of.remaining.filter((one) => !swept.output.includes(`deleted ${one}`));
    const complaints = failing([
      [of.ended.exit === null, `exit ${of.ended.exit}, so that it was not killed`],
      [of.remaining.length > 0, "nothing was left behind, so that nothing is shown"],
      [eventsOf(of).includes("history"), `the events are ${eventsOf(of).join(", ")}`],
      [!eventsOf(of).includes("run-end"), "the events claim that the run ended"],
      [swept.exit === 0, `sweep exits with ${swept.exit}`],
      [left.join() === "of-somebody-else", `after the sweep there stand: ${left.join(", ")}`],
      [missed.length === 0, `the sweep does not name ${missed.join(", ")}`],
      [(await readdir(join(folder, journals)).catch(() => [])).length === 0, "the journal is still there"],
    ]);
    return { complaints, note: `${of.remaining.length} left behind`, output: of.ended.output + swept.output };
  };
  return { name, run: () => interrupted("SIGKILL", 200, check) };
}

/** Runs the command and sends the signal when the target receives request number `at`. */
function interrupted(
  signal: NodeJS.Signals,
  at: number,
  check: (folder: string, of: Interrupted) => Promise<Tried>,
): Promise<Tried> {
  let created = 0;
  let end = (): void => {};
  const listen = behind(
    ({ method, target }, number) => {
      if (method === "POST" && /\/functions\/?$/.test(target)) created += 1;
      if (number === at) end();
      return false;
    },
    () => {},
  );
  return onServer(listen, async (folder, { url }) => {
    const started = (child: ChildProcess) => {
      end = () => child.kill(signal);
    };
    const ended = await command(["--endpoint", url, ...settings], { folder, started });
    const remaining = await functionsAt(url);
    return check(folder, { ended, url, remaining, created, files: await filesIn(folder) });
  });
}

/** Names of the written events, in order; "half a line" for a line that is not JSON. */
function eventsOf({ files }: Interrupted): readonly string[] {
  const lines = (files.get("out/report.ndjson") ?? "").split("\n").slice(0, -1);
  return lines.map((line) => String(parsed(line)?.event ?? "half a line"));
}

/** Names of the functions at a target. */
export async function functionsAt(url: string): Promise<readonly string[]> {
  const body: unknown = await (await fetch(`${url}/2015-03-31/functions/`)).json();
  const list = isRecord(body) && Array.isArray(body.Functions) ? body.Functions : [];
  return list.map((one) => (isRecord(one) ? String(one.FunctionName) : ""));
}

/** Creates a function. */
export async function create(url: string, name: string): Promise<void> {
  const role = "arn:aws:iam::123456789012:role/r";
  const body = {
    FunctionName: name,
    Role: role,
    Runtime: "nodejs22.x",
    Handler: "i.h",
    Code: { ZipFile: "" },
  };
  await fetch(`${url}/2015-03-31/functions`, { method: "POST", body: JSON.stringify(body) });
}

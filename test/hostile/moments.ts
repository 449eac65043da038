import type { ChildProcess } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import fc from "fast-check";
import { isRecord } from "../../spec/body.ts";
import { canonicalJson } from "../../spec/statement.ts";
import { command, type Ended } from "./command.ts";
import { create, functionsAt, journals } from "./interruptions.ts";
import { failing, inFolder, type Scenario, type Tried } from "./scenario.ts";
import { type Arrival, type SlowTarget, slowTarget } from "./slow-target.ts";

const seed = Number(process.env.SEED ?? 1);

/**
 * When a signal is sent: a number of milliseconds after the arrival of a request. A fraction of all requests of a run
 * selects the request. It is still in flight then, and takes effect 400 ms after its arrival.
 */
interface Moment {
  readonly after: number;
  readonly laterMs: number;
}

const moments: readonly Moment[] = fc.sample(
  fc.record({
    after: fc.noBias(fc.integer({ min: 0, max: 999 })).map((thousandth) => thousandth / 1000),
    laterMs: fc.noBias(fc.integer({ min: 0, max: 30 })),
  }),
  { seed, numRuns: 20 },
);

/** Settings of a run of a few seconds, with a candidate to confirm at its end. */
const settings = ["--concurrency", "3", "--suite", "state,questions", "--runs", "1", "--timeout", "5000"];

/** An existing function with a policy. */
const mine = "mine";
const others: readonly string[] = [mine, "of-somebody-else"];
const kept: readonly Readonly<Record<string, string>>[] = [
  {
    StatementId: "bucket",
    Action: "lambda:InvokeFunction",
    Principal: "s3.amazonaws.com",
    SourceArn: "arn:aws:s3:::bucket",
    SourceAccount: "111122223333",
  },
  { StatementId: "account", Action: "lambda:GetFunction", Principal: "111122223333" },
  {
    StatementId: "skill",
    Action: "lambda:InvokeFunction",
    Principal: "alexa-appkit.amazon.com",
    EventSourceToken: "amzn1.ask.skill.1",
  },
];

const modes = { "new functions": [], "--function": ["--function", mine] } as const;
type Mode = keyof typeof modes;

/** Signals at random moments of a run against a slow target, with checks before and after a sweep. */
export const signalsAtRandomMoments: readonly Scenario[] = [
  ...(["new functions", "--function"] as const).map(whole),
  ...moments.flatMap((moment, index) => {
    const mode: Mode = index % 2 === 0 ? "new functions" : "--function";
    const twice = index < 4 ? [at(moment, "SIGINT twice", mode, index)] : [];
    return [at(moment, "SIGINT", mode, index), at(moment, "SIGKILL", mode, index), ...twice];
  }),
];

/** A complete run, for comparison. */
interface Whole {
  readonly ended: Ended;
  readonly requests: number;
  readonly complaints: readonly string[];
}

const wholes = new Map<Mode, Promise<Whole>>();

function wholeRun(mode: Mode): Promise<Whole> {
  const known = wholes.get(mode);
  if (known !== undefined) return known;
  const running = onTarget(async (target, folder, before) => {
    const start = target.arrivals.length;
    const ended = await command(["--endpoint", target.url, ...modes[mode], ...settings], { folder });
    const requests = target.arrivals.length - start;
    return { ended, requests, complaints: await changed(target, folder, before) };
  });
  wholes.set(mode, running);
  return running;
}

function whole(mode: Mode): Scenario {
  const run = async (): Promise<Tried> => {
    const { ended, requests, complaints } = await wholeRun(mode);
    const also = failing([[ended.exit === 1, `exit ${ended.exit} instead of 1`]]);
    const note = `seed ${seed}, exit ${ended.exit}, ${requests} requests`;
    return { complaints: [...complaints, ...also], note, output: ended.output };
  };
  return { name: `no signal, ${mode}`, run };
}

/** A request that arrives within this many milliseconds after the end of a process was already in flight. */
const onItsWayMs = 250;
/** Longer than the target takes for the request in flight, in milliseconds. */
const quietMs = 800;

type Ending = "SIGINT" | "SIGINT twice" | "SIGKILL";

function give(ending: Ending, child: ChildProcess): void {
  child.kill(ending === "SIGKILL" ? "SIGKILL" : "SIGINT");
  if (ending === "SIGINT twice") setTimeout(() => child.kill("SIGINT"), 50);
}

function at({ after, laterMs }: Moment, ending: Ending, mode: Mode, index: number): Scenario {
  const run = async (): Promise<Tried> => {
    const usual = await wholeRun(mode);
    const number = 1 + Math.floor(after * usual.requests);
    return onTarget(async (target, folder, before) => {
      const start = target.arrivals.length;
      const ended = await command(["--endpoint", target.url, ...modes[mode], ...settings], {
        folder,
        started: (child) => target.hold(start + number, () => setTimeout(() => give(ending, child), laterMs)),
      });
      const endedAt = Date.now() + (ending === "SIGINT" ? 0 : onItsWayMs);
      const requests = target.arrivals.length - start;
      await wait(quietMs);
      const late = target.arrivals.filter((arrival) => arrival.at > endedAt);
      const standing = (await functionsAt(target.url)).length - others.length;
      const left = ending === "SIGINT" ? await changed(target, folder, before) : [];
      const swept = await command(["sweep", "--endpoint", target.url], { folder });
      const complaints = failing([
        [late.length === 0, `requests after the process had ended: ${late.map(line).join(", ")}`],
        [exitsOf(ending, usual).includes(ended.exit), `exit ${ended.exit}`],
        [ended.surprises === 0 || ending === "SIGKILL", `${ended.surprises} unhandled errors`],
        [ending !== "SIGINT twice" || /run\n.* sweep\n/.test(ended.output), "sweep is not named"],
        [swept.exit === 0, `sweep ends with ${swept.exit}`],
        [ending !== "SIGINT" || swept.output.endsWith("nothing was left behind\n"), "sweep finds something"],
      ]);
      const also = await changed(target, folder, before);
      const when = `seed ${seed}, request ${number} of ${usual.requests} + ${laterMs} ms`;
      const done = swept.output.trim().replace(/\s*\n\s*/g, "; ");
      return {
        complaints: [...left.map((one) => `before the sweep: ${one}`), ...complaints, ...also],
        note: `${when}, exit ${ended.exit}, ${requests} requests, ${standing} functions left; sweep: ${done}`,
        output: ended.output + swept.output,
      };
    });
  };
  return { name: `${ending} at moment ${index + 1}, ${mode}`, run };
}

/** The possible exit codes. A late signal may arrive after the end of the run. */
function exitsOf(ending: Ending, usual: Whole): readonly (number | null)[] {
  return ending === "SIGKILL" ? [null, usual.ended.exit] : [130, usual.ended.exit];
}

function line({ method, target }: Arrival): string {
  return `${method} ${target}`;
}

/** Runs the work with a prepared target and a folder; `before` is the original policy. */
function onTarget<T>(
  work: (target: SlowTarget, folder: string, before: readonly string[]) => Promise<T>,
): Promise<T> {
  return inFolder(async (folder) => {
    const target = await slowTarget();
    try {
      for (const name of others) await create(target.url, name);
      for (const statement of kept)
        await fetch(policyOf(target), { method: "POST", body: JSON.stringify(statement) });
      const before = await statementsAt(target);
      if (before.length !== kept.length) throw new Error(`the policy holds ${before.length} statements`);
      return await work(target, folder, before);
    } finally {
      target.close();
    }
  });
}

/** Differences from the state before the run. */
async function changed(
  target: SlowTarget,
  folder: string,
  before: readonly string[],
): Promise<readonly string[]> {
  const functions = await functionsAt(target.url);
  const now = await statementsAt(target);
  const noted = await readdir(join(folder, journals)).catch(() => []);
  const lost = before.filter((statement) => !now.includes(statement));
  const added = now.filter((statement) => !before.includes(statement));
  return failing([
    [functions.join() === others.join(), `there stand ${functions.join(", ")}`],
    [lost.length === 0, `the policy has lost ${lost.join(", ")}`],
    [added.length === 0, `the policy holds besides ${added.join(", ")}`],
    [noted.length === 0, `a journal is left: ${noted.join(", ")}`],
  ]);
}

function policyOf({ url }: SlowTarget): string {
  return `${url}/2015-03-31/functions/${mine}/policy`;
}

/** The statements of the policy, with sorted members. */
async function statementsAt(target: SlowTarget): Promise<readonly string[]> {
  const body: unknown = await (await fetch(policyOf(target))).json();
  const policy: unknown = isRecord(body) && typeof body.Policy === "string" ? JSON.parse(body.Policy) : null;
  const list: readonly unknown[] =
    isRecord(policy) && Array.isArray(policy.Statement) ? policy.Statement : [];
  return list.map(canonicalJson);
}

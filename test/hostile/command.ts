import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "../../spec/body.ts";
import { compile } from "../bundle.ts";

/** A run that takes longer, in milliseconds, counts as hanging and is killed. */
const hangsAfterMs = 200_000;

/** The result of a process of the command. */
export interface Ended {
  /** null when a signal ended it. */
  readonly exit: number | null;
  /** The output of both streams. */
  readonly output: string;
  readonly maxRssMib: number;
  readonly surprises: number;
  readonly open: readonly unknown[];
}

/** The folder, environment and start callback of a process. */
export interface Around {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the process as soon as it runs. */
  readonly started?: (child: ChildProcess) => void;
}

const compiling = new Map<string, Promise<string>>();

/** The file of a process that scenarios start, compiled once. */
export function compiled(name: "child" | "search" | "slow-server"): Promise<string> {
  const found = compiling.get(name);
  if (found !== undefined) return found;
  const made = compile([`test/hostile/${name}.ts`]).then((folder) => {
    process.on("exit", () => rmSync(folder, { recursive: true }));
    return join(folder, "entries", `${name}.js`);
  });
  compiling.set(name, made);
  return made;
}

/** Runs the command in its own process, which reports unhandled errors and open handles. Never rejects. */
export async function command(args: readonly string[], { folder, env, started }: Around): Promise<Ended> {
  const child = await compiled("child");
  return new Promise((resolve) => {
    const run = spawn(process.execPath, [child, ...args], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    started?.(run);
    const output = collected(run.stdout, run.stderr);
    const measured = collected(run.stdio[3]);
    const timer = setTimeout(() => run.kill("SIGKILL"), hangsAfterMs);
    run.on("close", (exit) => {
      clearTimeout(timer);
      const { maxRssMib, surprises, open } = parsed(measured()) ?? {};
      resolve({
        exit,
        output: output(),
        maxRssMib: typeof maxRssMib === "number" ? maxRssMib : Number.NaN,
        surprises: typeof surprises === "number" ? surprises : Number.NaN,
        open: Array.isArray(open) ? open : [],
      });
    });
  });
}

/** A JSON object; null for other text. */
export type Parsed = Readonly<Record<string, unknown>> | null;

/** The text as a JSON object. */
export function parsed(text: string): Parsed {
  const value: unknown = text === "" ? null : JSON.parse(text);
  return isRecord(value) ? value : null;
}

type Stream = NonNullable<ChildProcess["stdio"][number]>;

function collected(...streams: readonly (Stream | null | undefined)[]): () => string {
  const chunks: Buffer[] = [];
  for (const stream of streams) stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { isRecord } from "../../spec/body.ts";

/** A run that takes longer is taken for hanging and killed, in milliseconds. */
const hangsAfterMs = 120_000;

/** How a process of the command ended. */
export interface Ended {
  /** null when a signal ended it. */
  readonly exit: number | null;
  /** What it wrote to the terminal, both streams. */
  readonly output: string;
  readonly maxRssMib: number;
  readonly surprises: number;
  readonly open: readonly unknown[];
}

/** Where and with what a process runs. */
export interface Around {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Is given the process as soon as it runs. */
  readonly started?: (child: ChildProcess) => void;
}

/** Runs the command as a user would, in a process of its own that is watched from inside. Never rejects. */
export function command(args: readonly string[], { folder, env, started }: Around): Promise<Ended> {
  const child = join(import.meta.dirname, "child.ts");
  const argv = ["--import", import.meta.resolve("tsx"), child, ...args];
  return new Promise((resolve) => {
    const run = spawn(process.execPath, argv, {
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

/** A JSON object; null where there is none. */
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

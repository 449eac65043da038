import { type ChildProcess, spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Fault } from "../spec/fault.ts";

/** A server that runs as a process of its own. */
export interface ServerProcess {
  /** The name in messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Environment variables in addition to the inherited ones. */
  readonly env?: Readonly<Record<string, string>>;
  /** The port on 127.0.0.1; the server is ready when it listens there. */
  readonly port: number;
  /** The time limit of its start, in milliseconds. */
  readonly readyWithinMs: number;
}

/** The exit of a process: its exit code (null if killed or never started) and at most 64 KiB of its output. */
export interface ProcessExit {
  readonly code: number | null;
  readonly output: string;
}

/**
 * The environment variables that a child inherits: paths of programs, packages and certificates, and no credentials.
 */
const passedOn =
  /^(PATH|HOME|USERPROFILE|SYSTEMROOT|TMPDIR|TEMP|TMP|LANG|LC_.*|PIP_.*|(HTTPS?|NO)_PROXY|SSL_CERT_.*|REQUESTS_CA_BUNDLE)$/i;

/** Our environment, reduced to what a child needs. */
function childEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name)));
}

/** Starts a server and waits until it listens. If it does not, throws a `Fault` with its last output. */
export async function startServer(server: ServerProcess): Promise<() => Promise<void>> {
  // The server has its own process group: Ctrl-C must reach us first, so that clean-up precedes its end.
  const child = spawn(server.command, server.args, {
    detached: true,
    env: { ...childEnvironment(), ...server.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = endOf(child);
  const kill = () => signal(child, "SIGKILL");
  process.once("exit", kill);
  const stop = async () => {
    process.removeListener("exit", kill);
    signal(child, "SIGTERM");
    if ((await Promise.race([ended, sleep(3000, null, { ref: false })])) === null) kill();
    await ended;
  };
  const trouble = await untilReady(server, ended);
  if (trouble === null) return stop;
  await stop();
  throw new Fault(`${server.name} did not start: ${trouble}`);
}

/** Returns null when it listens, else the reason why it does not. */
async function untilReady(server: ServerProcess, ended: Promise<ProcessExit>): Promise<string | null> {
  const giveUpAt = performance.now() + server.readyWithinMs;
  while (performance.now() < giveUpAt) {
    const end = await Promise.race([ended, sleep(50, null)]);
    if (end !== null) return lastLine(end);
    if (await isListening(server.port)) return null;
  }
  return `port ${server.port} was still closed after ${server.readyWithinMs} ms.`;
}

/** Runs a program until it exits. */
export function run(command: string, args: readonly string[]): Promise<ProcessExit> {
  return endOf(spawn(command, args, { env: childEnvironment(), stdio: ["ignore", "pipe", "pipe"] }));
}

/** The last output of a process, as one sentence of a message. */
export function lastLine(end: ProcessExit): string {
  const line = end.output.trimEnd().split("\n").at(-1)?.trim();
  return line === undefined || line === "" ? `it ended with code ${end.code}.` : line;
}

function endOf(child: ChildProcess): Promise<ProcessExit> {
  let output = "";
  const observe = (chunk: Buffer) => {
    output = (output + chunk.toString("utf8")).slice(-65_536);
  };
  child.stdout?.on("data", observe);
  child.stderr?.on("data", observe);
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, output: error.message }));
    child.once("close", (code) => resolve({ code, output }));
  });
}

/** Signals the whole process group: a server may have child processes. */
function signal(child: ChildProcess, name: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    child.kill(name);
  }
}

/** A server that can be restarted after it ended. */
export interface Restartable {
  stop(): Promise<void>;
  /** Restarts it if it no longer listens; true when it listens. */
  restart(): Promise<boolean>;
}

/** Starts a server that can be restarted; it loses what it held in memory. */
export async function startRestartable(server: ServerProcess): Promise<Restartable> {
  let stop = await startServer(server);
  let stopped = false;
  let restarting: Promise<boolean> | null = null;
  const startAgain = async (): Promise<boolean> => {
    if (stopped) return false;
    if (await staysListening(server.port)) return true;
    await stop();
    stop = await startServer(server);
    return true;
  };
  return {
    stop: async () => {
      stopped = true;
      await restarting?.catch(() => false);
      await stop();
    },
    restart: () => {
      restarting ??= startAgain().finally(() => {
        restarting = null;
      });
      return restarting;
    },
  };
}

/** A process that ends closes its connections before the listening socket. */
async function staysListening(port: number): Promise<boolean> {
  if (!(await isListening(port))) return false;
  await sleep(100);
  return isListening(port);
}

/** A TCP port of 127.0.0.1 that is currently free. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** True if a program accepts connections on a port of 127.0.0.1. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", end(true));
    socket.once("error", end(false));
  });
}

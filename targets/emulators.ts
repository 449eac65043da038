import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Fault } from "../spec/fault.ts";
import { freePort, lastLine, run, startRestartable } from "./process.ts";
import type { StartOptions, Target, UnsupportedCapability } from "./target.ts";

const programs = process.platform === "win32" ? "Scripts" : "bin";

/** An emulator that pip can install. */
interface PythonServer {
  readonly name: string;
  /** The pinned requirement for pip. */
  readonly requirement: string;
  readonly cannot: readonly UnsupportedCapability[];
  /** The Python command that starts it on a port of 127.0.0.1. */
  readonly command: (port: number) => {
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  };
}

/** A target that must be installed first. */
interface Installable extends Target {
  /** Installs it into a virtual environment, if it is not installed yet. Returns the folder. */
  install(options?: InstallOptions): Promise<string>;
}

/** The folder, the Python and the output of an installation. */
interface InstallOptions extends StartOptions {
  readonly python?: string;
  readonly say?: (line: string) => void;
}

/** moto's server. */
export const moto = pythonTarget({
  name: "moto",
  requirement: "moto[server]==5.2.5",
  cannot: [{ needs: "faults", reason: "moto cannot produce a 429 or a 500 on request." }],
  command: (port) => ({ args: ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)] }),
});

/** ministack emulates many services in one process; its Lambda API needs no Docker. */
export const ministack = pythonTarget({
  name: "ministack",
  requirement: "ministack==1.5.33",
  cannot: [{ needs: "faults", reason: "ministack cannot produce a 429 or a 500 on request." }],
  command: (port) => ({
    args: ["-m", "ministack"],
    env: { GATEWAY_PORT: String(port), BIND_HOST: "127.0.0.1", LOG_LEVEL: "WARNING" },
  }),
});

/** A target that runs in its own virtual environment under `.targets`. */
function pythonTarget(server: PythonServer): Installable {
  const { name, requirement, cannot } = server;
  return {
    name,
    cannot,
    arranges: true,
    start: async (options) => {
      const folder = folderOf(name, options);
      const stamp = await stampIn(folder);
      if (stamp !== requirement) {
        const found = stamp === null ? "nothing is installed" : `${stamp} is installed`;
        throw new Fault(
          `Target ${name} needs ${requirement}, but ${found} in ${folder}; run: ${installing(name)}`,
        );
      }
      const port = await freePort();
      const started = await startRestartable({
        name,
        command: join(folder, programs, "python"),
        ...server.command(port),
        port,
        readyWithinMs: 60_000,
      });
      return { endpoint: `http://127.0.0.1:${port}`, ...started };
    },
    install: (options = {}) => install(server, options),
  };
}

async function install(server: PythonServer, options: InstallOptions): Promise<string> {
  const { name, requirement } = server;
  const { python = "python3", say = () => {} } = options;
  const folder = folderOf(name, options);
  if ((await stampIn(folder)) === requirement) return folder;
  await checkPython(name, python);
  await rm(folder, { recursive: true, force: true });
  say(`Making a virtual environment in ${folder}`);
  const made = await run(python, ["-m", "venv", folder]);
  if (made.code !== 0 || !existsSync(join(folder, programs))) {
    throw new Fault(
      `${python} could not make a virtual environment in ${folder} (${lastLine(made)}); install Python's venv module, on Debian and Ubuntu: apt-get install python3-venv`,
    );
  }
  say(`Installing ${requirement} from PyPI`);
  await installPackage(server, folder);
  await writeFile(stampOf(folder), requirement);
  return folder;
}

function installing(name: string): string {
  // npm names the script by which the command was started in a checkout.
  const command =
    process.env.npm_lifecycle_event === undefined ? "npx addpermission-conformance" : "npm run -s conform --";
  return `${command} target ${name}`;
}

function folderOf(name: string, options: StartOptions | undefined): string {
  return resolve(options?.folder ?? ".", ".targets", name);
}

/** The stamp is written last, so that an incomplete installation does not count as installed. */
function stampOf(folder: string): string {
  return join(folder, "installed.txt");
}

function stampIn(folder: string): Promise<string | null> {
  return readFile(stampOf(folder), "utf8").catch(() => null);
}

async function checkPython(name: string, python: string): Promise<void> {
  const check = await run(python, ["-c", "import sys; print(sys.version_info >= (3, 10))"]);
  if (check.code === 0 && check.output.trim() === "True") return;
  const found = check.code === 0 ? "is older than 3.10" : "could not be run";
  throw new Fault(
    `Target ${name} needs Python 3.10 or newer, but ${python} ${found}; install it from https://www.python.org/downloads/ or your package manager, then run: ${installing(name)}`,
  );
}

async function installPackage({ name, requirement }: PythonServer, folder: string): Promise<void> {
  const python = join(folder, programs, "python");
  const pip = await run(python, ["-m", "pip", "--version"]);
  if (pip.code !== 0) {
    throw new Fault(
      `The Python in ${folder} has no pip (${lastLine(pip)}); install it, on Debian and Ubuntu: apt-get install python3-pip python3-venv, then run: ${installing(name)}`,
    );
  }
  const quietly = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  const done = await run(python, [...quietly, requirement]);
  if (done.code === 0) return;
  throw new Fault(
    `pip could not install ${requirement} (${lastLine(done)}); check the connection to PyPI, then run: ${installing(name)}`,
  );
}

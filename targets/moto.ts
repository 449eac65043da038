import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Fault } from "../client/fault.ts";
import { freePort } from "./port.ts";
import { lastLine, run, startServer } from "./process.ts";
import type { StartOptions, Target } from "./target.ts";

/** What pip is asked for. */
export const requirement = "moto[server]==5.2.5";

const install = "npm run target -- moto";
const programs = process.platform === "win32" ? "Scripts" : "bin";

/** moto's server, from a virtual environment of its own. */
export const moto: Target = {
  name: "moto",
  cannot: [{ needs: "faults", reason: "moto cannot be asked for a 429 or a 500." }],
  arranges: true,
  start: async (options) => {
    const folder = folderOf(options);
    await installed(folder);
    const port = await freePort();
    const stop = await startServer({
      name: "moto",
      command: join(folder, programs, "python"),
      args: ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)],
      port,
      readyWithinMs: 60_000,
    });
    return { endpoint: `http://127.0.0.1:${port}`, stop };
  },
};

function folderOf(options: StartOptions | undefined): string {
  return resolve(options?.folder ?? ".", ".targets", "moto");
}

/** Written last, so that half an installation is not taken for one. */
function stampOf(folder: string): string {
  return join(folder, "installed.txt");
}

async function installed(folder: string): Promise<void> {
  const stamp = await readFile(stampOf(folder), "utf8").catch(() => null);
  if (stamp === requirement) return;
  const found = stamp === null ? "nothing is installed" : `${stamp} is installed`;
  throw new Fault(`Target moto needs ${requirement}, but ${found} in ${folder}; run: ${install}`);
}

/** Installs the pinned moto into a virtual environment; does nothing where it is there already. Gives the folder. */
export async function installMoto(
  options: StartOptions & { readonly python?: string; readonly say?: (line: string) => void } = {},
): Promise<string> {
  const { python = "python3", say = () => {} } = options;
  const folder = folderOf(options);
  if ((await readFile(stampOf(folder), "utf8").catch(() => null)) === requirement) return folder;
  await checkPython(python);
  await rm(folder, { recursive: true, force: true });
  say(`Making a virtual environment in ${folder}`);
  const made = await run(python, ["-m", "venv", folder]);
  if (made.code !== 0 || !existsSync(join(folder, programs))) {
    throw new Fault(
      `${python} could not make a virtual environment in ${folder} (${lastLine(made)}); install Python's venv module, on Debian and Ubuntu: apt-get install python3-venv`,
    );
  }
  say(`Installing ${requirement} from PyPI`);
  await installPackage(folder);
  await writeFile(stampOf(folder), requirement);
  return folder;
}

async function checkPython(python: string): Promise<void> {
  const check = await run(python, ["-c", "import sys; print(sys.version_info >= (3, 10))"]);
  if (check.code === 0 && check.output.trim() === "True") return;
  const found = check.code === 0 ? "is older than 3.10" : "could not be run";
  throw new Fault(
    `Target moto needs Python 3.10 or newer, but ${python} ${found}; install it from https://www.python.org/downloads/ or your package manager, then run: ${install}`,
  );
}

async function installPackage(folder: string): Promise<void> {
  const python = join(folder, programs, "python");
  const pip = await run(python, ["-m", "pip", "--version"]);
  if (pip.code !== 0) {
    throw new Fault(
      `The Python in ${folder} has no pip (${lastLine(pip)}); install it, on Debian and Ubuntu: apt-get install python3-pip python3-venv, then run: ${install}`,
    );
  }
  const done = await run(python, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    requirement,
  ]);
  if (done.code === 0) return;
  throw new Fault(
    `pip could not install ${requirement} (${lastLine(done)}); check the way to PyPI, then run: ${install}`,
  );
}

import { once } from "node:events";
import { parseArgs } from "node:util";
import { Fault } from "../spec/fault.ts";
import { targetNamed } from "./builtin.ts";
import { ministack, moto } from "./emulators.ts";

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Installs a target and prints how to use it; with `--start`, also runs it in the foreground until an interrupt. */
async function main(args: readonly string[]): Promise<void> {
  const { name, start } = read(args);
  const target = targetNamed(name);
  const installable = [moto, ministack].find((one) => one.name === name);
  if (installable !== undefined) say(`${name} is installed in ${await installable.install({ say })}`);
  if (!start) {
    say(`Judge it with: npm run -s conform -- --target ${name}`);
    return;
  }
  const { endpoint, stop } = await target.start();
  say(`${name} listens on ${endpoint} until you press Ctrl-C`);
  say(`Judge it with: npm run -s conform -- --endpoint ${endpoint}`);
  const controller = new AbortController();
  const stay = setInterval(() => {}, 60_000);
  await Promise.race(["SIGINT", "SIGTERM"].map((signal) => once(process, signal, controller)));
  clearInterval(stay);
  await stop();
}

function read(args: readonly string[]): { readonly name: string; readonly start: boolean } {
  const usage = "usage: npm run target -- NAME [--start], NAME being moto, ministack, prism or reference";
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { start: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const [name, ...more] = positionals;
    if (name !== undefined && more.length === 0) return { name, start: values.start };
  } catch (cause) {
    throw new Fault(`${cause instanceof Error ? cause.message : "unreadable options"}; ${usage}`, { cause });
  }
  throw new Fault(`Name one target; ${usage}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

import type { Given } from "../api/check-options.ts";
import { Fault } from "../spec/fault.ts";
import { targetNamed } from "../targets/builtin.ts";
import { ministack, moto } from "../targets/emulators.ts";
import { type CommandContext, commandIn } from "./context.ts";

/** Installs a built-in target into this folder, if it needs that, and prints how to judge it. */
export async function targetCommand(
  given: Given<"target">,
  { stdout, env, cwd }: Pick<CommandContext, "stdout" | "env" | "cwd">,
): Promise<number> {
  const [name, ...more] = given.operands;
  if (name === undefined || more.length > 0)
    throw new Fault(`target takes one name, and got ${given.operands.length}: give moto or ministack.`);
  const { name: found } = targetNamed(name);
  const installable = [moto, ministack].find((one) => one.name === found);
  const say = (line: string) => stdout.write(`${line}\n`);
  if (installable === undefined) say(`${found} needs no installation.`);
  else say(`${found} is installed in ${await installable.install({ folder: cwd, say })}`);
  say(`Judge it with: ${commandIn(env)} --target ${found}`);
  return 0;
}

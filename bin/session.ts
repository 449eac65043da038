import { type Contact, contactAt } from "../api/contact.ts";
import { openSession as open, type Session, type SessionOptions } from "../api/session.ts";
import { longestMs } from "../client/deadline.ts";
import { Fault } from "../spec/fault.ts";
import type { Given } from "./arguments.ts";
import type { CommandContext } from "./context.ts";

export { journalDir, namePrefix, runPrefix, type Session } from "../api/session.ts";

/** Starts or finds the target that the options name. */
export async function openSession(
  given: Pick<Given, "text" | "number" | "on">,
  { env, cwd }: Pick<CommandContext, "env" | "cwd">,
  { seed, signal, prefix }: Pick<SessionOptions, "seed" | "signal" | "prefix">,
): Promise<Session> {
  const options = {
    seed,
    signal,
    prefix,
    env,
    cwd,
    region: given.text("region"),
    sign: given.on("sign"),
    functionName: given.text("function"),
    role: given.text("role"),
    timeoutMs: given.number("timeout", 1, longestMs),
    budget: given.number("budget", 1),
    rate: given.number("rate", 1),
    concurrency: given.number("concurrency", 1, 256),
  };
  return open(await contactOf(given), options);
}

async function contactOf(given: Pick<Given, "text">): Promise<Contact> {
  const endpoint = given.text("endpoint");
  const named = given.text("target");
  if (endpoint !== undefined && named !== undefined) {
    throw new Fault(`--target ${named} and --endpoint ${endpoint} name two targets: give one of them.`);
  }
  if (endpoint !== undefined) return contactAt(endpoint);
  const { targetNamed } = await import("../targets/builtin.ts");
  const target = targetNamed(named ?? "reference");
  const started = await target.start();
  return {
    name: target.name,
    endpoint: started.endpoint,
    cannot: target.cannot,
    arranges: target.arranges,
    own: true,
    stop: () => started.stop(),
    revive: started.revive,
  };
}

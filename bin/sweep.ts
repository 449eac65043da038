import { readFileSync } from "node:fs";
import { sweep } from "../client/sweep.ts";
import { escapeTerminal } from "../reports/escape.ts";
import { read } from "./arguments.ts";
import { optionDocs } from "./options.ts";
import { journalDir, namePrefix, openSession } from "./session.ts";

/** Deletes what interrupted runs left on a target. */
export async function sweepCommand(args: readonly string[]): Promise<number> {
  const given = read(args, optionDocs.sweep);
  const session = await openSession(given, 0);
  try {
    const { deleted, left } = await sweep({
      transport: session.transport,
      clock: session.clock,
      endpoint: new URL(session.endpoint).href,
      region: session.region,
      journalDir,
      prefix: namePrefix,
      olderThanMs: (given.number("older", 0) ?? 24) * 3_600_000,
      now: new Date(),
      isAlive,
      deadlineMs: session.how.deadlineMs,
    });
    for (const name of deleted) process.stdout.write(`deleted ${escapeTerminal(name)}\n`);
    for (const why of left) process.stdout.write(`left: ${escapeTerminal(why)}\n`);
    if (deleted.length + left.length === 0) process.stdout.write("nothing was left behind\n");
    return left.length > 0 ? 3 : 0;
  } finally {
    await session.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isDefunct(pid);
  } catch {
    return false;
  }
}

/** A killed process that its parent has not buried yet, as in containers without an init, where /proc tells. */
function isDefunct(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

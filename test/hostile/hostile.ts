import { servers } from "./servers.ts";
import { type Trial, tried } from "./trial.ts";

/** Runs in flight together: most of them only wait. */
const together = 6;

const wanted = process.argv.slice(2);
const queue = servers.filter(({ name }) => wanted.length === 0 || wanted.some((text) => name.includes(text)));
const trials: Trial[] = [];

async function work(): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const trial = await tried(next);
    trials.push(trial);
    const { name, ms, maxRssMib, exit, complaints, output } = trial;
    const mark = complaints.length === 0 ? "ok  " : "FAIL";
    process.stdout.write(`${mark} ${name} (exit ${exit}, ${Math.round(ms / 1000)} s, ${maxRssMib} MiB)\n`);
    for (const complaint of complaints) process.stdout.write(`       ${complaint}\n`);
    if (complaints.length > 0) process.stdout.write(`${output.replace(/^/gm, "       | ").slice(-3000)}\n`);
  }
}

await Promise.all(Array.from({ length: together }, work));
const failed = trials.filter(({ complaints }) => complaints.length > 0).length;
process.stdout.write(`${trials.length} hostile servers, ${failed} of them mistreated\n`);
process.exitCode = failed === 0 && trials.length > 0 ? 0 : 1;

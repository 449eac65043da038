import { escaping } from "./escaping.ts";
import { interruptions } from "./interruptions.ts";
import { signalsAtRandomMoments } from "./moments.ts";
import { refusedPolicies } from "./refused-policies.ts";
import type { Scenario } from "./scenario.ts";
import { secrets } from "./secrets.ts";
import { servers } from "./servers/index.ts";
import { runAgainst } from "./trial.ts";

/** Number of scenarios that run in parallel. Most of them only wait. */
const together = 10;

const all: readonly Scenario[] = [
  ...servers.map(runAgainst),
  ...interruptions,
  ...signalsAtRandomMoments,
  ...refusedPolicies,
  ...secrets,
  ...escaping,
];
const wanted = process.argv.slice(2);
const queue = all.filter(({ name }) => wanted.length === 0 || wanted.some((text) => name.includes(text)));
const passed: string[] = [];
const failed: string[] = [];

async function work(): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const began = performance.now();
    const { complaints, note, output } = await next.run();
    const seconds = Math.round((performance.now() - began) / 1000);
    const good = complaints.length === 0;
    (good ? passed : failed).push(next.name);
    process.stdout.write(`${good ? "ok  " : "FAIL"} ${next.name} (${seconds} s, ${note})\n`);
    for (const complaint of complaints) process.stdout.write(`       ${complaint}\n`);
    if (!good) process.stdout.write(`${output.replace(/^/gm, "       | ").slice(-6000)}\n`);
  }
}

await Promise.all(Array.from({ length: together }, work));
process.stdout.write(`${passed.length} passed, ${failed.length} failed\n`);
process.exitCode = failed.length === 0 && passed.length > 0 ? 0 : 1;

import { parseArgs } from "node:util";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { optimiseLate } from "../runner/optimise-late.ts";
import { blamedByLosing, losing } from "./losing-calls.ts";

// Executes many random histories at several seeds against the correct reference. Every violated or inconclusive rule is a
// false alarm. Some seeds also use a reference that loses calls, which may only violate the rule that answers arrive.

optimiseLate();
const { values } = parseArgs({
  options: { runs: { type: "string", default: "1000" }, seeds: { type: "string", default: "20" } },
});
const [runs, seeds] = [Number(values.runs), Number(values.seeds)];
const t0 = performance.now();
let alarms = 0;
for (let seed = 1; seed <= seeds; seed += 1) {
  const began = performance.now();
  const report = await judgeVariant((faithful) => faithful, { seed, runs, suites: ["histories"] });
  const wrong = report.rules.filter(({ verdicts }) =>
    [verdicts.document, verdicts.aws].some((verdict) => verdict === "violated" || verdict === "inconclusive"),
  );
  const said = [
    ...wrong.map(({ id, reason, counterexample }) => `${id}: ${reason ?? counterexample?.seen}`),
    ...report.faults,
    ...(report.incomplete ? ["the run is incomplete"] : []),
  ];
  alarms += said.length;
  const { holds } = report.summary.document;
  console.log(
    `seed ${seed}: ${runs} histories, ${report.requests} requests, ${holds} rules hold, ${said.length} false alarms, ${seconds(began)} s`,
  );
  for (const line of said) console.log(`  ${line}`);
}
const lossySeeds = Math.min(seeds, 6);
for (let seed = 1; seed <= lossySeeds; seed += 1) {
  const began = performance.now();
  const report = await judgeVariant(losing(8, seed), {
    seed,
    runs: Math.min(runs, 150),
    suites: ["histories"],
  });
  const said = blamedByLosing(report);
  alarms += said.length;
  console.log(
    `seed ${seed}, with lost calls: ${report.requests} requests, ${said.length} false alarms, ${seconds(began)} s`,
  );
  for (const line of said) console.log(`  ${line}`);
}
console.log(`${runs * seeds} histories at ${seeds} seeds: ${alarms} false alarms, ${seconds(t0)} s`);
process.exitCode = alarms === 0 ? 0 : 1;

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}

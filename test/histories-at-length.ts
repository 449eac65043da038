import { parseArgs } from "node:util";
import { judgeVariant } from "../runner/kill-matrix.ts";

// Zero false alarms: a good many random histories at each of several seeds, against the unbroken reference. Whatever is
// violated there, or remains inconclusive, is a fault of ours.

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
console.log(`${runs * seeds} histories at ${seeds} seeds: ${alarms} false alarms, ${seconds(t0)} s`);
process.exitCode = alarms === 0 ? 0 : 1;

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}

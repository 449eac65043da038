import type { Observation } from "../../oracle/observe.ts";
import type { LatencyReport } from "../../reports/report.ts";
import { executedIn, type RunEvent } from "../events.ts";

/** The most latencies kept for the percentiles, and the most slow calls kept by name. */
const most = { samples: 100_000, slow: 10 } as const;

export function latencies() {
  const samples: number[] = [];
  const slowest: { case: string; ms: number }[] = [];
  const time = ({ kind, call, answer }: Observation): void => {
    if (kind !== "addition" || answer.kind === "none") return;
    const ms = answer.answeredAt - answer.sentAt;
    if (samples.length < most.samples) samples.push(ms);
    if (ms < 100 || (slowest.length === most.slow && ms <= (slowest.at(-1)?.ms ?? 0))) return;
    slowest.push({
      case: `${call.method} ${call.target} ${(call.body ?? "").slice(0, 120)}`,
      ms: Math.round(ms),
    });
    slowest.sort((a, b) => b.ms - a.ms);
    slowest.length = Math.min(slowest.length, most.slow);
  };
  return {
    on: (event: RunEvent): void => {
      for (const of of executedIn(event)) time(of);
    },
    report: (): LatencyReport | null => {
      if (samples.length === 0) return null;
      const sorted = Float64Array.from(samples).sort();
      const at = (share: number) =>
        rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
      const medianMs = at(0.5);
      return {
        medianMs,
        p99Ms: at(0.99),
        maxMs: at(1),
        outliers: slowest.filter(({ ms }) => ms > 10 * medianMs),
      };
    },
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

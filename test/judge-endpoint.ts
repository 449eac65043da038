import { performance } from "node:perf_hooks";
import type { Report, RuleReport } from "../reports/report.ts";
import type { ConnectOptions } from "../runner/connect.ts";
import { judgeOver } from "../runner/kill-matrix.ts";
import type { RunOptions } from "../runner/run.ts";
import type { Suite } from "../suites/case.ts";

/** What tests change: the run, how a server is started again, and where a journal is kept (nowhere by default). */
interface JudgeOptions extends Partial<Pick<RunOptions, "rules" | "workers">> {
  readonly cannot?: RunOptions["target"]["cannot"];
  readonly connecting?: Pick<Partial<ConnectOptions>, "restart" | "journalDir">;
  /** How much faster than the real ones the clock and the pauses of the run are. */
  readonly speed?: number;
}

/** Runs some suites against an endpoint, over sockets. */
export async function judgeEndpoint(
  endpoint: URL,
  suites: readonly Suite[],
  { cannot = [], connecting = {}, speed = 1, ...running }: JudgeOptions = {},
): Promise<Report> {
  const t0 = performance.now();
  const clock = () => (performance.now() - t0) * speed;
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / speed));
  const target = { name: "server", endpoint: endpoint.origin, cannot };
  return judgeOver(
    { endpoint, prefix: "addperm-ct-1", timeoutMs: 5000, ...connecting },
    { target, clock, sleep, suites, seed: 1, runs: 5, rounds: 2, ...running },
  );
}

/** The exercised rules that do not hold, with their reasons. */
export function notGreen({ rules: all }: Report): readonly string[] {
  const shown = ({ verdicts }: RuleReport) => ["violated", "inconclusive"].includes(verdicts.document);
  return all
    .filter((rule) => rule.basis !== "observed" && shown(rule))
    .map((rule) => `${rule.id}: ${rule.counterexample?.seen ?? rule.reason}`);
}

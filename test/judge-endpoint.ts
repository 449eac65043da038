import { performance } from "node:perf_hooks";
import type { Rule } from "../oracle/rule.ts";
import type { Report, RuleReport } from "../reports/report.ts";
import { rules as allRules } from "../rules/index.ts";
import { connect } from "../runner/connect.ts";
import { run } from "../runner/run.ts";
import type { UnsupportedCapability } from "../spec/verdict.ts";
import type { Suite } from "../suites/case.ts";

interface JudgeOptions {
  /** By default all. */
  readonly rules?: readonly Rule[];
  readonly workers?: number;
  readonly cannot?: readonly UnsupportedCapability[];
  /** Starts the server again after a request ended it. */
  readonly restart?: () => Promise<boolean>;
  /** The folder of the journal; without it, none is kept. */
  readonly journalDir?: string;
  /** How much faster than the real ones the clock and the pauses of the run are. */
  readonly speed?: number;
}

/** Runs some suites against an endpoint, over sockets. */
export async function judgeEndpoint(
  endpoint: URL,
  suites: readonly Suite[],
  { rules = allRules, workers = 4, cannot = [], restart, journalDir, speed = 1 }: JudgeOptions = {},
): Promise<Report> {
  const t0 = performance.now();
  const clock = () => (performance.now() - t0) * speed;
  const connection = await connect({
    endpoint,
    region: "us-east-1",
    sign: false,
    env: {},
    arranges: true,
    prefix: "addperm-ct-1",
    timeoutMs: 5000,
    concurrency: workers,
    clock,
    now: () => new Date(),
    journalDir: journalDir ?? null,
    pid: 0,
    restart,
  });
  try {
    return await run({
      ...connection,
      tool: { name: "test", version: "0" },
      target: { name: "server", endpoint: endpoint.origin, cannot },
      clock,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / speed)),
      startedAt: new Date(),
      workers,
      suites,
      rules,
      profile: "document",
      seed: 1,
      runs: 5,
      rounds: 2,
      safeMode: false,
      settleMs: 0,
      replay: (rule) => rule,
    });
  } finally {
    await connection.transport.close();
  }
}

/** The exercised rules that do not hold, with their reasons. */
export function notGreen({ rules: all }: Report): readonly string[] {
  const shown = ({ verdicts }: RuleReport) => ["violated", "inconclusive"].includes(verdicts.document);
  return all
    .filter((rule) => rule.basis !== "observed" && shown(rule))
    .map((rule) => `${rule.id}: ${rule.counterexample?.seen ?? rule.reason}`);
}

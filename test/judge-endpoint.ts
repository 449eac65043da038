import { performance } from "node:perf_hooks";
import type { Report, RuleReport } from "../reports/report.ts";
import { rules } from "../rules/index.ts";
import { connect } from "../runner/connect.ts";
import type { UnsupportedCapability } from "../runner/options.ts";
import { run } from "../runner/run.ts";
import { suites } from "../suites/index.ts";

/** Runs some suites against an endpoint, over sockets. */
export async function judgeEndpoint(
  endpoint: URL,
  names: readonly string[],
  { cannot = [] }: { readonly cannot?: readonly UnsupportedCapability[] } = {},
): Promise<Report> {
  const t0 = performance.now();
  const clock = () => performance.now() - t0;
  const workers = 4;
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
    journalDir: null,
    pid: 0,
  });
  try {
    return await run({
      ...connection,
      tool: { name: "test", version: "0" },
      target: { name: "server", endpoint: endpoint.origin, cannot },
      clock,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      startedAt: new Date(),
      workers,
      suites: suites.filter(({ name }) => names.includes(name)),
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

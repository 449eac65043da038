import { sleep } from "../client/deadline.ts";
import type { Rule } from "../oracle/rule.ts";
import type { Report } from "../reports/report.ts";
import { rules } from "../rules/index.ts";
import { suites, usualSuites } from "../suites/index.ts";
import { inProcess } from "../targets/in-process.ts";
import { type Behaviour, faithful } from "../targets/reference/behaviour.ts";
import { createReference } from "../targets/reference/reference.ts";
import type { RunOptions } from "./options.ts";
import { reach } from "./reach.ts";
import type { Tape } from "./recording.ts";
import { run } from "./run.ts";

/** What a run on a variant of the reference needs. */
export interface VariantOptions {
  readonly seed: number;
  readonly runs?: number;
  readonly rounds?: number;
  readonly suites?: readonly string[];
  /** All of them unless told otherwise. */
  readonly rules?: readonly Rule[];
  readonly budget?: number;
  readonly tape?: Tape;
  readonly snapshot?: RunOptions["snapshot"];
  readonly events?: RunOptions["events"];
}

/** Runs the suite against a variant of the reference in this process, without a socket. */
export async function judgeVariant(
  mutate: (behaviour: Behaviour) => Behaviour,
  options: VariantOptions,
): Promise<Report> {
  const reference = createReference({ behaviour: mutate(faithful) });
  const t0 = performance.now();
  const clock = () => performance.now() - t0;
  const lanes = 4;
  const reached = await reach({
    endpoint: new URL("http://reference.invalid"),
    region: "us-east-1",
    sign: false,
    env: {},
    arranges: true,
    prefix: `addperm-ct-${options.seed}`,
    timeoutMs: 400,
    concurrency: lanes,
    budget: options.budget,
    clock,
    now: () => new Date(),
    journalDir: null,
    pid: 0,
    carrier: () => inProcess(reference, { clock }),
  });
  const { suites: wanted } = options;
  const sent = wanted === undefined ? usualSuites : suites.filter(({ name }) => wanted.includes(name));
  try {
    return await run({
      ...reached,
      tool: { name: "kill-matrix", version: "0" },
      target: { name: "mutant", endpoint: "http://reference.invalid", cannot: [] },
      clock,
      sleep: (ms) => sleep(ms),
      startedAt: new Date(),
      lanes,
      suites: sent,
      rules: options.rules ?? rules,
      profile: "document",
      snapshot: options.snapshot,
      events: options.events,
      seed: options.seed,
      runs: options.runs ?? 10,
      rounds: options.rounds ?? 4,
      careful: false,
      settleMs: 0,
      progress: () => {},
      replay: (rule) => rule,
      tape: options.tape,
    });
  } finally {
    await reached.transport.close();
  }
}

import type { Report } from "../reports/report.ts";
import type { Observer } from "../runner/events.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { suites } from "../suites/index.ts";

/** What the reference was seen to answer in one test case: the number of requests, and the rules that hold there. */
export interface TestCaseFacts {
  requests: number;
  readonly held: Set<string>;
}

/** Collects what each test case shows, by its id. */
export function factsObserver(): Observer & { readonly facts: ReadonlyMap<string, TestCaseFacts> } {
  const facts = new Map<string, TestCaseFacts>();
  const factsOf = (id: string): TestCaseFacts => {
    const found = facts.get(id) ?? { requests: 0, held: new Set() };
    facts.set(id, found);
    return found;
  };
  return {
    facts,
    on(event) {
      if (event.type === "batch" && event.purpose === "execute")
        factsOf(event.case).requests += event.exchanges.length;
      if (event.type !== "case-finished") return;
      for (const { rule, judgement } of event.findings)
        if (judgement.verdict === "holds") factsOf(event.case.id).held.add(rule.id);
    },
  };
}

/** A run of all suites against the reference: its report, and what each test case shows. */
export interface ReferenceRun {
  readonly report: Report;
  readonly facts: ReadonlyMap<string, TestCaseFacts>;
  /** Everything sent, worker by worker, as one text. */
  readonly sent: string;
}

let made: Promise<ReferenceRun> | undefined;

/** The same run with seed 1 for every test that looks at one. */
export function referenceRun(): Promise<ReferenceRun> {
  made ??= runReference();
  return made;
}

/** Runs all suites against the reference in this process, by default with seed 1. */
export async function runReference(
  options: { seed?: number; suites?: readonly string[] } = {},
): Promise<ReferenceRun> {
  const heard = factsObserver();
  const workers = new Map<number, string[]>();
  const recording: Observer = {
    on(event) {
      if (event.type !== "batch") return;
      const sent = event.exchanges.map(
        ({ call }) => `${call.method} ${call.target} ${JSON.stringify(call.headers)} ${call.body}`,
      );
      workers.set(event.worker, [...(workers.get(event.worker) ?? []), ...sent]);
    },
  };
  const report = await judgeVariant((faithful) => faithful, {
    seed: 1,
    runs: 1,
    rounds: 1,
    suites: suites.map(({ name }) => name),
    observers: () => [heard, recording],
    ...options,
  });
  const sent = JSON.stringify([...workers].sort(([a], [b]) => a - b));
  return { report, facts: heard.facts, sent };
}

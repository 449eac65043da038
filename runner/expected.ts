import { sleep } from "../client/deadline.ts";
import { judgeOf } from "../oracle/judge.ts";
import { columnsOf, type Rule } from "../oracle/rule.ts";
import { allParts } from "../spec/fixture.ts";
import type { Column } from "../spec/verdict.ts";
import type { TestCase } from "../suites/case.ts";
import { inProcess } from "../targets/in-process.ts";
import { createReference } from "../targets/reference/reference.ts";
import { type Verdicts, verdicts } from "./candidates.ts";
import { connectLocally } from "./connect.ts";
import { type Executed, executeCases } from "./execute.ts";
import type { Running } from "./phase.ts";
import { openScope } from "./scope.ts";
import { workerOn } from "./worker.ts";

/** The most test cases that are counted. With more of them, the expected number of checks is a lower bound. */
const maxHistories = 1000;

/** Emits how many checks unexecuted test cases would have made, by executing them on the reference. */
export async function emitNotExecuted(
  parts: readonly Pick<Executed, "unsent" | "findingsOfCut">[],
  { options: { rules, signal, workers }, emit }: Pick<Running, "options" | "emit">,
): Promise<void> {
  if (signal?.aborted === true) return;
  const unsent = parts.flatMap((part) => part.unsent);
  // A test case that was cut has made a part of its checks.
  const findingsOfCut = parts.flatMap((part) => part.findingsOfCut);
  const few = unsent.slice(0, maxHistories);
  const counted = few.length === 0 ? null : await countChecks(few, rules, workers);
  const checksOf = (rule: Rule, column: Column): number => {
    if (counted === null) return 0;
    const { holds, violated, inconclusive } = counted.of(rule, column);
    const made = findingsOfCut.filter((one) => one.rule.id === rule.id && one.column === column);
    return holds + violated + inconclusive - made.length;
  };
  const checks = rules.flatMap((rule) =>
    columnsOf(rule).map((column) => ({ rule: rule.id, column, checks: checksOf(rule, column) })),
  );
  emit({ type: "not-executed", checks: checks.filter((of) => of.checks > 0) });
}

/** What a test case checks depends on what earlier ones left on its fixture, so there are as many workers as in the run. */
async function countChecks(
  testCases: readonly TestCase[],
  rules: readonly Rule[],
  workers: number,
): Promise<Verdicts> {
  const how = { prefix: "addperm-ct-unsent", concurrency: 1, clock: () => performance.now() };
  const carrier = () => inProcess(createReference(), how);
  const connection = await connectLocally({ ...how, carrier });
  let generation = 0;
  const worker = async (parts = allParts) => {
    const { fixture } = await connection.arrange(`${generation++}`, { parts });
    const { transport, how } = connection;
    return workerOn({ index: 0, fixture, fresh: true, transport, how, settleMs: 0, sleep });
  };
  const counted = verdicts();
  await executeCases({
    scope: openScope(),
    workers: await Promise.all(Array.from({ length: workers }, () => worker())),
    spareFixture: (_, parts) => worker(parts),
    testCases,
    judge: judgeOf(rules),
    verdicts: counted,
    cannot: new Set(),
    replace: () => worker(),
    replacesCostly: true,
    stop: () => null,
    emit: () => {},
    spent: () => ({ requests: 0, ms: 0 }),
  });
  await connection.transport.close();
  return counted;
}

import { sleep } from "../client/deadline.ts";
import { judgeOf } from "../oracle/judge.ts";
import type { Rule } from "../oracle/rule.ts";
import type { Column } from "../spec/verdict.ts";
import type { TestCase } from "../suites/case.ts";
import { inProcess } from "../targets/in-process.ts";
import { createReference } from "../targets/reference/reference.ts";
import { type Verdicts, verdicts } from "./candidates.ts";
import { connect } from "./connect.ts";
import { executeCases } from "./execute.ts";
import { openScope } from "./scope.ts";
import { workerOn } from "./worker.ts";

/** The number of checks of a rule, in a column, that unsent test cases would have made. */
export type Unsent = (rule: Rule, column: Column) => number;

/** The most test cases that are counted. With more of them, the expected number of checks is a lower bound. */
const maxHistories = 1000;

/** Executes the unsent test cases on the reference in this process, and counts the checks of each rule. */
export async function unsentChecks(testCases: readonly TestCase[], rules: readonly Rule[]): Promise<Unsent> {
  if (testCases.length === 0) return () => 0;
  const counted = await countChecks(testCases.slice(0, maxHistories), rules);
  return (rule, column) => {
    const { holds, violated, inconclusive } = counted.of(rule, column);
    return holds + violated + inconclusive;
  };
}

async function countChecks(testCases: readonly TestCase[], rules: readonly Rule[]): Promise<Verdicts> {
  const clock = () => performance.now();
  const reference = createReference();
  const connection = await connect({
    endpoint: new URL("http://reference.invalid"),
    region: "us-east-1",
    sign: false,
    env: {},
    arranges: true,
    prefix: "addperm-ct-unsent",
    timeoutMs: 400,
    concurrency: 1,
    clock,
    now: () => new Date(),
    journalDir: null,
    pid: 0,
    carrier: () => inProcess(reference, { clock }),
  });
  let generation = 0;
  const worker = async () => {
    const { fixture } = await connection.arrange(`${generation++}`);
    const { transport, how } = connection;
    return workerOn({ index: 0, fixture, fresh: true, transport, how, settleMs: 0, sleep });
  };
  const counted = verdicts();
  await executeCases({
    scope: openScope(),
    workers: [await worker()],
    testCases,
    judge: judgeOf(rules),
    verdicts: counted,
    cannot: new Set(),
    replace: worker,
    stop: () => null,
    emit: () => {},
    spent: () => ({ requests: 0, ms: 0 }),
  });
  await connection.transport.close();
  return counted;
}

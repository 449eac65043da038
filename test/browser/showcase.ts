import type { CounterexampleStep, Report, RuleReport } from "../../reports/report.ts";
import { sampleCounterexample, sampleReport, sampleRule } from "../sample-report.ts";

interface Told {
  readonly operation: string;
  readonly round: number;
  readonly statement?: string;
  readonly status: number | null;
  readonly error?: string;
  readonly at: readonly [sentAt: number, answeredAt: number];
}

function step({ operation, round, statement, status, error, at }: Told): CounterexampleStep {
  const body =
    statement === undefined
      ? null
      : JSON.stringify({
          StatementId: statement,
          Action: "lambda:InvokeFunction",
          Principal: "s3.amazonaws.com",
        });
  return {
    request: {
      method: body === null ? "GET" : "POST",
      path: "/2015-03-31/functions/ct-3f9a-main/policy",
      headers:
        body === null
          ? { accept: "application/json" }
          : { "content-type": "application/json", accept: "application/json" },
      body,
      operation,
      round,
    },
    response:
      status === null
        ? null
        : {
            status,
            error: error ?? null,
            headers: {
              "content-type": "application/json",
              ...(error === undefined ? {} : { "x-amzn-errortype": error }),
            },
            body:
              error === undefined
                ? '{"Statement":"{\\"Sid\\":\\"s1\\",\\"Effect\\":\\"Allow\\"}"}'
                : '{"Type":"User","message":"No."}',
          },
    ...(status === null ? { silence: "timeout" } : {}),
    sentAt: at[0],
    answeredAt: at[1],
  };
}

const race: readonly CounterexampleStep[] = [
  step({ operation: "AddPermission", round: 0, statement: "s1", status: 201, at: [10, 14] }),
  step({ operation: "AddPermission", round: 1, statement: "s2", status: 201, at: [20, 27] }),
  step({ operation: "AddPermission", round: 1, statement: "s2", status: 201, at: [20.4, 25] }),
  step({ operation: "GetPolicy", round: 2, status: 200, at: [30, 33] }),
];

const silent: readonly CounterexampleStep[] = [
  step({
    operation: "AddPermission",
    round: 0,
    statement: "x".repeat(101),
    status: 400,
    error: "ValidationException",
    at: [1, 3],
  }),
  step({ operation: "AddPermission", round: 1, statement: "s1", status: null, at: [5, 5005] }),
];

const added: readonly RuleReport[] = [
  sampleRule("race.one-winner", {
    title: "Of two calls in flight with the same StatementId one is refused",
    source: "Errors, ResourceConflictException",
    basis: "implied",
    observations: 640,
    verdicts: { document: "violated", aws: "violated" },
    counterexample: sampleCounterexample({
      expected: "one 201 and one 409 ResourceConflictException",
      seen: "201 and 201; the policy holds the statement twice",
      steps: race,
      replay: "npx addpermission-conformance replay conformance-report/report.json --rule race.one-winner",
    }),
  }),
  sampleRule("answer.in-time", {
    title: "Every call is answered",
    verdicts: { document: "violated", aws: "violated" },
    counterexample: sampleCounterexample({
      expected: "an answer within 5000 ms",
      seen: "no answer: timeout",
      steps: silent,
    }),
  }),
];

/** The shapes of a success are one cause, one of them in the other column only; every other finding is one of its own. */
function causesOf(rules: readonly RuleReport[]): Report["causes"] {
  const [first, ...more] = ["answer.status-201", "answer.content-type"];
  const own = rules.filter(({ id }) => !more.includes(id));
  const groups = own.map(({ id }) => (id === first ? [id, ...more] : [id]));
  return groups.flatMap((ids) => {
    const found = rules.find(({ id }) => id === ids[0]);
    if (found?.counterexample === undefined) return [];
    const { id, title, counterexample } = found;
    const shape = ids.length > 1;
    return [
      {
        id: shape ? "success.shape" : `${id}.seen`,
        title: shape ? "A success has the documented shape" : title,
        gravity: "shape",
        rules: ids,
        requests: 840,
        rule: id,
        counterexample,
      },
    ];
  });
}

/** A report with a race, a call without an answer, slow calls and every other part of a page. */
export function showcase(): Report {
  const base = sampleReport();
  const rules = [...added, ...base.rules];
  return {
    ...base,
    summary: {
      document: { ...base.summary.document, violated: 4 },
      aws: { ...base.summary.aws, violated: 5 },
    },
    rules,
    causes: causesOf(rules) ?? [],
    latency: {
      medianMs: 3.4,
      p99Ms: 41,
      maxMs: 1830,
      outliers: [
        { case: "boundary/statement-id/100", ms: 1830 },
        { case: "wire/body/8-mib", ms: 412 },
      ],
    },
  };
}

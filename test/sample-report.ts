import type {
  Counterexample,
  CounterexampleStep,
  CoverageCell,
  QuestionReport,
  Report,
  RuleReport,
  Tally,
} from "../reports/report.ts";

/** Hostile text in an answer, with an attack on each report format. */
export const hostile = [
  "\u001b[31mred\u001b[0m\u001b]0;title\u0007",
  "\u009b2J\u0085\u007f",
  "\u202etxet\u202c\u2066\u200b\ufeff",
  "]]><![CDATA[",
  "</script></details><script>alert(1)</script><img src=x onerror=alert(2)>",
  "`code` ```fence``` ````",
  "| cell | [link](javascript:alert(3)) **bold** <!-- @someone #1 https://example.com www.example.com",
  "\n::error file=x::injected\r\n##[add-mask]secret %0A%25",
  "\u0000\u0001\ufffe\uffff\ud800!",
  "\u2028\u2029\u{e0041}é😀",
].join(" ");

const policy = "/2015-03-31/functions/ct-f/policy";

/** One exchange of a counterexample. */
export function sampleStep(body: string | null, status: number | null, answer = "{}"): CounterexampleStep {
  const headers = { "content-type": "application/json" };
  const request = { method: "POST", path: policy, headers: { "Content-Type": "application/json" }, body };
  const times = { sentAt: 12.5, answeredAt: 15.25 };
  if (status === null) {
    const silence = "timeout: no answer in 5000 ms";
    return { request, response: null, silence, silenceCode: "timeout", ...times };
  }
  const error = status < 400 ? null : "ServiceException";
  return {
    request: { ...request, operation: "AddPermission" },
    response: { status, error, headers, body: answer },
    ...times,
  };
}

const shell = [
  "U=http://127.0.0.1:5000",
  `make_function() { curl -sS -o /dev/null -H 'Content-Type: application/json' -d '{"FunctionName":"'"$1"'"}' "$U"/2015-03-31/functions; }`,
];

function play(body: string): string {
  return `make_function ct-f; curl -sS -i -H 'Content-Type: application/json' --data-raw '${body}' "$U"${policy}`;
}

/** A counterexample of one step. */
export function sampleCounterexample(changes: Partial<Counterexample> = {}): Counterexample {
  const body = '{"StatementId":"s1","Action":"lambda:InvokeFunction","Principal":"s3.amazonaws.com"}';
  return {
    expected: "201, as the page says",
    seen: "200",
    steps: [sampleStep(body, 200, '{"Statement":"{}"}')],
    curl: [...shell, play(body)].join("; "),
    play: play(body),
    replay: "npx addpermission-conformance replay conformance-report/report.json --rule answer.status-201",
    reproduced: "3 of 3",
    reruns: { shown: 3, tried: 3 },
    ...changes,
  };
}

/** A rule that holds in both columns, with changes. */
export function sampleRule(id: string, changes: Partial<RuleReport> = {}): RuleReport {
  return {
    id,
    title: `The claim of ${id}`,
    basis: "stated",
    source: "Request Body, StatementId",
    verdicts: { document: "holds", aws: "holds" },
    known: false,
    observations: 12,
    ...changes,
  };
}

const violated = { document: "violated", aws: "violated" } as const;
const stateless = "the target keeps no state";

const rules: readonly RuleReport[] = [
  sampleRule("answer.status-201", {
    title: "A statement that was added is answered with status 201",
    source: "Response Syntax",
    verdicts: violated,
    counterexample: sampleCounterexample(),
  }),
  sampleRule("body.statement-id.pattern", {
    title:
      "A StatementId outside its pattern is refused, whatever else the request says, and this title is long",
    verdicts: { document: "violated", aws: "inconclusive" },
    counterexample: sampleCounterexample({
      expected: "400 InvalidParameterValueException",
      seen: `500 ${hostile}`,
      steps: [
        sampleStep(`{"StatementId":"${"x".repeat(400)}"}`, 500, hostile),
        sampleStep(JSON.stringify({ StatementId: hostile }), null),
        sampleStep(null, 500, "<html>"),
      ],
    }),
  }),
  sampleRule("answer.content-type", {
    title: "Every answer with a body is JSON",
    basis: "implied",
    verdicts: { document: "holds", aws: "violated" },
    counterexample: sampleCounterexample({ expected: "application/json", seen: "text/html" }),
  }),
  sampleRule("state.duplicate", {
    title: "A StatementId that is in use is refused with 409",
    verdicts: violated,
    known: true,
    because: "listed: the team knows, see the backlog",
    link: "https://example.com/issues/1?a=b&c",
    counterexample: sampleCounterexample({ expected: "409 ResourceConflictException", seen: "201" }),
  }),
  sampleRule("refused.changes-nothing", {
    title: "A refused call changes nothing",
    verdicts: { document: "inconclusive", aws: "inconclusive" },
    reason: `GetPolicy was answered 503 each time ${hostile}`,
    reasonCode: "unsettled",
  }),
  sampleRule("limits.policy-size", {
    title: "A policy over its size limit is refused",
    verdicts: { document: "unexercised", aws: "unexercised" },
    observations: 0,
    reason: "the budget of 100 requests was spent",
    reasonCode: "not-exercised",
  }),
  ...["state.revision-changes", "state.revision-guard"].map((id) =>
    sampleRule(id, {
      verdicts: { document: "unexercised", aws: "unexercised" },
      observations: 0,
      reason: stateless,
      reasonCode: "unsupported",
      excusedBy: "state",
    }),
  ),
  sampleRule("observed.latest-refused", {
    title: "The live service refuses $LATEST",
    basis: "observed",
    verdicts: { document: "unexercised", aws: "violated" },
    counterexample: sampleCounterexample({ expected: "400 InvalidParameterValueException", seen: "201" }),
  }),
  sampleRule("answer.known-name", {
    checks: { expected: 14, executed: 12 },
    title: "Every refusal carries a documented name",
  }),
  sampleRule("limits.of-the-page", {
    title: "A limit that the page alone has is kept",
    verdicts: { document: "holds", aws: "unexercised" },
    columns: ["document"],
  }),
];

const questions: readonly QuestionReport[] = [
  {
    id: "asks.empty-qualifier",
    title: "What is an empty Qualifier?",
    answer: `400 in 3 of 3 ${hostile}`,
    observations: 3,
  },
  {
    id: "asks.body-array",
    title: "What is an array as body?",
    answer: "not asked",
    observations: 0,
    source: "Request Body",
  },
];

function cell(
  member: string,
  constraint: CoverageCell["constraint"],
  input: CoverageCell["input"],
  [accepted, refused, refusedOther, unsettled]: readonly [number, number, number, number],
  rest: Partial<CoverageCell> = {},
): CoverageCell {
  return { member, constraint, input, decided: true, accepted, refused, refusedOther, unsettled, ...rest };
}

/** One cell of every status. */
const cells: readonly CoverageCell[] = [
  cell("Qualifier", "optional", "valid", [82, 0, 0, 0]),
  cell("Qualifier", "optional", "missing", [246, 0, 1, 0]),
  cell("Qualifier", "type", "wrong-type", [0, 0, 0, 0], { unreachable: "everything in a query is a string" }),
  cell("Qualifier", "minLength", "too-short", [1, 1, 0, 0], { decided: false }),
  cell("Qualifier", "maxLength", "too-long", [0, 0, 0, 3]),
  cell("StatementId", "required", "valid", [328, 0, 0, 0]),
  cell("StatementId", "required", "missing", [0, 2, 0, 0]),
  cell("StatementId", "required", "null", [0, 0, 0, 0]),
  cell("StatementId", "maxLength", "too-long", [2, 10, 1, 1]),
  cell("StatementId", "pattern", "near-miss", [0, 55, 0, 0]),
];

const tally = { holds: 0, violated: 0, known: 0, inconclusive: 0, unexercised: 0 } satisfies Tally;

const died = `The run died: ${hostile}`;

/** A report with one of everything: violations, known ones, unjudged ones, questions, faults and hostile text. */
export function sampleReport(changes: Partial<Report> = {}): Report {
  return {
    schema: "addpermission-conformance/report@1",
    tool: { name: "addpermission-conformance", version: "0.1.0" },
    target: {
      name: "moto",
      endpoint: "http://127.0.0.1:5000",
      cannot: [stateless],
      unsupported: [{ needs: "state", reason: stateless }],
    },
    profile: "document",
    seed: 42,
    startedAt: "2026-01-02T03:04:05.678Z",
    durationMs: 12345,
    requests: 4321,
    incomplete: false,
    summary: {
      document: { ...tally, holds: 3, violated: 2, known: 1, inconclusive: 1, unexercised: 4 },
      aws: { ...tally, holds: 1, violated: 3, known: 1, inconclusive: 2, unexercised: 3 },
    },
    rules,
    questions,
    faults: [died],
    problems: [
      {
        code: "internal",
        message: died,
        rule: "answer.content-type",
        case: "fuzz/statement-id/17",
        stack: [`Error: ${hostile}`, "at judge (rules/errors.ts:7:11)"],
      },
    ],
    latency: {
      medianMs: 1.5,
      p99Ms: 7.25,
      maxMs: 812,
      outliers: [{ case: "fuzz/statement-id/17", ms: 812 }],
    },
    shell,
    coverage: { histories: { planned: 20, played: 17 }, cells },
    campaign: {
      minutes: 10,
      end: "time",
      rounds: 31,
      seeds: { first: 8, last: 38 },
      requests: 81504,
      mutated: 1550,
      behaviours: { known: 212, new: 14, kinds: { violation: 1, acceptance: 4, refusal: 9 } },
      found: [{ rule: "answer.status-201", testCase: "mutated/33@16", requests: 30946 }],
      corpus: {
        folder: "corpus",
        before: 12,
        after: 26,
        unreadable: [{ file: "x.json", why: "it is not JSON" }],
      },
    },
    ...changes,
  };
}

/** A report with as many causes, each with the rules `a.N` and `b.N`; the counterexample is that of `b.N`. */
export function causesReport(causes: number): Report {
  const of = (id: string, seen: string) =>
    sampleRule(id, { verdicts: violated, counterexample: sampleCounterexample({ seen }) });
  const groups = Array.from(
    { length: causes },
    (_, at) => [`cause-${at}`, of(`a.${at}`, `200, a.${at}`), of(`b.${at}`, `200, b.${at}`)] as const,
  );
  return sampleReport({
    rules: groups.flatMap(([, ...two]) => two),
    causes: groups.map(([id, first, best]) => ({
      id,
      title: `The claim of ${id}`,
      gravity: "state",
      rules: [first.id, best.id],
      requests: 7,
      rule: best.id,
      counterexample: best.counterexample ?? sampleCounterexample(),
    })),
  });
}

/** A report in which every rule holds. */
export function greenReport(): Report {
  const only = [sampleRule("answer.status-201"), sampleRule("answer.known-name")];
  const {
    latency: _,
    shell: __,
    campaign: ___,
    ...rest
  } = sampleReport({ rules: only, questions: [], faults: [], problems: [] });
  const both = { ...tally, holds: 2 };
  return {
    ...rest,
    target: { ...rest.target, name: "reference", cannot: [], unsupported: [] },
    summary: { document: both, aws: both },
  };
}

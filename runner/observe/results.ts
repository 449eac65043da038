import type { Finding } from "../../oracle/judge.ts";
import { columnsOf, type Judgement, type Rule } from "../../oracle/rule.ts";
import type { Exchange } from "../../spec/exchange.ts";
import type { Column } from "../../spec/verdict.ts";
import type { RunEvent } from "../events.ts";
import { hasKinds, type InputKind, isAboutInputs, kindOf } from "../kinds.ts";
import { type Findings, type RuleResult, resultKey, unviolated } from "../rule-results.ts";

/** The kinds of input that violated a rule, and whether every kind that it judged did. */
export interface KindsSeen {
  readonly kinds: readonly InputKind[];
  readonly all: boolean;
}

/** Requests that violated the same rules. */
interface Violating {
  readonly rules: ReadonlySet<string>;
  requests: number;
}

const noChecks = {
  holds: 0,
  violated: 0,
  inconclusive: 0,
  /** The last reason why it was inconclusive. */
  why: "",
  /** What the first violation showed. */
  seen: "",
};
type CheckCount = typeof noChecks;

/** The result of each rule, or a provisional one from the findings so far. */
export function results() {
  const counts = new Map<Rule, Record<Column, CheckCount>>();
  const finalResults = new Map<string, RuleResult>();
  let judged: readonly Rule[] = [];
  const violating = new Map<string, Violating>();
  const kinds = kindCollector();
  let hasBegun = false;
  const countsOf = (rule: Rule): Record<Column, CheckCount> => {
    const both = counts.get(rule) ?? { document: { ...noChecks }, aws: { ...noChecks } };
    counts.set(rule, both);
    return both;
  };
  const soFar = (rule: Rule): readonly (readonly [string, RuleResult])[] =>
    columnsOf(rule).map((column) => [resultKey(rule.id, column), provisional(countsOf(rule)[column])]);
  const takeFindings = (testCase: string, findings: readonly Finding[]) => {
    kinds.caseFinished(testCase, findings);
    countRequests(violating, findings);
    for (const { rule, column, judgement } of findings) {
      countJudgement(countsOf(rule)[column], judgement);
      // A later phase has a new candidate, which may change the result of an earlier phase.
      const key = resultKey(rule.id, column);
      if (judgement.verdict === "violated" && finalResults.get(key)?.outcome !== "violated")
        finalResults.delete(key);
    }
  };
  return {
    on(event: RunEvent): void {
      if (event.type === "planned") judged = event.rules;
      if (event.type === "batch" && event.purpose === "execute" && hasKinds(event.case))
        kinds.batch(event.exchanges, event.observed.observations);
      if (event.type === "case-finished") takeFindings(event.case.id, event.findings);
      if (event.type === "rule-result")
        for (const column of event.columns) finalResults.set(resultKey(event.rule.id, column), event.result);
      hasBegun ||= ["case-finished", "case-skipped", "rule-result"].includes(event.type);
    },
    /** The number of requests of test cases that violated one of these rules. */
    requestsViolating: (ids: ReadonlySet<string>): number =>
      [...violating.values()].reduce(
        (sum, { rules, requests }) => sum + ([...rules].some((id) => ids.has(id)) ? requests : 0),
        0,
      ),
    /** The kinds of input that violate a rule in a column without a violated rule that explains it. */
    kindsOf: (rule: Rule, column: Column): KindsSeen =>
      kinds.of(rule, column, (id) => finalResults.get(resultKey(id, column))?.outcome === "violated"),
    /** Null before the first test case or result. */
    findings: (): Findings | null => (hasBegun ? new Map([...judged.flatMap(soFar), ...finalResults]) : null),
  };
}

/** A kind of input that violated a rule, and the sets of rules that would explain it. */
interface KindSeen extends InputKind {
  readonly unless: (readonly string[])[];
}

/** Collects the kinds of input that violate each rule. */
function kindCollector() {
  const keys = new WeakMap<object, string>();
  const seen = new Map<string, Map<string, KindSeen>>();
  /** Rules that judged some kind otherwise. */
  const others = new Set<string>();
  const add = (id: string, kind: InputKind, unless: readonly string[]) => {
    const own = seen.get(id) ?? new Map<string, KindSeen>();
    seen.set(id, own);
    const name = `${kind.answer}\n${kind.kind}`;
    const known = own.get(name);
    if (known === undefined) own.set(name, { ...kind, unless: [unless] });
    else known.unless.push(unless);
  };
  return {
    batch(exchanges: readonly Exchange[], observations: readonly object[]): void {
      const [exchange, ...more] = exchanges;
      const [of] = observations;
      if (exchange !== undefined && of !== undefined && more.length === 0) keys.set(of, exchange.step.key);
    },
    caseFinished(testCase: string, findings: readonly Finding[]): void {
      if (!hasKinds(testCase)) return;
      for (const finding of findings) {
        const { rule, column, judgement, of } = finding;
        const id = resultKey(rule.id, column);
        const key = of === undefined ? undefined : keys.get(of);
        const kind = key === undefined ? null : kindOf(finding, testCase, key);
        if (kind !== null && judgement.verdict === "violated") add(id, kind, judgement.unless ?? []);
        else if (isAboutInputs(rule)) others.add(id);
      }
    },
    of(rule: Rule, column: Column, isViolated: (rule: string) => boolean): KindsSeen {
      const id = resultKey(rule.id, column);
      const all = [...(seen.get(id)?.values() ?? [])];
      const own = all.filter(({ unless }) =>
        unless.some((ids) => !ids.some((one) => one !== rule.id && isViolated(one))),
      );
      const answers = new Set(own.map(({ answer }) => answer));
      return {
        kinds: own.map(({ kind, answer }) => ({ kind, answer })),
        all: isAboutInputs(rule) && own.length === all.length && answers.size === 1 && !others.has(id),
      };
    },
  };
}

/** Counts each request once for all rules that it violated. */
function countRequests(violating: Map<string, Violating>, findings: readonly Finding[]): void {
  const requests = new Map<object, Set<string>>();
  for (const { rule, of } of findings) {
    if (of === undefined) continue;
    const rules = requests.get(of);
    if (rules === undefined) requests.set(of, new Set([rule.id]));
    else rules.add(rule.id);
  }
  for (const rules of requests.values()) {
    const key = [...rules].join(" ");
    const known = violating.get(key);
    if (known === undefined) violating.set(key, { rules, requests: 1 });
    else known.requests += 1;
  }
}

function countJudgement(count: CheckCount, judgement: Judgement): void {
  if (judgement.verdict === "violated" && count.violated === 0) count.seen = judgement.seen;
  if (judgement.verdict === "inconclusive") count.why = judgement.why;
  count[judgement.verdict] += 1;
}

/** The provisional result of a rule: an unconfirmed violation is inconclusive. */
function provisional(count: CheckCount): RuleResult {
  const { violated, inconclusive, seen } = count;
  const ruleResult = unviolated({ ...count, inconclusive: inconclusive + violated });
  return violated === 0 ? ruleResult : { ...ruleResult, why: { code: "not-rerun-yet", seen } };
}

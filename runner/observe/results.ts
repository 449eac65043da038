import type { Finding } from "../../oracle/judge.ts";
import type { Judgement, Rule } from "../../oracle/rule.ts";
import type { Column } from "../../spec/verdict.ts";
import type { Observer } from "../events.ts";
import { type Findings, type RuleResult, resultKey, unviolated } from "../rule-results.ts";

/** The result of each rule, or a provisional one from the findings so far. */
interface Results extends Observer {
  /** Null before the first test case or result. */
  findings(): Findings | null;
  /** The number of requests of test cases that violated one of these rules. */
  requestsViolating(rules: ReadonlySet<string>): number;
}

/** Requests that violated the same rules. */
interface Violating {
  readonly rules: ReadonlySet<string>;
  requests: number;
}

interface CheckCount {
  holds: number;
  violated: number;
  inconclusive: number;
  /** The last reason why it was inconclusive. */
  why: string;
  /** What the first violation showed. */
  seen: string;
}

const columns: readonly Column[] = ["document", "aws"];

export function results(): Results {
  const counts = new Map<Rule, Record<Column, CheckCount>>();
  const finalResults = new Map<string, RuleResult>();
  let judged: readonly Rule[] = [];
  const violating = new Map<string, Violating>();
  let hasBegun = false;
  const countsOf = (rule: Rule): Record<Column, CheckCount> => {
    let both = counts.get(rule);
    if (both === undefined) {
      both = { document: emptyCount(), aws: emptyCount() };
      counts.set(rule, both);
    }
    return both;
  };
  const soFar = (rule: Rule): readonly (readonly [string, RuleResult])[] =>
    (rule.columns ?? columns).map((column) => [
      resultKey(rule.id, column),
      provisional(countsOf(rule)[column]),
    ]);
  return {
    on(event) {
      if (event.type === "planned") judged = event.rules;
      if (event.type === "case-finished") {
        hasBegun = true;
        countRequests(violating, event.findings);
        for (const { rule, column, judgement } of event.findings) {
          countJudgement(countsOf(rule)[column], judgement);
          // A later phase has a new candidate, which may change the result of an earlier phase.
          const key = resultKey(rule.id, column);
          if (judgement.verdict === "violated" && finalResults.get(key)?.outcome !== "violated")
            finalResults.delete(key);
        }
      }
      if (event.type === "case-skipped") hasBegun = true;
      if (event.type === "rule-result") {
        hasBegun = true;
        for (const column of event.columns) finalResults.set(resultKey(event.rule.id, column), event.result);
      }
    },
    requestsViolating: (ids) =>
      [...violating.values()].reduce(
        (sum, { rules, requests }) => sum + ([...rules].some((id) => ids.has(id)) ? requests : 0),
        0,
      ),
    findings: () => (hasBegun ? new Map([...judged.flatMap(soFar), ...finalResults]) : null),
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

function emptyCount(): CheckCount {
  return { holds: 0, violated: 0, inconclusive: 0, why: "", seen: "" };
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

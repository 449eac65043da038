import type { Judgement, Rule } from "../../oracle/rule.ts";
import type { Column } from "../../spec/verdict.ts";
import type { Observer } from "../events.ts";
import { type Findings, type RuleResult, resultKey, unviolated } from "../rule-results.ts";

/** The result of each rule, or a provisional one from the findings so far. */
interface Results extends Observer {
  /** Null before the first test case or result. */
  findings(): Findings | null;
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
    findings: () => (hasBegun ? new Map([...judged.flatMap(soFar), ...finalResults]) : null),
  };
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

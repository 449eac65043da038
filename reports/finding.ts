import { escapeTerminal } from "./escape.ts";
import type { Counterexample, CounterexampleStep, RuleReport } from "./report.ts";

/**
 * A finding as lines for formats that want one text: claim, source, expected, seen, history, commands.
 * What a target sent cannot start a line of its own; markup is left to the format.
 */
export function findingText(rule: RuleReport): string {
  const origin = `${rule.basis}: ${rule.source}`;
  const details = rule.counterexample === undefined ? [] : counterexampleLines(rule.counterexample);
  return [rule.title, origin, ...details].map(escapeTerminal).join("\n");
}

function counterexampleLines(found: Counterexample): readonly string[] {
  const reproduced = found.reproduced === undefined ? "" : ` (${found.reproduced})`;
  return [
    `expected: ${found.expected}`,
    `seen: ${found.seen}${reproduced}`,
    ...historyLines(found.steps),
    `curl: ${found.curl}`,
    `replay: ${found.replay}`,
  ];
}

/** The exchanges of a counterexample, two unescaped lines each. */
export function historyLines(steps: readonly CounterexampleStep[]): readonly string[] {
  return steps.flatMap((step, index) => [
    `${index + 1}. ${[step.request.method, step.request.path, step.request.body ?? ""].join(" ").trim()}`,
    `   -> ${answerText(step)}`,
  ]);
}

/** What came back, in one phrase: status, error name and body, or why nothing came. */
export function answerText({ response, silence }: CounterexampleStep): string {
  if (response === null) return `no answer: ${silence ?? "unknown why"}`;
  return [`${response.status}`, response.error ?? "", response.body].filter((part) => part !== "").join(" ");
}

/** Why a rule was not judged, or a sentence that says that nobody knows. */
export function reasonText(rule: RuleReport): string {
  return rule.reason ?? "No reason was recorded.";
}

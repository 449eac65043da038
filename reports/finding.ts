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

/** What a request is called in few words: its operation and what it is about. */
export function requestLabel(step: CounterexampleStep): string {
  const { operation, method, path, body } = step.request;
  const about = statementId(body) ?? removedId(path);
  const name = operation ?? `${method} ${path}`;
  return about === null ? name : `${name} ${about}`;
}

function statementId(body: string | null): string | null {
  const found = /"StatementId"\s*:\s*"([^"\\]{0,200})"/.exec(body?.slice(0, 2000) ?? "")?.[1];
  return found === undefined || found === "" ? null : found;
}

/** What came back in few words: status and error name, or why there is nothing. */
export function answerLabel(step: CounterexampleStep): string {
  if (step.response === null) return `no answer: ${step.silence ?? "unknown"}`;
  const { status, error } = step.response;
  return error === null ? String(status) : `${status} ${error}`;
}

/** The same, and of a policy that was read the ids in it: they tell which additions a read has seen. */
export function outcomeLabel(step: CounterexampleStep): string {
  const { operation } = step.request;
  const label = answerLabel(step);
  if (operation !== "GetPolicy" || step.response === null || step.response.status !== 200) return label;
  const ids = [...step.response.body.matchAll(/\\"Sid\\": ?\\"([\w.-]+)\\"/g)].map(([, id]) => id);
  return `${label} ${ids.length === 0 ? "(no ids)" : ids.join(" ")}`;
}

function removedId(path: string): string | null {
  return /\/policy\/([\w.-]{1,200})(?:\?|$)/.exec(path)?.[1] ?? null;
}

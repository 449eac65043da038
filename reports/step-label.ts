import type { CounterexampleStep } from "./report.ts";

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

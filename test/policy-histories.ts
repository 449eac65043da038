import fc from "fast-check";
import type { PolicyInput, PolicyOperation, PolicyOutput } from "../oracle/policy-set-model.ts";

// Histories of a policy for the tests of the checker: drawn, simulated and falsified, and explained by brute force.

/**
 * Parses a drawn history with one operation on each line; columns are time.
 *
 *     a: [---]      add x -> added
 *     b:   [----]   add x -> refused
 *     c:     [--?   remove x                      never answered
 *     d:        [-] read -> x y                   or `read -> nothing`
 */
export function drawn(picture: string): readonly PolicyOperation[] {
  return picture
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(operationIn);
}

const linePattern = /^\s*(?<id>\w+): *\[-*(?<close>[\]?]) +(?<request>.*?)(?: +-> +(?<answer>.*?))?\s*$/;

function operationIn(line: string): PolicyOperation {
  const { id, close, request, answer } = linePattern.exec(line)?.groups ?? {};
  if (id === undefined || close === undefined || request === undefined)
    throw new Error(`not drawn well: ${line}`);
  const answered = close === "]";
  if (answered !== (answer !== undefined)) throw new Error(`an answer goes with a closed bar only: ${line}`);
  return {
    id,
    input: inputIn(request),
    output: answer === undefined ? null : outputIn(answer),
    invokedAt: line.indexOf("["),
    returnedAt: answered ? line.indexOf("]") : null,
  };
}

function inputIn(text: string): PolicyInput {
  const [kind, sid, ...rest] = text.split(/ +/);
  if (kind === "read" && sid === undefined) return { kind };
  if (sid === undefined || rest.length > 0 || (kind !== "add" && kind !== "remove"))
    throw new Error(`no such operation: ${text}`);
  return { kind, sid };
}

const words = ["added", "refused", "removed", "absent"] as const;

function outputIn(text: string): PolicyOutput {
  const word = words.find((one) => one === text);
  return word ?? text.split(/ +/).filter((part) => part !== "nothing" && part !== "");
}

/** A planned call: its request, its times, and when it takes effect between request and answer. */
export interface Planned {
  readonly kind: "add" | "remove" | "read";
  readonly sid: string;
  readonly start: number;
  readonly length: number;
  /** From 0, with the request, to 1, with the answer. */
  readonly subject: number;
  readonly fate: "answered" | "lost" | "never" | "refused";
}

/** Plans of calls. `span` and the lengths determine the overlap. */
export function plans(options: {
  readonly count: { readonly minLength: number; readonly maxLength: number };
  readonly sids: readonly string[];
  readonly span: number;
  readonly longest: number;
}): fc.Arbitrary<readonly Planned[]> {
  return fc.array(
    fc.record({
      kind: fc.constantFrom("add", "add", "remove", "read"),
      sid: fc.constantFrom(...options.sids),
      start: fc.nat({ max: options.span }),
      length: fc.nat({ max: options.longest }),
      subject: fc.double({ min: 0, max: 1, noNaN: true }),
      fate: fc.constantFrom("answered", "answered", "answered", "answered", "lost", "never", "refused"),
    }),
    options.count,
  );
}

/** The answers of a correct policy, which starts with `sids`, to planned calls. */
export function executed(planned: readonly Planned[], sids: readonly string[]): readonly PolicyOperation[] {
  const stored = new Set(sids);
  const turns = planned
    .map((plan, index) => ({ plan, index, at: plan.start + plan.subject * plan.length }))
    .sort((a, b) => a.at - b.at);
  const answers = new Map<number, PolicyOutput>();
  for (const { plan, index } of turns) {
    if (plan.fate === "never") continue;
    answers.set(index, plan.fate === "refused" ? "refused" : answerOf(plan, stored));
  }
  return planned.map((plan, index) => operation(plan, index, answers.get(index) ?? null));
}

function answerOf({ kind, sid }: Planned, stored: Set<string>): PolicyOutput {
  if (kind === "read") return [...stored];
  if (kind === "remove") return stored.delete(sid) ? "removed" : "absent";
  if (stored.has(sid)) return "refused";
  stored.add(sid);
  return "added";
}

function operation(plan: Planned, index: number, answer: PolicyOutput | null): PolicyOperation {
  const answered = plan.fate === "answered" || plan.fate === "refused";
  return {
    id: `${index}`,
    input: inputOf(plan),
    output: answered ? answer : null,
    invokedAt: plan.start,
    returnedAt: answered ? plan.start + plan.length : null,
  };
}

function inputOf({ kind, sid }: Planned): PolicyInput {
  return kind === "read" ? { kind } : { kind, sid };
}

/** How an answer is falsified. */
export interface Corruption {
  readonly at: number;
  readonly how: "other word" | "drop" | "extra" | "shorten";
  readonly word: PolicyOutput;
  readonly pick: number;
  readonly sid: string;
}

/** Corruptions of any of the first `count` operations. */
export function corruptions(count: number, sids: readonly string[]): fc.Arbitrary<Corruption> {
  return fc.record({
    at: fc.nat({ max: count - 1 }),
    how: fc.constantFrom("other word", "drop", "extra", "shorten"),
    word: fc.constantFrom<PolicyOutput>("added", "removed", "absent", "refused"),
    pick: fc.nat({ max: 5 }),
    sid: fc.constantFrom(...sids),
  });
}

/** The history with one falsified answer. It may still be linearizable. */
export function corrupted(
  history: readonly PolicyOperation[],
  { at, how, word, pick, sid }: Corruption,
): readonly PolicyOperation[] {
  return history.map((each, index) => {
    if (index !== at || each.output === null) return each;
    if (how === "shorten") return { ...each, returnedAt: each.invokedAt };
    if (typeof each.output === "string") return { ...each, output: word };
    const place = each.output.length === 0 ? 0 : pick % each.output.length;
    if (how === "drop") return { ...each, output: each.output.toSpliced(place, 1) };
    return { ...each, output: each.output.toSpliced(place, 0, sid) };
  });
}

/**
 * Tries every order that respects real time, with every subset of the unanswered operations, on a set that starts with
 * `sids`. Shares only the types with the checker. Feasible for a few operations only.
 */
export function explicable(history: readonly PolicyOperation[], sids: Iterable<string>): boolean {
  if (history.every((operation) => operation.output === null)) return true;
  const first = history.filter(
    (one) => !history.some((other) => other !== one && returnedBefore(other, one)),
  );
  return first.some((one) => {
    const stored = new Set(sids);
    if (!takesPlace(one, stored)) return false;
    return explicable(
      history.filter((other) => other !== one),
      stored,
    );
  });
}

function returnedBefore(one: PolicyOperation, other: PolicyOperation): boolean {
  return one.output !== null && one.returnedAt !== null && one.returnedAt < other.invokedAt;
}

function takesPlace({ input, output }: PolicyOperation, stored: Set<string>): boolean {
  if (output === "refused") return true;
  if (input.kind === "read") {
    if (output === null) return true;
    if (typeof output === "string") return false;
    const shown = new Set(output);
    return (
      shown.size === output.length && shown.size === stored.size && output.every((sid) => stored.has(sid))
    );
  }
  const present = stored.has(input.sid);
  if (output === "absent") return input.kind === "remove" && !present;
  if (input.kind === "remove") return (output ?? "removed") === "removed" && stored.delete(input.sid);
  stored.add(input.sid);
  return (output ?? "added") === "added" && !present;
}

import { errorName, isSuccess } from "../spec/answer.ts";
import { grouped } from "../spec/collections.ts";
import type { Answer } from "../spec/exchange.ts";
import { removal } from "../spec/target.ts";
import { check, type Linearizability } from "./linearizability.ts";
import { policyOf } from "./model-state.ts";
import type { Addition, Observation, ObservedBatch, PolicyRead } from "./observe.ts";
import { type PolicyOperation, type PolicyOutput, policySetModel } from "./policy-set-model.ts";
import { holds, type Judgement } from "./rule.ts";

/**
 * Search steps after which a history counts as undecided. The races of the suite take fewer than a thousand; five
 * thousand take less than a second.
 */
export const mostSteps = 5000;

interface Placed extends PolicyOperation {
  readonly policy: string;
}

/**
 * Judges whether the concurrent calls of a history can be put in an order that explains every answer.
 * Null for a history without concurrent calls, or with unknown policies at its start.
 */
export function judgeLinearizability(batches: readonly ObservedBatch[]): Judgement | null {
  if (!batches.some(({ observations }) => observations.length > 1)) return null;
  if (batches.some(({ observations }) => observations.some(isBeyondTheModel))) return null;
  const placed = batches.flatMap(({ observations }, round) =>
    withoutRepeats(observations.flatMap((of, index) => place(of, `${round}.${index}`))),
  );
  let open: string | null = null;
  // A history is linearizable if and only if the part of each policy is.
  for (const [policy, operations] of grouped(placed, (operation) => operation.policy)) {
    const initial = initialStates(batches, policy);
    if (initial === null || operations.length < 2 || showsOthers(operations, initial)) continue;
    const found = check(operations, policySetModel(initial), { maxSteps: mostSteps });
    if (found.verdict === "violated") return violation(operations, found);
    if (found.verdict === "unknown") open = found.reason;
  }
  return open === null ? holds : { verdict: "inconclusive", why: open };
}

/** The model has additions, removals and reads; it cannot judge a policy that is re-created or changed in other ways. */
function isBeyondTheModel(of: Observation): boolean {
  if (of.kind === "neighbour")
    return ["DeleteFunction", "CreateFunction", "PublishVersion"].includes(of.call.operation);
  return (
    of.kind === "addition" &&
    of.result.kind === "added" &&
    of.analysis.refusalReasons.length + of.analysis.questions.length > 0
  );
}

function initialStates(batches: readonly ObservedBatch[], policy: string) {
  const known = batches[0] && policyOf(batches[0].before, policy);
  if (known === undefined || known.capped) return null;
  const possibleStates = known.possibleStates.map(({ statements }) => statements);
  if (known.disputed.length > 0 || possibleStates.some((statements) => statements === null)) return null;
  return possibleStates.map((statements) => (statements ?? []).map(({ sid }) => sid ?? ""));
}

/**
 * A read shows a statement that no call of the history can have added. No order is to blame for that, and rules on single
 * reads judge it.
 */
function showsOthers(
  operations: readonly PolicyOperation[],
  initial: readonly (readonly string[])[],
): boolean {
  const known = new Set(initial.flat());
  for (const { input } of operations) if (input.kind === "add") known.add(input.sid);
  return operations.some(
    ({ output }) =>
      output !== null && typeof output !== "string" && output.some((sid: string) => !known.has(sid)),
  );
}

function violation(
  operations: readonly PolicyOperation[],
  { longest, stuck }: Extract<Linearizability, { verdict: "violated" }>,
): Judgement {
  const named = (ids: readonly string[]) =>
    ids.flatMap((id) => operations.filter((one) => one.id === id).map(inWords));
  const order = named(longest);
  const shown =
    order.length > 12 ? [...order.slice(0, 6), `${order.length - 12} more`, ...order.slice(-6)] : order;
  return {
    verdict: "violated",
    expected: "an order of the calls, one after another, that gives every answer",
    seen: `no such order: after ${shown.length === 0 ? "nothing" : shown.join(", ")}, none of these can come next: ${named(stuck).join(", ")}`,
    unless: [
      "race.one-id-once",
      "race.one-revision-once",
      "race.acknowledged-are-kept",
      "StatementId.duplicate",
      "StatementId.duplicate-content",
      "policy.shows-what-it-holds",
      "policy.holds-what-was-added",
      "policy.others-untouched",
      "policy.one-more",
      "policy.stored-as-returned",
      "refusal.changes-no-statement",
      "read.changes-nothing",
      "policy.separate-qualifiers",
      "StatementId.freed",
      "remove.keeps-concurrent-additions",
      "remove.is-gone",
      "remove.one-statement",
      "remove.one-policy",
    ],
  };
}

function inWords({ input, output }: PolicyOperation): string {
  if (input.kind !== "read")
    return `${input.kind} ${JSON.stringify(input.sid)} (${output === null ? "no answer" : output})`;
  const ids = typeof output === "string" || output === null ? [] : output;
  return `a read of ${ids.length === 0 ? "no statement" : ids.map((sid) => JSON.stringify(sid)).join(" ")}`;
}

/**
 * A target may acknowledge the removal of an id that is gone. Of several removals of one id that are in flight together, any
 * may be the one that removed it.
 */
function withoutRepeats(operations: readonly Placed[]): readonly Placed[] {
  const removals = operations.filter(({ output }) => output === "removed").map(idOf);
  const repeated = new Set(removals.filter((one, index) => removals.indexOf(one) !== index));
  return operations.map((one) =>
    one.output === "removed" && repeated.has(idOf(one)) ? { ...one, output: null, returnedAt: null } : one,
  );
}

function idOf({ policy, input }: Placed): string {
  return JSON.stringify([policy, input.kind === "read" ? null : input.sid]);
}

function place(of: Observation, id: string): readonly Placed[] {
  const { sentAt: invokedAt, answeredAt } = of.answer;
  const returnedAt = of.answer.kind === "none" ? null : answeredAt;
  if (of.kind === "addition") return placeAddition(of, { id, invokedAt, returnedAt });
  if (of.kind === "policy-read") return placeRead(of, { id, invokedAt, returnedAt });
  const removed = removal(of.call);
  if (removed === null) return [];
  const output = removalOutput(of.answer);
  return [
    {
      id,
      invokedAt,
      returnedAt: output === null ? null : returnedAt,
      input: { kind: "remove", sid: removed.sid },
      output,
      policy: removed.key,
    },
  ];
}

/** A removal with a RevisionId may have been refused because of it. The model has no revisions, so the effect stays open. */
function removalOutput(answer: Answer): PolicyOutput | null {
  if (isSuccess(answer)) return "removed";
  // Another 404, also one without a name, may say that there is no such operation.
  const isAbsent =
    answer.kind === "response" && answer.status === 404 && errorName(answer) === "ResourceNotFoundException";
  return isAbsent ? "absent" : null;
}

type Times = Pick<Placed, "id" | "invokedAt" | "returnedAt">;

function placeAddition({ analysis, stateAnalysis, result }: Addition, times: Times): readonly Placed[] {
  const { key } = stateAnalysis;
  const sid = analysis.body.members?.StatementId;
  if (
    key === null ||
    typeof sid !== "string" ||
    analysis.refusalReasons.length + analysis.questions.length > 0
  )
    return [];
  const output = outputOf(result);
  const returnedAt = output === null ? null : times.returnedAt;
  return [{ ...times, returnedAt, input: { kind: "add", sid }, output, policy: key }];
}

function outputOf(result: Addition["result"]): PolicyOutput | null {
  if (result.kind === "unsettled") return null;
  if (result.kind === "added") return "added";
  if (result.status >= 500) return null;
  // A conflict may also mean that another operation is in progress. It has no effect and proves nothing.
  return "refused";
}

function placeRead({ key, policy }: PolicyRead, times: Times): readonly Placed[] {
  if (key === null || policy.kind === "unreadable" || policy.kind === "unsettled") return [];
  const statements = policy.kind === "policy" ? policy.statements : [];
  const output = statements.map(({ sid }) => sid ?? "");
  return [{ ...times, input: { kind: "read" }, output, policy: key }];
}

import type { SendOptions, Transport } from "../client/transport.ts";
import { type ModelState, policyOf } from "../oracle/model-state.ts";
import { type Addition, type ObservedBatch, observeBatch, type PolicyRead } from "../oracle/observe.ts";
import { header, jsonObject, revisionIn, versionIn } from "../spec/answer.ts";
import { getPolicy } from "../spec/calls.ts";
import {
  type Answer,
  type Batch,
  type Call,
  type Exchange,
  type NoAnswer,
  revisionSlot,
  type Step,
  versionSlot,
} from "../spec/exchange.ts";
import { readPolicy } from "../spec/statement.ts";
import { policyKey, readOf, removal } from "../spec/target.ts";
import type { Purpose } from "./events.ts";
import type { InFlight } from "./in-flight.ts";
import type { PassingCause, Patience } from "./patience.ts";
import type { SilentKinds } from "./silent-kinds.ts";

export interface BatchOptions {
  readonly transport: Transport;
  readonly how: SendOptions;
  /** How long a policy that is not yet as expected is polled, and how long a rerun waits before it reads one, in milliseconds. */
  readonly settleMs: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Waits for answers that pass by themselves; without it none is repeated. */
  readonly patience?: Patience | undefined;
  /** Shortens the deadline of requests whose kind got no answer; by default every call waits for the same time. */
  readonly silentKinds?: SilentKinds | undefined;
  /** Limits the batches in flight on a target that slows down. */
  readonly inFlight?: InFlight | undefined;
  /** The answer in place of a call that must not be sent; null to send it. */
  readonly instead?: ((call: Call, before: ModelState) => NoAnswer | null) | undefined;
  /** Called with each call and its answer. */
  readonly onAnswer?:
    | ((exchange: Exchange, done: readonly (readonly Exchange[])[], before: ModelState) => void)
    | undefined;
}

/** A batch that was sent: the exchanges, and what the oracle observes in them. */
export interface SentBatch {
  readonly exchanges: readonly Exchange[];
  readonly observed: ObservedBatch;
}

/** Pause between two reads of a policy that is not yet as expected, in milliseconds. */
const rereadMs = 250;

/**
 * Sends the calls of a batch together and observes the answers, starting from the model state `before`. Values from
 * the answers in `done` fill the slots of the calls. On an eventually consistent target, an unexpected read is
 * repeated for a while. So is a call that another operation in progress may have turned away.
 */
export async function sendBatch(
  batch: Batch,
  done: readonly (readonly Exchange[])[],
  before: ModelState,
  purpose: Purpose,
  options: BatchOptions,
): Promise<SentBatch> {
  const { patience } = options;
  const sending: Sending = { options, how: options.how, done, before, purpose };
  const usual = patience?.needsNewConnections() ? onNewConnection(sending) : sending;
  const ready = readyCalls(batch, done, options);
  // A late read may look right, or show an old revision alone, so that it would not be repeated below.
  if (options.settleMs > 0 && purpose === "confirm" && ready.some(({ call }) => readsWritten(call, before)))
    await options.sleep(options.settleMs);
  let sent = await sendAndObserve(ready, usual);
  // A call that is sent again for one cause may be refused for another one.
  const tried = new Set<PassingCause>();
  let cause = patience?.causeIn(sent.observed) ?? null;
  while (patience !== undefined && cause !== null) {
    tried.add(cause);
    sent = await repeatFor(cause, sent, ready, { patience, usual });
    const next = patience.causeIn(sent.observed);
    cause = next !== null && tried.has(next) ? null : next;
  }
  patience?.keep(sent.observed);
  for (
    let waitedMs = 0;
    waitedMs < options.settleMs && isUnsettledRead(sent.observed);
    waitedMs += rereadMs
  ) {
    if (isAborted(options)) break;
    await options.sleep(rereadMs);
    sent = await sendAndObserve(ready, usual);
  }
  options.silentKinds?.observed(sent.observed.observations);
  return sent;
}

async function sendAndObserve(ready: readonly ReadyCall[], sending: Sending): Promise<SentBatch> {
  const exchanges = await sendAll(ready, sending);
  return { exchanges, observed: observeBatch(sending.before, exchanges) };
}

/** Repeats a batch until it is no longer turned away for this cause, or for as long as the cause may last. */
async function repeatFor(
  cause: PassingCause,
  first: SentBatch,
  ready: readonly ReadyCall[],
  { patience, usual }: { readonly patience: Patience; readonly usual: Sending },
): Promise<SentBatch> {
  const { options } = usual;
  const isClosed = cause === "connection-closed";
  const sending = isClosed ? onNewConnection(usual) : usual;
  const pauses = patience.pauses(cause);
  let sent = first;
  let waitedMs = 0;
  for (const pauseMs of pauses) {
    if (isAborted(options) || patience.causeIn(sent.observed) !== cause) break;
    const askedMs = cause === "throttled" ? requestedPauseMs(sent) : 0;
    const longMs = Math.max(pauseMs, Math.min(askedMs, longestRequestedMs - waitedMs));
    if (longMs > 0) await options.sleep(longMs);
    waitedMs += longMs;
    const effect = await effectOf(cause, sent.observed, sending);
    if (effect === "unknown") continue;
    if (effect === "possible") break;
    const again = await sendAndObserve(ready, sending);
    // What was dropped when the target ended says more than the refusal of a connection.
    if (isClosed && again.exchanges.some(isRefused)) break;
    sent = again;
  }
  if (pauses.length > 0) patience.waited(cause, waitedMs, sent.observed);
  return sent;
}

/** How long a target can make a call wait in all, in milliseconds. */
const longestRequestedMs = 20_000;

/** The pause that an answer asks for in its Retry-After header, in milliseconds; 0 if none asks for one in seconds. */
function requestedPauseMs({ exchanges }: SentBatch): number {
  const seconds = exchanges.map(({ answer }) =>
    answer.kind === "none" ? 0 : Number(header(answer.headers, "Retry-After") ?? 0),
  );
  return 1000 * Math.max(0, ...seconds.filter((one) => !Number.isNaN(one)));
}

function isAborted({ how: { signal } }: BatchOptions): boolean {
  return signal?.aborted === true;
}

/** Says whether a call reads a policy to which something was sent since it was last read. */
function readsWritten(call: Call, before: ModelState): boolean {
  const of = call.method === "GET" ? readOf(call) : null;
  const policy = of === null ? undefined : policyOf(before, policyKey(of.name, of.qualifier));
  return policy !== undefined && policy.since.writes.length > 0;
}

function isRefused({ answer }: Exchange): boolean {
  return answer.kind === "none" && answer.reason === "refused";
}

function onNewConnection(sending: Sending): Sending {
  return { ...sending, how: { ...sending.how, onNewConnection: true } };
}

/**
 * Says whether calls may have changed something although they were turned away; unknown as long as the policy cannot be
 * read. A conflict or a 404 has no effect.
 */
async function effectOf(
  cause: PassingCause,
  { observations: [of] }: ObservedBatch,
  { options: { transport }, how }: Sending,
): Promise<"none" | "possible" | "unknown"> {
  if (cause === "in-progress" || cause === "not-visible") return "none";
  if (of === undefined || of.call.method === "GET") return of === undefined ? "possible" : "none";
  const removed = removal(of.call);
  if (of.kind !== "addition" && removed === null) return cause === "throttled" ? "none" : "possible";
  const resource = readOf(of.call);
  if (resource === null || (of.kind === "addition" && isWithoutEffect(of))) return "none";
  const policy = readPolicy(await transport.send(getPolicy(resource.name, resource.qualifier), how));
  if (policy.kind === "unsettled") return "unknown";
  if (policy.kind !== "policy" && policy.kind !== "none") return "possible";
  const id = of.kind === "addition" ? of.analysis.body.members?.StatementId : removed?.sid;
  const isThere = policy.kind === "policy" && policy.statements.some(({ sid }) => sid === id);
  return isThere === (of.kind === "addition") ? "possible" : "none";
}

/** Says whether an addition names no policy that could have changed, or an id that the policy had before. */
function isWithoutEffect({ stateAnalysis: { key, refusalReasons } }: Addition): boolean {
  return key === null || refusalReasons.some((reason) => reason.startsWith("StatementId."));
}

type ReadyCall = Pick<Exchange, "step" | "call">;

function readyCalls(
  batch: Batch,
  done: readonly (readonly Exchange[])[],
  { transport, settleMs }: BatchOptions,
): readonly ReadyCall[] {
  return batch.flatMap((step) => {
    const call = filled(step, done);
    // A call that the transport cannot carry unchanged is left out.
    if (call === null || typeof transport.unable?.(call) === "string") return [];
    // On an eventually consistent target, a read in flight with other calls may show any state and cannot
    // be repeated.
    const isUnreliable = settleMs > 0 && batch.length > 1 && call.operation === "GetPolicy";
    return isUnreliable ? [] : [{ step, call }];
  });
}

interface Sending {
  readonly options: BatchOptions;
  readonly how: SendOptions;
  readonly done: readonly (readonly Exchange[])[];
  readonly before: ModelState;
  readonly purpose: Purpose;
}

async function sendAll(ready: readonly ReadyCall[], sending: Sending): Promise<readonly Exchange[]> {
  const { inFlight } = sending.options;
  if (inFlight === undefined) return sendTogether(ready, sending);
  const leave = await inFlight.enter(ready.length);
  try {
    const exchanges = await sendTogether(ready, sending);
    const [only] = exchanges;
    if (exchanges.length === 1 && only?.answer.kind === "response")
      inFlight.took(only.answer.answeredAt - only.answer.sentAt);
    if (exchanges.length > 1) inFlight.tookTogether(longestMs(exchanges));
    return exchanges;
  } finally {
    leave();
  }
}

function longestMs(exchanges: readonly Exchange[]): number {
  return Math.max(...exchanges.map(({ answer }) => answer.answeredAt - answer.sentAt));
}

async function sendTogether(ready: readonly ReadyCall[], sending: Sending): Promise<readonly Exchange[]> {
  const [only] = ready;
  // Nearly every batch is a single call.
  if (ready.length === 1 && only !== undefined) return [await send(only, sending)];
  return Promise.all(ready.map((one) => send(one, sending)));
}

async function send({ step, call }: ReadyCall, sending: Sending): Promise<Exchange> {
  const { options, how, done, before, purpose } = sending;
  const { transport, silentKinds, instead, onAnswer } = options;
  const unsent = instead?.(call, before) ?? null;
  if (unsent !== null) return { step, call, answer: unsent };
  const deadlineMs = silentKinds?.deadline(call, before, purpose) ?? how.deadlineMs;
  if (typeof deadlineMs !== "number") return { step, call, answer: deadlineMs };
  const given = await transport.send(call, deadlineMs === how.deadlineMs ? how : { ...how, deadlineMs });
  const answer = silentKinds?.answered(call, before, given, deadlineMs) ?? given;
  const exchange = { step, call, answer: truncateAnswer(answer) };
  onAnswer?.(exchange, done, before);
  return exchange;
}

/** Says whether the answers so far hold the revision or version that a step needs. */
export function isFillable(step: Step, done: readonly (readonly Exchange[])[]): boolean {
  return filled(step, done) !== null;
}

function filled(step: Step, done: readonly (readonly Exchange[])[]): Call | null {
  const { call, revisionFrom, versionFrom } = step;
  if (revisionFrom === undefined && versionFrom === undefined) return call;
  const answerTo = (wantedKey: string) => done.flat().find(({ step: { key } }) => key === wantedKey)?.answer;
  const fill = (into: Call | null, from: string | undefined, slot: string, read: typeof revisionIn) => {
    if (into === null || from === undefined) return into;
    const answer = answerTo(from);
    const value = answer === undefined ? null : read(answer);
    return value === null ? null : withValue(into, slot, value);
  };
  return fill(fill(call, revisionFrom, revisionSlot, revisionIn), versionFrom, versionSlot, versionIn);
}

function withValue(call: Call, slot: string, value: string): Call {
  // A replacer function, because a replacement text would interpret patterns such as `$&` in a RevisionId.
  return {
    ...call,
    target: call.target.replaceAll(slot, () => encodeURIComponent(value)),
    body: call.body?.replaceAll(slot, () => JSON.stringify(value).slice(1, -1)) ?? null,
  };
}

function isUnsettledRead({ observations }: ObservedBatch): boolean {
  return observations.some(
    (of) => of.kind === "policy-read" && (of.difference !== null || isFirstAfterUnknown(of)),
  );
}

/** After a write with an unknown effect, a late read looks like any other read. */
function isFirstAfterUnknown({ before, key }: PolicyRead): boolean {
  const policy = policyOf(before, key);
  return (
    policy !== undefined &&
    policy.since.writes.length > 0 &&
    policy.possibleStates.some(({ statements }) => statements === null)
  );
}

/** Longest part of an answer that is kept, in characters. A report shows fewer. */
const maxCharacters = 64 * 1024;

/** Truncates a huge answer that is no JSON object; the mark keeps the rest from being one by accident. */
export function truncateAnswer(answer: Answer): Answer {
  if (answer.kind === "none" || answer.body.length <= maxCharacters || jsonObject(answer.body) !== null)
    return answer;
  return { ...answer, body: `${beginning(answer.body)}…` };
}

/** Truncates a huge answer before the exchange is kept for a report, to bound the memory. */
export function truncateExchange(exchange: Exchange): Exchange {
  const { answer } = exchange;
  if (answer.kind === "none" || answer.body.length <= maxCharacters) return exchange;
  return { ...exchange, answer: { ...answer, body: beginning(answer.body) } };
}

/** Makes a copy, because a slice keeps the whole string in memory; with one byte for each character where that is enough. */
function beginning(text: string): string {
  const part = text.slice(0, maxCharacters);
  const encoding = /[^\0-\xff]/.test(part) ? "utf16le" : "latin1";
  return Buffer.from(part, encoding).toString(encoding);
}

import { notSent } from "../client/no-answer.ts";
import type { ModelState } from "../oracle/model-state.ts";
import { columnsOf, type Rule } from "../oracle/rule.ts";
import { phrase } from "../spec/answer.ts";
import { getFunction } from "../spec/calls.ts";
import type { Answer, Batch, Call, Exchange, NoAnswer } from "../spec/exchange.ts";
import { type Fixture, isBare } from "../spec/fixture.ts";
import { truncateExchange } from "./batch.ts";
import type { Confirmed } from "./confirm.ts";
import type { LeftOut } from "./events.ts";
import type { WorkerPool } from "./pool.ts";
import { namesOf, renamed } from "./rebase.ts";
import { fixtureFor, replayTestCase } from "./rerun.ts";
import { type Findings, resultKey, type Suspected } from "./rule-results.ts";
import type { RunOptions } from "./run.ts";
import { validAddition } from "./serving.ts";
import { reasonsOf } from "./silent-kinds.ts";
import { type Execution, inTurn, type StepOptions, type Worker } from "./worker.ts";

/** The rule that a request violates after which the target is gone. */
export const endingRule = "answer.arrives";

/** A call as it was answered, and where it was sent. */
interface SentCall {
  readonly exchange: Exchange;
  /** The batches of its history before it. */
  readonly done: readonly (readonly Exchange[])[];
  readonly before: ModelState;
  readonly fixture: Fixture;
  /** The name of the test case or the rerun; empty for other requests. */
  readonly testCase: string;
}

/** The requests of which one ended the target, and the suites that sent them. */
export type SuspectedEnding = Suspected & { readonly suites: readonly string[] };

/** Finds requests that end the target, and keeps others like them from being sent. */
export type Endings = ReturnType<typeof endings>;

interface Where {
  readonly workers: readonly Worker[];
  readonly pool: Pick<WorkerPool, "replace" | "spareFixture" | "revived">;
  /** True if the target knows the functions that a run creates. */
  readonly keepsFunctions: boolean;
  /** True when no more requests may be sent. */
  readonly stop: () => boolean;
}

/** Whether the target is back, and the request that ended it, confirmed or not. */
type FoundEnding =
  | { readonly isBack: true; readonly confirmed: Confirmed | null }
  | { readonly isBack: false; readonly suspected: SuspectedEnding | null; readonly detail?: string };

/** The same, with what was seen when the target was gone. */
export type Ended = FoundEnding & { readonly detail: string };

const bounds = {
  /** The last calls that are remembered, without an answer and with one. */
  unanswered: 64,
  answered: 128,
  /** Calls that are tried alone. */
  suspects: 24,
  /** A suspect was in flight or answered in these milliseconds before the target was gone. */
  inFlightMs: 5000,
  justBeforeMs: 400,
  /** Waits for the target to come back: the milliseconds of each, and how many. */
  returnMs: 10_000,
  returns: 40,
  /** Pauses before the run asks whether the target is still there, after an answer and without one. */
  watchMs: { response: [100, 300], none: [30, 300] },
  /** Valid requests that must not end it. */
  controls: 2,
  /** Kinds of requests that may be found, and searches in vain before the run stops. */
  kinds: 8,
  inVain: 3,
  /** Answers after which the run asks whether the functions are still there. */
  checks: 200,
  /** Refused connections without a loss, and those of them that are looked into. */
  blips: 20,
  triedBlips: 2,
} as const;

/** What a request that ends the target should have got. */
export const endingExpected = "an answer, and a target that goes on answering";

/** A kind of requests that ended the target. */
interface EndingKind {
  readonly name: string;
  readonly operation: string;
  /** What the document says against the request; empty if it says nothing. */
  readonly reasons: readonly string[];
  /** The request that ended it, as one line. */
  readonly example: string;
  times: number;
  left: number;
}

export function endings({ clock, sleep }: Pick<RunOptions, "clock" | "sleep">) {
  const kinds: EndingKind[] = [];
  const unexpected = new WeakSet<Answer>();
  let unanswered: SentCall[] = [];
  let answered: SentCall[] = [];
  let hasAnswered = false;
  let gone: { readonly at: number; readonly detail: string } | null = null;
  let isTrying = false;
  let isOff = false;
  let inVain = 0;
  let blips = 0;
  let returns = 0;
  let checks = 0;
  let trials = 0;

  const suspectsNow = (): {
    readonly inFlight: readonly SentCall[];
    readonly before: readonly SentCall[];
  } => {
    const at = gone?.at ?? clock();
    const inFlight = unanswered.filter(({ exchange }) => exchange.answer.answeredAt > at - bounds.inFlightMs);
    const from = Math.min(at, ...inFlight.map(({ exchange }) => exchange.answer.answeredAt));
    const before = answered.filter(({ exchange }) => exchange.answer.answeredAt > from - bounds.justBeforeMs);
    const known = new Set<string>();
    const unlike = inOrder(before).filter((one) => {
      const { name } = kindOf(one);
      return !known.has(name) && known.add(name);
    });
    // A call that was sent again on a new connection is one request.
    const once = new Map(inFlight.map((sent) => [sent.exchange.call, sent]));
    return { inFlight: inOrder([...once.values()]), before: unlike };
  };

  const comesBack = async (worker: Worker, stop: () => boolean): Promise<boolean> => {
    returns += 1;
    const start = clock();
    for (let pauseMs = 50; !stop(); pauseMs = Math.min(1000, 2 * pauseMs)) {
      const answer = await askedFor("is-back", worker);
      // A proxy answers in place of a target that is still starting.
      if (answer?.kind === "response" && ![502, 503, 504].includes(answer.status)) return true;
      if (clock() - start > bounds.returnMs) return false;
      await sleep(pauseMs);
    }
    return false;
  };

  /** Tries one history after the other; null if none of them ends the target. */
  const tryEach = async (histories: ReturnType<typeof historiesToTry>, trial: Trial) => {
    for (const { sent, history } of histories) {
      if (trial.stop() || returns > bounds.returns) return null;
      trials += 1;
      const found = await tryTwice(history, sent, trial, `${endsPrefix}${trials}`);
      trial.pool.revived();
      if (found === null) continue;
      if (found.isBack) kinds.push({ ...kindOf(sent), example: exampleOf(sent), times: 3, left: 0 });
      if (kinds.length >= bounds.kinds) isOff = true;
      return found;
    }
    return null;
  };

  /** Waits for the target, and tries the requests of which one may have ended it. */
  const search = async (where: Where): Promise<FoundEnding> => {
    const { inFlight, before } = suspectsNow();
    const { workers, pool, keepsFunctions, stop } = where;
    const [first] = workers;
    if (first === undefined || !(await comesBack(first, stop)))
      return { isBack: false, suspected: suspectedOf(inFlight, before) };
    pool.revived();
    const isBlip = inFlight.length === 0 && !(keepsFunctions && (await isMissing(first)));
    if (isBlip) blips += 1;
    if (isBlip && blips > bounds.triedBlips) return { isBack: true, confirmed: null };
    const trial: Trial = { ...where, sleep, first, comesBack: () => comesBack(first, stop) };
    const found = await tryEach(historiesToTry(inFlight, before), trial);
    if (found !== null) return found;
    if (!isBlip) inVain += 1;
    if (inVain < bounds.inVain) return { isBack: true, confirmed: null };
    const detail = `it went away ${inVain} times, and no request was found that ends it`;
    return { isBack: false, suspected: null, detail };
  };

  return {
    took(sent: SentCall): void {
      const { answer } = sent.exchange;
      if (isTrying) return;
      if (answer.kind === "response") {
        hasAnswered = true;
        if (answer.status === 404 && isUnexpected(sent)) unexpected.add(answer);
        answered.push({ ...sent, exchange: withShortAnswer(sent.exchange, answer), done: [] });
        if (answered.length > 2 * bounds.answered) answered = answered.slice(-bounds.answered);
        return;
      }
      if (answer.unsent === true) return;
      const mayBeGone = answer.reason === "refused" && hasAnswered && blips < bounds.blips;
      if (mayBeGone) gone ??= { at: answer.answeredAt, detail: answer.detail };
      if (["refused", "aborted", "unresolved"].includes(answer.reason)) return;
      unanswered = [...unanswered, sent].slice(-bounds.unanswered);
    },
    /** The answer in place of a call whose kind ended the target; null if it is to be sent. */
    instead(call: Call, before: ModelState): NoAnswer | null {
      if (kinds.length === 0 || isTrying) return null;
      const { name, operation, reasons } = kindOf({ exchange: { call }, before });
      const kind = kinds.find(
        (one) =>
          one.name === name ||
          (one.operation === operation &&
            one.reasons.length > 0 &&
            one.reasons.every((reason) => reasons.includes(reason))),
      );
      if (kind === undefined) return null;
      kind.left += 1;
      return notSent("a request like it ended the target", clock());
    },
    /** True after the target refused a connection or lost its functions, until that is looked into. */
    isGone: () => gone !== null,
    /** Says whether it is worth asking if the target still has its functions after this answer. */
    maybeLost: (answer: Answer): boolean =>
      gone === null &&
      checks < bounds.checks &&
      (answer.kind === "none" ? answer.reason === "reset" : unexpected.has(answer)),
    /** Notes whether it has, as it was asked. */
    checked(isLost: boolean): void {
      checks = isLost ? 0 : checks + 1;
      if (isLost) gone ??= { at: clock(), detail: "its functions were gone" };
    },
    /** Waits for the target and looks for the request that ended it. */
    async lookInto(where: Where): Promise<Ended> {
      const detail = gone?.detail ?? "";
      if (isOff) return { isBack: false, suspected: null, detail };
      isTrying = true;
      try {
        const found = { detail, ...(await search(where)) };
        if (!found.isBack) isOff = true;
        return found;
      } finally {
        isTrying = false;
        gone = null;
        unanswered = [];
        answered = [];
      }
    },
    /** The kinds of requests that are no longer sent. */
    leftOut: (): readonly LeftOut[] =>
      kinds.map(({ name, example, times, left }) => ({
        kind: name,
        unanswered: times,
        left,
        ended: times,
        example,
      })),
  };
}

/** What may have ended the target: each request alone, and then those in flight with the history before them. */
function historiesToTry(
  inFlight: readonly SentCall[],
  before: readonly SentCall[],
): readonly { readonly sent: SentCall; readonly history: readonly Batch[] }[] {
  const suspects = [...inFlight, ...before].slice(0, bounds.suspects);
  return [
    ...suspects.map((sent) => ({ sent, history: [[stepOf(sent)]] })),
    ...inFlight.filter(({ done }) => done.length > 0).map((sent) => ({ sent, history: historyOf(sent) })),
  ];
}

/** What is needed to try a history. */
interface Trial extends Where, Pick<RunOptions, "sleep"> {
  readonly first: Worker;
  /** Waits for the target; false if it does not come back. */
  readonly comesBack: () => Promise<boolean>;
}

/** Sends a history on new functions and watches the target; null if it stands, or if nothing could be sent. */
async function tryOnce(
  history: readonly Batch[],
  from: Fixture,
  { first, pool, stop, sleep, keepsFunctions }: Trial,
  name: string,
): Promise<Suspected | null> {
  const { parts } = fixtureFor(history, from, true);
  const made = isBare(parts) ? await pool.spareFixture(null, parts) : await pool.replace(first);
  const worker = made ?? ((await first.reset(true)) ? first : null);
  if (worker === null || stop()) return null;
  const { fixture } = worker;
  const batches = renamed(history, namesOf(from), namesOf(fixture));
  const step = { testCase: `${replayTestCase}${endingRule}/${name}`, purpose: "arrange" } as const;
  const { batches: sent } = await executeAndWatch(batches, worker, step, { sleep, keepsFunctions });
  const seen = seenEnding(sent, keepsFunctions);
  if (seen === null) return null;
  const all = sent.map((batch) => batch.map(truncateExchange));
  return { execution: { batches: all, observed: [] }, fixture, expected: endingExpected, seen };
}

/** Tries a history twice, and valid requests after it; null if it does not end the target, or if they do too. */
async function tryTwice(
  history: readonly Batch[],
  { fixture: from, testCase }: SentCall,
  trial: Trial,
  name: string,
): Promise<FoundEnding | null> {
  const suites = [suiteOf(testCase)].filter((suite) => suite !== "");
  const once = await tryOnce(history, from, trial, `${name}-1`);
  if (once === null) return null;
  if (!(await trial.comesBack())) return { isBack: false, suspected: { ...once, suites } };
  const twice = await tryOnce(history, from, trial, `${name}-2`);
  if (twice === null) return null;
  if (!(await trial.comesBack())) return { isBack: false, suspected: { ...twice, suites } };
  for (let n = 1; n <= bounds.controls; n += 1) {
    const valid = validAddition(n, from.main);
    if ((await tryOnce([valid], from, trial, `${name}${controlSuffix}${n}`)) === null) continue;
    await trial.comesBack();
    return null;
  }
  return { isBack: true, confirmed: { kind: "confirmed", ...twice, reruns: { shown: 2, tried: 2 } } };
}

/** The same without a long body in the answer, because many are kept. */
function withShortAnswer(
  exchange: Exchange,
  answer: Extract<Answer, { readonly kind: "response" }>,
): Exchange {
  return answer.body.length <= longestBody ? exchange : { ...exchange, answer: { ...answer, body: "" } };
}

const longestBody = 2000;

/** The kind of a request: what the document says of an addition; the operation of any other. */
function kindOf({
  exchange: { call },
  before,
}: Pick<SentCall, "before"> & { readonly exchange: Pick<Exchange, "call"> }): Pick<
  EndingKind,
  "operation" | "name" | "reasons"
> {
  const { operation, target } = call;
  if (operation === "AddPermission") return { operation, ...reasonsOf(call, before) };
  const name = /[?&]Qualifier=/.test(target) ? `${operation} with a Qualifier` : operation;
  return { operation, name, reasons: [] };
}

const longestExample = 160;

function exampleOf({ exchange: { call } }: SentCall): string {
  const text = [call.method, call.target, call.body ?? ""].join(" ").trim();
  return text.length > longestExample ? `${text.slice(0, longestExample)}…` : text;
}

/** Says whether nothing is known that explains why the function is not found. */
function isUnexpected({ exchange: { call }, before }: SentCall): boolean {
  return call.operation === "AddPermission" && reasonsOf(call, before).reasons.length === 0;
}

/** Says whether the target does not know the function of the worker. */
async function isMissing(worker: Worker): Promise<boolean> {
  const answer = await askedFor("is-there", worker);
  return answer?.kind === "response" && answer.status === 404;
}

/**
 * The most suspicious first: what the target had read, as a connection with unread bytes is reset; then what breaks a
 * constraint or the frame; then the latest.
 */
function inOrder(all: readonly SentCall[]): readonly SentCall[] {
  const isRead = ({ exchange: { answer } }: SentCall) =>
    answer.kind === "response" || !answer.detail.includes("ECONNRESET");
  const isOdd = (sent: SentCall) => sent.exchange.call.raw !== undefined || kindOf(sent).reasons.length > 0;
  const weight = (sent: SentCall) => 2 * Number(isRead(sent)) + Number(isOdd(sent));
  const at = ({ exchange }: SentCall) => exchange.answer.sentAt;
  return all.toSorted((a, b) => weight(b) - weight(a) || at(b) - at(a));
}

function suiteOf(testCase: string): string {
  const [suite = ""] = testCase.startsWith(replayTestCase) ? [] : testCase.split("/");
  return suite;
}

/** The call alone, with the values that it was sent with. */
function stepOf({ exchange: { step, call } }: SentCall): Batch[number] {
  return { key: step.key, call };
}

/** The whole history up to the call. */
function historyOf({ done, exchange }: SentCall): readonly Batch[] {
  return [...done.map((batch) => batch.map(({ step }) => step)), [exchange.step]];
}

/** One of these requests ended the target, and none could be tried again: those in flight, or the last that were answered. */
function suspectedOf(inFlight: readonly SentCall[], before: readonly SentCall[]): SuspectedEnding | null {
  const all = (inFlight.length > 0 ? inFlight : before).slice(0, bounds.suspects);
  const [first] = all;
  if (first === undefined) return null;
  const which = all.length === 1 ? "this request" : `one of these ${all.length} requests`;
  const how = inFlight.length > 0 ? "in flight" : "answered last";
  // The commands that send them again need the functions of one fixture.
  const together = all.map(({ exchange, fixture }, index) => {
    const step = { ...exchange.step, key: `${exchange.step.key}-${index}`, call: exchange.call };
    const [[moved = step] = []] = renamed([[step]], namesOf(fixture), namesOf(first.fixture));
    return truncateExchange({ step: moved, call: moved.call, answer: exchange.answer });
  });
  return {
    execution: { batches: [together], observed: [] },
    fixture: first.fixture,
    expected: endingExpected,
    seen: `no connection was accepted after ${which}, ${how}`,
    suites: [...new Set(all.map(({ testCase }) => suiteOf(testCase)))].filter((suite) => suite !== ""),
  };
}

const probeKey = "still-there";

async function askedFor(key: string, worker: Worker): Promise<Answer | undefined> {
  const next = inTurn([[{ key, call: getFunction(worker.fixture.main.name) }]]);
  const { batches } = await worker.execute(next, { testCase: "", purpose: "arrange", onNewConnection: true });
  return batches[0]?.[0]?.answer;
}

/** Sends the batches, and then asks for the function until the target is gone or was watched for long enough. */
export async function executeAndWatch(
  batches: readonly Batch[],
  worker: Worker,
  step: Omit<StepOptions, "onNewConnection">,
  { sleep, keepsFunctions }: Pick<RunOptions, "sleep"> & Pick<Where, "keepsFunctions">,
): Promise<Execution> {
  const history = worker.start({ ...step, onNewConnection: true });
  for (const batch of batches) await history.send(batch);
  const answer = history.batches.at(-1)?.[0]?.answer.kind ?? "none";
  const call = getFunction(worker.fixture.main.name);
  for (const [at, pauseMs] of bounds.watchMs[answer].entries()) {
    await sleep(pauseMs);
    const probe = await history.send([{ key: `${probeKey}-${at + 1}`, call }]);
    if (probe === null || seenEnding(history.batches, keepsFunctions) !== null) break;
  }
  history.end();
  return history;
}

/** The batches without those that ask for the function afterwards. */
export function withoutProbes<T extends { readonly step: { readonly key: string } }>(
  batches: readonly (readonly T[])[],
): readonly (readonly T[])[] {
  const first = batches.findIndex(([one]) => one?.step.key.startsWith(probeKey));
  return first === -1 ? batches : batches.slice(0, first);
}

/** The start of the names of such reruns in a recording, and what marks those of valid requests. */
const endsPrefix = "ends-";
const controlSuffix = "-control-";

/** What a history shows after which the target is gone, or its function is; null if it stands. */
export function seenEnding(
  batches: readonly (readonly Exchange[])[],
  keepsFunctions: boolean,
): string | null {
  const own = withoutProbes(batches);
  const last = own.at(-1)?.[0]?.answer;
  const probe = batches.length > own.length ? batches.at(-1)?.[0]?.answer : undefined;
  if (last === undefined || probe === undefined) return null;
  if (probe.kind === "none")
    return probe.reason === "refused" || probe.reason === "reset"
      ? `${phrase(last)}, and then no connection was accepted`
      : null;
  const isDeleted = own.flat().some(({ call }) => call.operation === "DeleteFunction");
  return keepsFunctions && !isDeleted && probe.status === 404
    ? `${phrase(last)}, and then the function was gone`
    : null;
}

interface RecordedRerun {
  readonly id: string;
  readonly fixture: Fixture;
  readonly batches: readonly (readonly Exchange[])[];
}

/** The first request that ended the target each time in recorded reruns, while valid requests did not; null if there is none. */
export function endingIn(reruns: readonly RecordedRerun[], keepsFunctions: boolean): Confirmed | null {
  const start = `${replayTestCase}${endingRule}/${endsPrefix}`;
  const ended = ({ batches }: RecordedRerun) => seenEnding(batches, keepsFunctions) !== null;
  for (const twice of reruns.filter(({ id }) => id.startsWith(start) && /ends-\d+-2$/.test(id))) {
    const name = twice.id.replace(/-2$/, "");
    const controls = reruns.filter(({ id }) => id.startsWith(`${name}${controlSuffix}`));
    const once = reruns.find(({ id }) => id === `${name}-1`);
    const seen = seenEnding(twice.batches, keepsFunctions);
    if (seen === null || once === undefined || !ended(once)) continue;
    if (controls.length < bounds.controls || controls.some(ended)) continue;
    const execution = { batches: twice.batches, observed: [] };
    return {
      kind: "confirmed",
      execution,
      fixture: twice.fixture,
      expected: endingExpected,
      seen,
      reruns: null,
    };
  }
  return null;
}

/** The results with the violation of the request that ended the target, which needs no further rerun. */
export function withEnding(before: Findings, confirmed: Confirmed, rule: Rule): Findings {
  const all = new Map(before);
  for (const column of columnsOf(rule)) {
    const key = resultKey(rule.id, column);
    const { outcome, observations = 0, decided = 0 } = before.get(key) ?? {};
    if (outcome !== "violated") all.set(key, { outcome: "violated", observations, decided, confirmed });
  }
  return all;
}

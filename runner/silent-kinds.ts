import { notSent } from "../client/no-answer.ts";
import type { Clock } from "../client/transport.ts";
import { analyzeAgainstState } from "../oracle/analyze-state.ts";
import type { ModelState } from "../oracle/model-state.ts";
import type { Observation } from "../oracle/observe.ts";
import type { Answer, Call, NoAnswer, Silence } from "../spec/exchange.ts";
import { analyzeRequest } from "../spec/request.ts";
import type { Gone, LeftOut, Purpose } from "./events.ts";

/** How long each call of a run may wait, by what became of requests of its kind. */
export type SilentKinds = ReturnType<typeof silentKinds>;

/** What became of the requests of one kind. */
const newKind = () => ({
  answered: 0,
  /** Deadlines missed one after the other; those in flight at the same time count once. */
  misses: 0,
  /** The same since the last answer. */
  inRow: 0,
  /** Of these misses, those of the longest deadline. */
  fullMisses: 0,
  /** Answers that were cut off, were too large or broke HTTP, one after the other. */
  cuts: 0,
  /** When the last counted miss and the last counted cut ended. */
  missedAt: -1,
  cutAt: -1,
  /** The slowest answer in milliseconds. */
  slowestMs: 0,
  /** Requests that were left out. */
  left: 0,
});

type RequestKind = ReturnType<typeof newKind>;

const bounds = {
  /** The shortest deadlines after a miss, usually and where many kinds are silent, in milliseconds. */
  leastMs: 1000,
  leastOfManyMs: 500,
  /** The misses until a kind is left out: never answered, not waited for to the end, and answered before. */
  misses: 3,
  briefMisses: 2,
  afterAnswers: 5,
  /** The silent kinds after which one brief miss is enough. */
  manyKinds: 6,
  /** The longest waits for new kinds, before and after candidates were confirmed. */
  fullWaits: 2,
  laterFullWaits: 1,
  latencies: 101,
  /** The milliseconds for incomplete answers until a kind that has no other is left out like a silent one. */
  cutMs: 15_000,
} as const;

/**
 * Every call may wait for the whole timeout until requests of its kind miss it. Then their deadline is short: a few times
 * what answers took, and so longer on a target that is slow. No call is sent twice for that: a
 * repeated addition would be another request. Whether the kind is ever answered within the timeout is waited for once more
 * when the candidate is rerun.
 */
export function silentKinds({ timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock }) {
  const kinds = new Map<string, RequestKind>();
  const silent = new Set<RequestKind>();
  const latencies: number[] = [];
  let count = 0;
  let fullWaits = 0;
  let hasMisses = false;
  let cutMs = 0;
  let lastCutAt = Number.NEGATIVE_INFINITY;
  let mostFullWaits: number = bounds.fullWaits;

  const kindOf = (name: string): RequestKind => {
    const kind = kinds.get(name) ?? newKind();
    kinds.set(name, kind);
    return kind;
  };
  const areMany = () => silent.size >= bounds.manyKinds;
  const medianMs = () => latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length / 2)] ?? 0;
  const shortMs = ({ slowestMs }: RequestKind): number =>
    Math.min(
      timeoutMs,
      Math.max(areMany() ? bounds.leastOfManyMs : bounds.leastMs, 4 * medianMs(), 4 * slowestMs),
    );
  /** The kind that decides: while no valid request is answered, all valid requests are one kind. */
  const deciding = (names: readonly string[]): RequestKind => {
    const [own = "", family = own] = names;
    const all = kindOf(family);
    return all.answered === 0 ? all : kindOf(own);
  };
  const areCutsLong = () => cutMs > bounds.cutMs;
  const isSettled = ({ answered, misses, inRow, fullMisses, cuts }: RequestKind): boolean => {
    if (answered === 0 && areCutsLong() && misses + cuts >= (areMany() ? 1 : bounds.misses)) return true;
    if (answered === 0 && areMany()) return misses >= 1;
    if (answered === 0) return misses >= (fullMisses > 0 ? bounds.misses : bounds.briefMisses);
    return inRow >= bounds.afterAnswers || (misses >= bounds.afterAnswers && misses > answered / 4);
  };

  /** Takes an answer that was cut off: calls in flight at the same time share the time that it took. */
  const takeCut = (names: readonly string[], { sentAt, answeredAt }: NoAnswer): void => {
    cutMs += Math.max(0, answeredAt - Math.max(sentAt, lastCutAt));
    lastCutAt = Math.max(lastCutAt, answeredAt);
    for (const name of names) {
      const kind = kindOf(name);
      if (sentAt < kind.cutAt) continue;
      kind.cuts += 1;
      kind.cutAt = answeredAt;
    }
  };

  /** Takes an answer that did not come within the timeout, or within a shorter deadline; calls in flight together count once. */
  const takeMiss = (names: readonly string[], { sentAt, answeredAt }: NoAnswer, isFull: boolean): void => {
    hasMisses = true;
    const missed = names.map(kindOf).filter(({ missedAt }) => sentAt >= missedAt);
    for (const kind of missed) {
      kind.misses += 1;
      kind.inRow += 1;
      kind.missedAt = answeredAt;
      if (isFull) kind.fullMisses += 1;
    }
    if (isFull && missed.length > 0) fullWaits += 1;
  };

  return {
    /** The deadline of a call in milliseconds, or the answer in its place if its kind is no longer sent. */
    deadline(call: Call, before: ModelState, purpose: Purpose): number | NoAnswer {
      if (!hasMisses && !areCutsLong()) return timeoutMs;
      const kind = deciding(namesOf(call, before));
      if (purpose === "confirm") {
        const isKnown = kind.misses > 0 && (kind.fullMisses !== 1 || areMany());
        return isKnown ? shortMs(kind) : timeoutMs;
      }
      if (isSettled(kind)) {
        silent.add(kind);
        kind.left += 1;
        return notSent(`${kind.misses + kind.cuts} requests like it got no answer`, clock());
      }
      if (kind.misses > 0) return shortMs(kind);
      const mayWait = fullWaits < mostFullWaits && !areCutsLong();
      return kind.answered >= bounds.misses || mayWait ? timeoutMs : shortMs(kind);
    },
    /** Takes the answer to a call, and returns it as the run judges it. */
    answered(call: Call, before: ModelState, answer: Answer, deadlineMs: number): Answer {
      if (answer.kind !== "none" || !(answer.reason === "timeout" || cutOff.has(answer.reason)))
        return answer;
      const names = namesOf(call, before);
      if (answer.reason !== "timeout") {
        takeCut(names, answer);
        return answer;
      }
      const decides = deciding(names);
      const isFull = deadlineMs >= timeoutMs;
      takeMiss(names, answer, isFull);
      if (isFull) return answer;
      // Only a kind that is never answered is known not to be answered within the timeout.
      return decides.fullMisses > 0 && decides.answered === 0
        ? { ...answer, detail: `${answer.detail}, and requests like it got no answer in ${timeoutMs} ms` }
        : { ...answer, reason: "aborted", detail: `not waited for longer than ${deadlineMs} ms, ${why}` };
    },
    /** Waits less for new kinds of requests, because what was found is confirmed. */
    confirmed(): void {
      mostFullWaits = bounds.laterFullWaits;
    },
    observed(observations: readonly Observation[]): void {
      for (const { call, answer, ...of } of observations) {
        if (answer.kind !== "response") continue;
        const ms = answer.answeredAt - answer.sentAt;
        latencies[count % bounds.latencies] = ms;
        count += 1;
        for (const name of of.kind === "addition" ? namesOfAddition(of) : [call.operation]) {
          const kind = kindOf(name);
          kind.answered += 1;
          kind.inRow = 0;
          kind.slowestMs = Math.max(kind.slowestMs, ms);
        }
      }
    },
    /** Why the run cannot go on: no valid request to add a permission is ever answered. Null if it can. */
    gone(): Gone | null {
      const all = kinds.get(valid);
      if (all === undefined || all.answered > 0 || !isSettled(all)) return null;
      const within = all.cuts > all.misses ? "" : " within the deadline";
      const detail = `no complete response came${within} to ${all.misses + all.cuts} valid requests`;
      return { code: "silent", detail };
    },
    /** The kinds of requests that are no longer sent. */
    leftOut: (): readonly LeftOut[] =>
      [...kinds].flatMap(([kind, { misses, cuts, left }]) =>
        left === 0 ? [] : [{ kind, unanswered: misses + cuts, left }],
      ),
  };
}

/** Reasons why an answer that began, or could have, never becomes complete. */
const cutOff: ReadonlySet<Silence> = new Set<Silence>(["reset", "protocol", "too-large"]);

const valid = "AddPermission, valid";
const why = "because other requests got no answer";

type Analyzed = Pick<Extract<Observation, { readonly kind: "addition" }>, "analysis" | "stateAnalysis">;

/** The kind of an AddPermission request by its name, and what the document says against the request. */
export function reasonsOf(
  call: Call,
  before: ModelState,
): { readonly name: string; readonly reasons: readonly string[] } {
  const analysis = analyzeRequest(call);
  const stateAnalysis = analyzeAgainstState(analysis, before);
  const [name = valid] = namesOfAddition({ analysis, stateAnalysis });
  return { name, reasons: saidAgainst({ analysis, stateAnalysis }) };
}

/** The kind of a request, and the wider kind that it belongs to, if there is one. */
function namesOf(call: Call, before: ModelState): readonly string[] {
  if (call.operation !== "AddPermission") return [call.operation];
  const analysis = analyzeRequest(call);
  return namesOfAddition({ analysis, stateAnalysis: analyzeAgainstState(analysis, before) });
}

function namesOfAddition({ analysis, stateAnalysis }: Analyzed): readonly string[] {
  const against = saidAgainst({ analysis, stateAnalysis });
  if (against.length > 0) return [`AddPermission, ${listed(against)}`];
  const variations = [
    ...analysis.variations,
    ...stateAnalysis.variations,
    ...Object.keys(analysis.body.members ?? {}),
  ];
  return [`${valid}, ${listed(variations)}`, valid];
}

function saidAgainst({ analysis, stateAnalysis }: Analyzed): readonly string[] {
  return [analysis, stateAnalysis].flatMap(({ refusalReasons, questions }) => [
    ...refusalReasons,
    ...questions,
  ]);
}

function listed(names: readonly string[]): string {
  return [...new Set(names)].sort().join(" and ");
}

import type { Answer } from "../spec/exchange.ts";
import type { Sleep } from "./deadline.ts";
import { notSent } from "./no-answer.ts";
import type { Clock, Outgoing, SendOptions, Transport } from "./transport.ts";

/** The limits of a run; an absent one does not apply. */
export interface Limits {
  /** The highest number of requests a second, evenly spaced. */
  readonly rate?: number | undefined;
  readonly budget?: number | undefined;
  /** The requests of the budget that are reserved for clean-up; 0 by default. */
  readonly reserve?: (() => number) | undefined;
}

/** A transport that counts and delays requests. */
export interface Limited extends Transport {
  /** The number of requests sent so far. */
  requests(): number;
  /** True after the spent budget kept a call from being sent. */
  spent(): boolean;
  /** Shortens the deadline of every further call, because the target no longer answers. */
  hurry?(mostMs: number): void;
  /** The number of requests left, without those for clean-up; infinite without a budget. */
  remaining(): number;
  /** The highest number of requests; absent without a limit. */
  readonly budget?: number | undefined;
  /** The used part of the budget without clean-up, from 0 to 1; 0 without a budget. */
  used(): number;
}

/**
 * Applies limits to a transport. Waiting for a free slot does not count towards the deadline of a call. After the
 * signal is aborted nothing more is sent, but writes in flight are awaited to their deadline: a write that is given
 * up may still happen after clean-up.
 */
export function limited(
  transport: Transport,
  limits: Limits,
  edge: { readonly clock: Clock; readonly sleep: Sleep },
): Limited {
  const { clock } = edge;
  const { budget = Number.POSITIVE_INFINITY, reserve = () => 0 } = limits;
  const space = limits.rate === undefined ? null : spacing(limits.rate, edge);
  let requests = 0;
  let spent = false;

  const usable = () => budget - reserve();
  const notSentAnswer = () => Promise.resolve(notSent("the run was ended", clock()));
  // A run passes the same options object with every call, so the derived options of the last one are reused.
  let last: { readonly options: SendOptions; readonly awaited: SendOptions } | undefined;
  const awaited = (options: SendOptions): SendOptions => {
    if (last?.options !== options) last = { options, awaited: { ...options, signal: undefined } };
    return last.awaited;
  };
  let mostMs = Number.POSITIVE_INFINITY;
  const pass = (call: Outgoing, options: SendOptions): Promise<Answer> => {
    const how = call.method === "GET" ? options : awaited(options);
    return transport.send(call, how.deadlineMs <= mostMs ? how : { ...how, deadlineMs: mostMs });
  };

  const paced = async (call: Outgoing, options: SendOptions): Promise<Answer> => {
    await space?.(options.signal);
    if (options.signal?.aborted !== true) return pass(call, options);
    requests -= 1;
    return notSentAnswer();
  };
  return {
    ...transport,
    send(call, options) {
      if (options.signal?.aborted === true) return notSentAnswer();
      if (requests >= usable() && options.essential !== true) {
        spent = true;
        return Promise.resolve(notSent(`the budget of ${limits.budget} requests is spent`, clock()));
      }
      requests += 1;
      return space === null ? pass(call, options) : paced(call, options);
    },
    requests: () => requests,
    hurry: (ms) => {
      mostMs = ms;
    },
    spent: () => spent,
    remaining: () => Math.max(0, usable() - requests),
    budget: limits.budget,
    used: () => (budget === Number.POSITIVE_INFINITY ? 0 : Math.min(1, requests / Math.max(1, usable()))),
  };
}

function spacing(
  rate: number,
  { clock, sleep }: { readonly clock: Clock; readonly sleep: Sleep },
): (signal: AbortSignal | undefined) => Promise<void> {
  let next = 0;
  return async (signal) => {
    const now = clock();
    const turn = Math.max(now, next);
    next = turn + 1000 / rate;
    if (turn > now) await sleep(turn - now, signal);
  };
}

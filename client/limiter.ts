import type { Answer } from "../spec/exchange.ts";
import type { Sleep } from "./deadline.ts";
import { notSent } from "./no-answer.ts";
import type { Clock, Outgoing, SendOptions, Transport } from "./transport.ts";

/** How much may be sent; what is absent is not limited. */
export interface Limits {
  /** Most requests a second, evenly spaced. */
  readonly rate?: number | undefined;
  /** Most requests in all. */
  readonly budget?: number | undefined;
  /** Requests of the budget that are kept back for clean-up; 0 unless told otherwise. */
  readonly reserve?: (() => number) | undefined;
}

/** A transport that counts and holds back. */
export interface Limited extends Transport {
  /** Requests sent so far. */
  requests(): number;
  /** True once a call was not sent because the budget was spent. */
  spent(): boolean;
  /** Requests that may still be sent, those for clean-up aside; infinite without a budget. */
  remaining(): number;
  /** Part of the budget that is used up, from 0 to 1, what is for clean-up aside; 0 without one. */
  used(): number;
}

/**
 * Holds a transport to limits. Waiting for one's turn does not count against the deadline of a call. Once the signal of a
 * call is given it is not sent any more. What is on its way then and may write is awaited all the same, to its deadline:
 * a write that is given up may happen later, after whoever cleans up has looked.
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
  // Runs hand in the same options with every call, and transports remember what they make of the last ones.
  let last: { readonly options: SendOptions; readonly awaited: SendOptions } | undefined;
  const awaited = (options: SendOptions): SendOptions => {
    if (last?.options !== options) last = { options, awaited: { ...options, signal: undefined } };
    return last.awaited;
  };
  const pass = (call: Outgoing, options: SendOptions): Promise<Answer> =>
    transport.send(call, call.method === "GET" ? options : awaited(options));

  const paced = async (call: Outgoing, options: SendOptions): Promise<Answer> => {
    await space?.(options.signal);
    if (options.signal?.aborted !== true) return pass(call, options);
    requests -= 1;
    return notSentAnswer();
  };
  return {
    unable: (call) => transport.unable?.(call) ?? null,
    release: (connection) => transport.release?.(connection),
    close: () => transport.close(),
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
    spent: () => spent,
    remaining: () => Math.max(0, usable() - requests),
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

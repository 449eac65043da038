import type { Answer, NoAnswer } from "../spec/exchange.ts";
import { notSent } from "./silence.ts";
import type { Sleep } from "./sleep.ts";
import type { Clock, Outgoing, SendOptions, Transport } from "./transport.ts";

/** How much may be sent; what is absent is not limited. */
export interface Limits {
  /** Most requests a second, evenly spaced. */
  readonly rate?: number | undefined;
  /** Most requests in all. */
  readonly budget?: number | undefined;
  /** Requests of the budget that are kept back for clean-up; 0 unless told otherwise. */
  readonly reserve?: (() => number) | undefined;
  /** Most requests in flight. */
  readonly concurrency?: number | undefined;
}

/** A transport that counts and holds back. */
export interface Limited extends Transport {
  /** Requests sent so far. */
  requests(): number;
  /** True once a call was not sent because the budget was spent. */
  spent(): boolean;
}

const spentText = "not sent: the budget of ";

/** True for the answer to a call that was not sent because the budget was spent. */
export function isBudgetSpent(answer: Answer): answer is NoAnswer {
  return answer.kind === "none" && answer.detail.startsWith(spentText);
}

/** Holds a transport to limits. Waiting for one's turn does not count against the deadline of a call. */
export function limited(
  transport: Transport,
  limits: Limits,
  edge: { readonly clock: Clock; readonly sleep: Sleep },
): Limited {
  const { clock } = edge;
  const { budget = Number.POSITIVE_INFINITY, reserve = () => 0 } = limits;
  const space = limits.rate === undefined ? null : spacing(limits.rate, edge);
  const seats = limits.concurrency === undefined ? null : seating(limits.concurrency);
  let requests = 0;
  let spent = false;

  const paced = async (call: Outgoing, options: SendOptions): Promise<Answer> => {
    await seats?.take();
    try {
      await space?.(options.signal);
      if (options.signal?.aborted === true) {
        requests -= 1;
        return notSent("the run was ended", clock());
      }
      return await transport.send(call, options);
    } finally {
      seats?.leave();
    }
  };
  return {
    unable: (call) => transport.unable?.(call) ?? null,
    forget: (connection) => transport.forget?.(connection),
    close: () => transport.close(),
    send(call, options) {
      if (requests >= budget - reserve() && options.essential !== true) {
        spent = true;
        return Promise.resolve(notSent(`the budget of ${limits.budget} requests is spent`, clock()));
      }
      requests += 1;
      return space === null && seats === null ? transport.send(call, options) : paced(call, options);
    },
    requests: () => requests,
    spent: () => spent,
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

function seating(count: number): { take(): Promise<void>; leave(): void } {
  const queue: (() => void)[] = [];
  let free = count;
  return {
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => queue.push(resolve));
    },
    leave() {
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}

import { follow, unfollow } from "../client/deadline.ts";
import type { Clock, Outgoing, SendOptions, Transport } from "../client/transport.ts";
import type { Answer } from "../spec/exchange.ts";
import { headersOf } from "./reference/http.ts";
import type { Reference, ReferenceOutcome } from "./reference/reference.ts";

/** Options of the in-process transport. */
export interface InProcessOptions {
  readonly clock: Clock;
  /** The Authorization header of every request; its scope determines the region. */
  readonly authorization?: string;
}

/** A transport that calls the reference in this process. It cannot send calls that need a raw socket. */
export function inProcess(reference: Reference, { clock, authorization }: InProcessOptions): Transport {
  return {
    send: async (call, options) => {
      const sentAt = clock();
      const { authorization: own = authorization, ...headers } = headersOf(call.headers);
      const request = {
        method: call.method,
        target: call.target,
        headers: own === undefined ? headers : { ...headers, authorization: own },
        body: bytesOf(call),
      };
      const outcome = await within(reference.handle(request), options);
      return answerOf(outcome, { sentAt, answeredAt: clock() });
    },
    unable: (call) => (call.raw === undefined ? null : "Raw framing needs a socket."),
    close: async () => {},
  };
}

function bytesOf(call: Outgoing): Buffer {
  return call.body === null ? Buffer.alloc(0) : Buffer.from(call.body, call.encoding ?? "utf8");
}

type Late = "timeout" | "aborted";

/** Most answers are synchronous; only the others need a timer. */
async function within(
  pending: ReferenceOutcome | Promise<ReferenceOutcome>,
  { deadlineMs, signal }: SendOptions,
): Promise<ReferenceOutcome | Late> {
  if (signal?.aborted === true) return "aborted";
  if (!(pending instanceof Promise)) return pending;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve("timeout"), deadlineMs);
    const entry = { abort: () => resolve("aborted") };
    follow(signal, entry);
    const finish = () => {
      clearTimeout(timer);
      unfollow(signal, entry);
    };
    pending.then(resolve, reject).finally(finish);
  });
}

function answerOf(
  outcome: ReferenceOutcome | Late,
  times: { readonly sentAt: number; readonly answeredAt: number },
): Answer {
  if (outcome === "timeout" || outcome === "aborted") {
    return { kind: "none", reason: outcome, detail: "No answer came within the deadline.", ...times };
  }
  if (outcome === "drop") {
    return {
      kind: "none",
      reason: "reset",
      detail: "The connection was closed without an answer.",
      ...times,
    };
  }
  const { status, headers, body } = outcome;
  const text = typeof body === "string" ? body : body.toString("utf8");
  return { kind: "response", status, headers, body: text, ...times };
}

import type { Answer, Call } from "../spec/exchange.ts";
import { Fault } from "../spec/fault.ts";

/** A call as it goes to the wire, without the name of its operation. */
export type Outgoing = Omit<Call, "operation">;

/** The service named in the credential scope. */
export type Service = "lambda" | "iam";

/** Milliseconds since the start of the run, from a monotonic clock. */
export type Clock = () => number;

export interface SendOptions {
  /** The time limit of the call in milliseconds, including connecting, waiting and reading. */
  readonly deadlineMs: number;
  /** Aborts the call; its answer is then `aborted`. A limited transport still awaits writes in flight. */
  readonly signal?: AbortSignal | undefined;
  /** "lambda" by default. */
  readonly service?: Service | undefined;
  /** Use a new connection, because the target may have just closed an idle one. */
  readonly onNewConnection?: boolean | undefined;
  /** True for clean-up, which is sent even if the budget is spent. */
  readonly essential?: boolean | undefined;
}

/** Sends calls to a target. One call is one attempt: nothing is retried, followed, decompressed or normalised. */
export interface Transport {
  /** Sends the call once and returns the answer. Never rejects: a failure is a `NoAnswer`. */
  send(call: Outgoing, options: SendOptions): Promise<Answer>;
  /** The reason why this transport cannot send the call unchanged, in one sentence; null if it can. */
  unable?(call: Outgoing): string | null;
  /** Closes the connection of this name, so that the next call opens a new one. */
  release?(connection: string): void;
  /** Closes every connection; calls in flight end as `aborted`. */
  close(): Promise<void>;
}

/** The largest accepted header section of a response, in bytes. */
export const maxHeaderBytes = 256 * 1024;

/** The highest number of interim (1xx) responses before the final one. */
export const maxInterimResponses = 32;

/**
 * Restarts the target when it is gone. `losesState`: it has lost its functions, so that the answer has to say that it was
 * gone; otherwise a call that it did not accept is sent again. A call that may have reached it is never sent again.
 */
export function restarting(
  transport: Transport,
  restart: () => Promise<boolean>,
  losesState: boolean,
): Transport {
  return {
    ...transport,
    send: async (call, options) => {
      const answer = await transport.send(call, options);
      if (answer.kind !== "none" || (answer.reason !== "refused" && answer.reason !== "reset")) return answer;
      const isUp = await restart();
      return isUp && !losesState && answer.reason === "refused" ? transport.send(call, options) : answer;
    },
  };
}

/** Parses the URL of an endpoint; throws a Fault if requests cannot be sent to it. */
export function endpointOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const example = "give a URL such as http://127.0.0.1:4566";
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Fault(`The endpoint "${withoutUserinfo(text)}" is not an http or https URL: ${example}.`, {
      option: "endpoint",
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw new Fault(
      `The endpoint ${url.origin} carries a user name or password, which must not end up in reports: ${example} and put a proxy before the target if it needs them.`,
      { option: "endpoint" },
    );
  }
  if (url.search !== "" || url.hash !== "") {
    throw new Fault(
      `The endpoint ${url.origin}${url.pathname} carries a query or a fragment, but only a path can precede a request: ${example}.`,
      { option: "endpoint" },
    );
  }
  return url;
}

/** True for a host name that only this machine has. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** The call with the endpoint's path before its target, as sent and as signed. */
export function addressed(call: Outgoing, endpoint: URL): Outgoing {
  const prefix = endpoint.pathname.replace(/\/+$/, "");
  return prefix === "" ? call : { ...call, target: `${prefix}${call.target}` };
}

function withoutUserinfo(text: string): string {
  return text.replace(/[^\s/@]*@/, "").replace(/\?.*$/s, "");
}

import type { Answer, Call } from "../spec/exchange.ts";
import { Fault } from "../spec/fault.ts";

/** What goes to the wire: a call without what it was meant as. */
export type Outgoing = Omit<Call, "operation">;

/** The service named in the credential scope. */
export type Service = "lambda" | "iam";

/** Milliseconds since the start of the run, from a monotonic clock. */
export type Clock = () => number;

/** How one call is sent. */
export interface SendOptions {
  /** Milliseconds from now until the call is given up; connecting, waiting and reading are included. */
  readonly deadlineMs: number;
  /** Ends the call early; its answer is then `aborted`. A limited transport awaits what may write. */
  readonly signal?: AbortSignal | undefined;
  /** "lambda" unless said otherwise. */
  readonly service?: Service | undefined;
  /** Over a connection of its own, so that it cannot be one that the target has just closed because it was idle. */
  readonly onNewConnection?: boolean | undefined;
  /** Clean-up: sent even when the budget of requests is spent. */
  readonly essential?: boolean | undefined;
}

/** A way to a target. One call is one attempt: nothing is retried, followed, decompressed or normalised. */
export interface Transport {
  /** Sends the call once and tells what came back. Never throws: whatever goes wrong is a `NoAnswer`. */
  send(call: Outgoing, options: SendOptions): Promise<Answer>;
  /** Why this transport cannot carry the call as it is meant, in one sentence; null when it can. */
  unable?(call: Outgoing): string | null;
  /** Ends the connection that calls of this name shared, so that the next one gets a new one. */
  release?(connection: string): void;
  /** Ends every connection, also those still being made; calls in flight come back as `aborted`. */
  close(): Promise<void>;
}

/** The largest response body that is kept unless told otherwise, in bytes. */
export const defaultMaxBodyBytes = 2 * 1024 * 1024;

/** The largest header section of a response that is read, in bytes. */
export const maxHeaderBytes = 256 * 1024;

/** How many interim (1xx) responses are passed over before the final one must come. */
export const maxInterimResponses = 32;

/**
 * Has the target started again where it is gone, and sends again what it did not accept. What may have reached it is
 * sent once, and its answer stays what it was.
 */
export function restarting(transport: Transport, restart: () => Promise<boolean>): Transport {
  return {
    ...transport,
    send: async (call, options) => {
      const answer = await transport.send(call, options);
      if (answer.kind !== "none" || (answer.reason !== "refused" && answer.reason !== "reset")) return answer;
      const isUp = await restart();
      return isUp && answer.reason === "refused" ? transport.send(call, options) : answer;
    },
  };
}

/** Reads the URL of an endpoint; throws a Fault when it is none that can be sent to. */
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
      `The endpoint ${url.origin}${url.pathname} carries a query or a fragment, but only a path can stand before a request: ${example}.`,
      { option: "endpoint" },
    );
  }
  return url;
}

/** The call with the endpoint's path before its target, as it goes to the wire and into the signature. */
export function addressed(call: Outgoing, endpoint: URL): Outgoing {
  const prefix = endpoint.pathname.replace(/\/+$/, "");
  return prefix === "" ? call : { ...call, target: `${prefix}${call.target}` };
}

function withoutUserinfo(text: string): string {
  return text.replace(/[^\s/@]*@/, "").replace(/\?.*$/s, "");
}

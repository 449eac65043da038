import type { Authorizer } from "../client/authorize.ts";
import { type Clock, endpointOf, type Transport } from "../client/transport.ts";
import type { Inability } from "../runner/options.ts";
import { Fault } from "../spec/fault.ts";
import type { Session } from "./session.ts";

/** Whom a run talks to, before anything is sent. */
export interface Contact {
  /** As reports name it. */
  readonly name: string;
  /** URL of the endpoint; for a target in this process, what its requests are addressed to. */
  readonly endpoint: string;
  readonly cannot: readonly Inability[];
  /** Functions can be created there; where not, any name will do. */
  readonly arranges: boolean;
  /** It ends with this process, so that nothing is noted and the same seed may give the same names. */
  readonly own: boolean;
  /** In place of a connection to the endpoint. */
  readonly carrier?: (authorize: Authorizer, clock: Clock) => Transport;
  /** What to do when no function can be had there, as the end of a sentence. */
  readonly remedy?: string;
  /** Starts it again where a request ended it; only where we started it, and it lost nothing. */
  readonly revive?: (() => Promise<boolean>) | undefined;
  stop(): Promise<void>;
}

/** What no target does that was not made for tests. */
export const noFaultsOnDemand: Inability = {
  needs: "faults",
  reason: "cannot be asked for a fault, so 429 and 500 are judged only if they come",
};

/** Any endpoint that speaks the Lambda API; throws a Fault when the text is no URL that can be sent to. */
export function contactAt(endpoint: string): Contact {
  return {
    name: endpointOf(endpoint).host,
    endpoint,
    cannot: [noFaultsOnDemand],
    arranges: true,
    own: false,
    stop: async () => {},
  };
}

/** How a target was named that no way could be opened to. */
export interface Unreached {
  readonly target?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
}

/** In place of a session that could not be opened, for a report that says so: nothing can be sent in it. */
export function unreached({ target, endpoint, region = "" }: Unreached): Session {
  const t0 = performance.now();
  const never = () => Promise.reject(new Fault("Nothing can be sent to a target that was not reached."));
  const url = endpoint === undefined ? "" : shownUrl(endpoint);
  return {
    name:
      target ?? (endpoint === undefined ? "reference" : URL.canParse(url) ? new URL(url).host : "unknown"),
    endpoint: url,
    region,
    cannot: [],
    careful: true,
    lanes: null,
    clock: () => performance.now() - t0,
    startedAt: new Date(),
    transport: {
      send: never,
      close: async () => {},
      requests: () => 0,
      spent: () => false,
      left: () => 0,
      used: () => 0,
    },
    how: { deadlineMs: 0 },
    arrange: never,
    fresh: false,
    redact: (text) => text,
    curl: { authorization: [], sign: false },
    close: async () => {},
  };
}

/** The endpoint without what must not end up in a report; empty where it is no URL, for who knows what it is then. */
function shownUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return "";
  return `${url.origin}${url.pathname}`.replace(/\/$/, "");
}

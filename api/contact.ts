import type { Authorizer } from "../client/authorize.ts";
import { endpointOf } from "../client/endpoint.ts";
import type { Clock, Transport } from "../client/transport.ts";
import type { Inability } from "../runner/options.ts";

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

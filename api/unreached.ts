import { Fault } from "../spec/fault.ts";
import type { Session } from "./session.ts";

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

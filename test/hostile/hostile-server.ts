import type { Up } from "./server.ts";

/** A server that means no good, and how a run against it must end. */
export interface Hostile {
  readonly name: string;
  listen(): Promise<Up>;
  /** The most requests that a run may send, where the usual number is not enough to try all again that is seen. */
  readonly budget?: number;
  readonly expect: Expected;
}

/** How a run must end. */
export interface Expected {
  readonly exit: 0 | 1 | 2 | 3;
  /** The run is cut short, and the report says so; if not told, exactly when the exit code is 2. */
  readonly incomplete?: true;
  /** What the report says, and the terminal too. */
  readonly says?: RegExp;
  /** The rules that it really breaks: these must be found. None unless told. */
  readonly breaks?: readonly string[];
}

/** The head of a success, up to where more header lines may follow. */
export const head = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n";

/** Brackets that no parser written with recursion gets through. */
export const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

/** Nothing can be arranged: one sentence, a report of nothing, and exit 2. */
export function never(name: string, listen: Hostile["listen"], says: RegExp): Hostile {
  return { name, listen, expect: { exit: 2, says } };
}

/** Arranges, and then gives AddPermission no complete answer. */
export function silent(name: string, listen: Hostile["listen"], says: RegExp): Hostile {
  return { name, listen, expect: { exit: 1, breaks: ["answer.arrives"], says } };
}

/** Arranges, and then lets every AddPermission wait for the deadline, which the run does not do for ever. */
export function slow(name: string, listen: Hostile["listen"]): Hostile {
  const says = /stopped answering: no complete response came within the deadline/;
  return { name, listen, expect: { exit: 1, incomplete: true, breaks: ["answer.arrives"], says } };
}

/** Arranges, and then answers AddPermission with what no AddPermission answers. */
export function wrong(
  name: string,
  listen: Hostile["listen"],
  breaks: readonly string[],
  says?: RegExp,
): Hostile {
  return { name, listen, expect: { exit: 1, breaks, ...(says === undefined ? {} : { says }) } };
}

/** Odd, but within what HTTP and the document allow: no rule is broken. */
export function odd(name: string, listen: Hostile["listen"], exit: 2 | 3 = 3, says?: RegExp): Hostile {
  return { name, listen, expect: { exit, ...(says === undefined ? {} : { says }) } };
}

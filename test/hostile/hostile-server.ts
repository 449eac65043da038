import type { Up } from "./server.ts";

/** A hostile server, and the expected end of a run against it. */
export interface Hostile {
  readonly name: string;
  listen(): Promise<Up>;
  /** The budget of requests, when the usual one is too small to confirm every candidate. */
  readonly budget?: number;
  /** True for a run with the default options that must end within a minute. */
  readonly byDefault?: true;
  readonly expect: Expected;
}

/** The expected end of a run. */
export interface Expected {
  readonly exit: 0 | 1 | 2 | 3;
  /**
   * Whether the report is incomplete, null if that depends on the speed of the machine. By default it is incomplete exactly
   * when the exit code is 2.
   */
  readonly incomplete?: true | null;
  /** Text that the report and the terminal must contain. */
  readonly says?: RegExp;
  /** The rules that the server violates, which the run must find. None by default. */
  readonly breaks?: readonly string[];
  /** True if it violates more rules than these. */
  readonly breaksMore?: true;
}

/** The head of a success, up to where more header lines may follow. */
export const head = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n";

/** Brackets that exceed the stack of a recursive parser. */
export const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

/** The set-up fails: one sentence, an empty report, and exit code 2. */
export function never(name: string, listen: Hostile["listen"], says: RegExp): Hostile {
  return { name, listen, expect: { exit: 2, says } };
}

/** Allows the set-up, and then gives AddPermission no complete answer. */
export function silent(
  name: string,
  listen: Hostile["listen"],
  says: RegExp,
  more: Partial<Expected> = {},
): Hostile {
  return { name, listen, expect: { exit: 1, breaks: ["answer.arrives"], says, ...more } };
}

/** Allows the set-up, and then every AddPermission times out, so that the run stops early. */
export function slow(name: string, listen: Hostile["listen"]): Hostile {
  const says = /stopped answering: no complete response came within the deadline/;
  return { name, listen, expect: { exit: 1, incomplete: true, breaks: ["answer.arrives"], says } };
}

/** Leaves some requests unanswered: a run with the default options finds it within a minute, and says what it left out. */
export function mute(
  name: string,
  listen: Hostile["listen"],
  says: RegExp,
  more: Partial<Expected> = {},
): Hostile {
  const expect = { exit: 1, breaks: ["answer.arrives"], says, ...more } as const;
  return { name, listen, byDefault: true, expect };
}

/** Allows the set-up, and then gives AddPermission wrong answers. */
export function wrong(
  name: string,
  listen: Hostile["listen"],
  breaks: readonly string[],
  says?: RegExp,
): Hostile {
  return { name, listen, expect: { exit: 1, breaks, ...(says === undefined ? {} : { says }) } };
}

/** Unusual, but HTTP and the document allow it: no rule is violated. */
export function odd(name: string, listen: Hostile["listen"], exit: 2 | 3 = 3, says?: RegExp): Hostile {
  return { name, listen, expect: { exit, ...(says === undefined ? {} : { says }) } };
}

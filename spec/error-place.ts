import { Fault } from "./fault.ts";

/** Where an error of the suite itself came up. */
export interface ErrorPlace {
  /** Id of the rule or of the unspecified behaviour that was asked. */
  readonly rule?: string;
  /** Id of the test case that was executed. */
  readonly case?: string;
}

const places = new WeakMap<object, ErrorPlace>();

/** The same error, of which it is known from now on where it came up; what was known before stays. */
export function located(thrown: unknown, place: ErrorPlace): Error {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  // A Fault says in its sentence what has to be known.
  if (!(error instanceof Fault)) places.set(error, { ...place, ...places.get(error) });
  return error;
}

/** Does the work; an error in it is known by its place from then on. */
export function within<T>(place: ErrorPlace, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw located(error, place);
  }
}

/** Where an error came up, or the one behind it; empty when nobody knows. */
export function placeOf(error: unknown): ErrorPlace {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const place = places.get(at);
    if (place !== undefined) return place;
  }
  return {};
}

/** The place as the end of a sentence, such as " at the rule success.is-201 in the test case boundary/plain". */
export function placeText({ rule, case: name }: ErrorPlace): string {
  return `${rule === undefined ? "" : ` at the rule ${rule}`}${name === undefined ? "" : ` in the test case ${name}`}`;
}

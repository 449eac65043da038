import { Fault } from "./fault.ts";

/** The place of an internal error. */
export interface ErrorPlace {
  /** Id of the rule or of the unspecified behaviour that was asked. */
  readonly rule?: string;
  /** Id of the test case that was executed. */
  readonly case?: string;
}

const places = new WeakMap<object, ErrorPlace>();

/** Notes the place of an error and returns the error; a place that was noted before stays. */
export function located(thrown: unknown, place: ErrorPlace): Error {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  // A Fault says all in its message.
  if (!(error instanceof Fault)) places.set(error, { ...place, ...places.get(error) });
  return error;
}

/** Does the work, and notes the place of an error in it. */
export function within<T>(place: ErrorPlace, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw located(error, place);
  }
}

/** The place of an error or of its cause; empty when it was not noted. */
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

/** The sentence for an error that is none of the user's making, with the place where it came up. */
export function internalErrorText(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return `This is a fault of the suite itself, please report it: ${said}${placeText(placeOf(error))}`;
}

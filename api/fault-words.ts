import { placeOf, placeText } from "../spec/error-place.ts";
import { Fault } from "../spec/fault.ts";

/** The command's options, as sentences name them, and what a program says instead. */
const words: Readonly<Record<string, string>> = {
  "--function NAME": "functionName",
  "--role ARN": "role",
  "--timeout": "timeoutMs",
  "--endpoint": "the endpoint",
  "--budget": "budget",
  "--concurrency": "concurrency",
  "--sign": "sign",
  "--update-known": "the command",
};

/** A Fault in a program's words; whatever else was thrown is a fault of ours. */
export function asFault(error: unknown): Fault {
  if (!(error instanceof Fault)) {
    const said = error instanceof Error ? error.message : String(error);
    const where = placeText(placeOf(error));
    return new Fault(`This is a fault of the suite itself, please report it: ${said}${where}`, {
      cause: error,
    });
  }
  const message = Object.entries(words).reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    error.message,
  );
  return message === error.message ? error : new Fault(message, { cause: error });
}

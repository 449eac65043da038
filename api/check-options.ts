import { longestMs } from "../client/deadline.ts";
import { nearest } from "../reports/known.ts";
import { ruleIds } from "../rules/index.ts";
import { placeOf, placeText } from "../spec/error-place.ts";
import { Fault } from "../spec/fault.ts";
import type { Capability } from "../spec/verdict.ts";
import { suites } from "../suites/index.ts";
import type { ConformOptions } from "./options.ts";

/** What a value must be instead, as the end of a sentence; null when it is right. */
type Check = (value: unknown) => string | null;

/** A check of every element of a list. */
interface ListCheck {
  readonly each: Check;
}

const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER): Check =>
  (value) => {
    if (Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most) return null;
    return `a whole number, ${most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`}`;
  };

const oneOf =
  (known: readonly string[]): Check =>
  (value) => {
    if (known.some((one) => one === value)) return null;
    const hint = nearest(`${value}`, known);
    const list = known.length > 15 ? "one that the rules subcommand lists" : `one of ${known.join(", ")}`;
    return hint === null ? list : `${list} (did you mean ${hint}?)`;
  };

const kind =
  (type: "string" | "boolean" | "function"): Check =>
  (value) =>
    typeof value === type ? null : `a ${type}`;

const instance =
  (type: abstract new (...args: never[]) => object, what: string): Check =>
  (value) =>
    value instanceof type ? null : what;

const url: Check = (value) =>
  typeof value === "string" && /^https?:\/\/[^/?#]+\/?$/.test(value) && URL.canParse(value)
    ? null
    : "a URL such as http://lambda.test, without a path";

const capabilities = Object.keys({
  state: true,
  policy: true,
  other: true,
  versions: true,
  aliases: true,
  remove: true,
  revisions: true,
  limit: true,
  echo: true,
  meaning: true,
  faults: true,
  routes: true,
} satisfies Record<Capability, true>);

const inability: Check = (value) => {
  if (typeof value !== "object" || value === null || !("needs" in value && "reason" in value))
    return "like { needs: 'policy', reason: 'there is no GetPolicy' }";
  const needs = oneOf(capabilities)(value.needs);
  if (needs !== null) return `such that needs is ${needs}`;
  const { reason } = value;
  return typeof reason === "string" && reason.trim() !== ""
    ? null
    : "such that reason says why, as text that is not empty";
};

const checks: Readonly<Record<keyof ConformOptions, Check | ListCheck>> = {
  name: kind("string"),
  profile: oneOf(["document", "aws"]),
  seed: whole(0, 0x7fffffff),
  runs: whole(1),
  rounds: whole(1),
  suites: { each: oneOf([...suites.map(({ name }) => name), "all"]) },
  rules: { each: oneOf(ruleIds) },
  known: (value) => (typeof value === "string" || value instanceof URL ? null : "the path of a file"),
  concurrency: whole(1, 256),
  budget: whole(1),
  rate: whole(1),
  timeoutMs: whole(1, longestMs),
  settleMs: whole(0, longestMs),
  region: kind("string"),
  sign: kind("boolean"),
  functionName: kind("string"),
  role: kind("string"),
  stateless: kind("boolean"),
  cannot: { each: inability },
  origin: url,
  signal: instance(AbortSignal, "an AbortSignal"),
  progress: kind("function"),
};

/** Throws a Fault that names the first option that is unknown or has a value it cannot have. */
export function checkOptions(options: ConformOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name as keyof ConformOptions] : undefined;
    if (check === undefined) {
      const hint = nearest(name, Object.keys(checks));
      throw new Fault(
        `${JSON.stringify(name)} is no option of conform${hint === null ? "" : `: did you mean ${hint}?`} Take it out, or see ConformOptions.`,
      );
    }
    if (value !== undefined) checkValue(name, value, check);
  }
}

function checkValue(name: string, value: unknown, check: Check | ListCheck): void {
  if (typeof check === "function") {
    const wanted = check(value);
    if (wanted !== null) throw new Fault(`The option ${name} is ${shown(value)}, but must be ${wanted}.`);
    return;
  }
  if (!Array.isArray(value)) throw new Fault(`The option ${name} is ${shown(value)}, but must be an array.`);
  for (const element of value) {
    const wanted = check.each(element);
    if (wanted !== null)
      throw new Fault(`The option ${name} holds ${shown(element)}, but each must be ${wanted}.`);
  }
}

function shown(value: unknown): string {
  const text = typeof value === "bigint" || typeof value === "symbol" ? String(value) : JSON.stringify(value);
  return (text ?? String(value)).slice(0, 200);
}

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

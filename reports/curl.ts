import { Buffer } from "node:buffer";
import {
  type Call,
  type Header,
  type Round,
  revisionSlot,
  type Step,
  versionSlot,
} from "../spec/exchange.ts";
import { bareSocket } from "./bare-socket.ts";
import { printBytes, quote, quoteWithSlots } from "./shell.ts";

/** What a line needs to know to reproduce a history from nothing. */
export interface CurlInput {
  /** Base URL of the target. */
  readonly endpoint: string;
  /** The history; slots of RevisionId and version still unfilled. */
  readonly steps: readonly Round[];
  /** Calls that make what the history plays on, in order. */
  readonly arrange: readonly Call[];
  /** The constant headers for targets that check none: Authorization and its date; may be empty. Never real ones. */
  readonly authorization: readonly Header[];
  /** Let curl sign with the usual credential variables. */
  readonly sign: boolean;
  /** Region to sign for. */
  readonly region: string;
}

interface Context extends CurlInput {
  /** Shell variable of each step of whose answer a later step carries something. */
  readonly variables: ReadonlyMap<string, Variable>;
}

/** A shell variable and the command that finds its value in an answer. */
interface Variable {
  readonly name: string;
  readonly find: string;
}

/** What to put in place of which slot. */
type Slots = ReadonlyMap<string, string>;

const noSlots: Slots = new Map();

const findRevision = findMember("RevisionId");
const findVersion = findMember("Version");

function findMember(name: string): string {
  return String.raw`sed -n 's/.*"${name}": *"\([^"]*\)".*/\1/p'`;
}

/** Above this a body does not fit into one argument of a process. */
const longestArgument = 100_000;

/**
 * One line for bash with curl 7.75 or newer that arranges, plays the history and shows the last answer with its headers.
 * Printable ASCII only; credentials only as shell variables. A half-close of a bare socket is left to `replay`.
 */
export function curl(input: CurlInput): string {
  const context = { ...input, variables: nameVariables(input.steps) };
  const arranging = input.arrange.map((call) => send(call, noSlots, "-o /dev/null", context));
  const last = input.steps.length - 1;
  const rounds = input.steps.map((round, index) => playRound(round, index === last, context));
  const parallelCapture = input.steps.some(
    (round) => round.length > 1 && capturedIn(round, context).length > 0,
  );
  return [...(parallelCapture ? ["D=$(mktemp -d)"] : []), ...arranging, ...rounds].join("; ");
}

function nameVariables(steps: readonly Round[]): ReadonlyMap<string, Variable> {
  const all = steps.flat();
  return new Map([
    ...numbered(
      "V",
      findVersion,
      all.map(({ versionFrom }) => versionFrom),
    ),
    ...numbered(
      "R",
      findRevision,
      all.map(({ revisionFrom }) => revisionFrom),
    ),
  ]);
}

function numbered(
  letter: string,
  find: string,
  sources: readonly (string | undefined)[],
): readonly (readonly [string, Variable])[] {
  const unique = [...new Set(sources.filter((key) => key !== undefined))];
  return unique.map((key, index) => {
    const name = unique.length === 1 ? letter : `${letter}${index + 1}`;
    return [key, { name, find }];
  });
}

function capturedIn(round: Round, context: Context): readonly Step[] {
  return round.filter(({ key }) => context.variables.has(key));
}

function playRound(round: Round, isLast: boolean, context: Context): string {
  const output = isLast ? "-i" : "-o /dev/null";
  const only = round.length === 1 ? round[0] : undefined;
  if (only === undefined) return playTogether(round, output, context);
  const variable = context.variables.get(only.key);
  if (variable === undefined) return sendStep(only, output, context);
  // The space keeps a bare socket's subshell from being read as arithmetic.
  return `${variable.name}=$( ${sendStep(only, "", context)} | ${variable.find})`;
}

function playTogether(round: Round, output: string, context: Context): string {
  const commands = round.map((step) => {
    const variable = context.variables.get(step.key);
    return sendStep(step, variable === undefined ? output : `-o "$D/${variable.name}"`, context);
  });
  const captures = capturedIn(round, context).flatMap(({ key }) => {
    const variable = context.variables.get(key);
    return variable === undefined ? [] : [`; ${variable.name}=$(${variable.find} "$D/${variable.name}")`];
  });
  // In a subshell, so that an interactive shell prints no job numbers.
  return `( ${commands.join(" & ")} & wait )${captures.join("")}`;
}

function sendStep(step: Step, output: string, context: Context): string {
  const slots = new Map<string, string>();
  for (const [slot, from] of [
    [revisionSlot, step.revisionFrom],
    [versionSlot, step.versionFrom],
  ] as const) {
    const variable = from === undefined ? undefined : context.variables.get(from);
    if (variable !== undefined) slots.set(slot, variable.name);
  }
  return send(step.call, slots, output, context);
}

function send(call: Call, slots: Slots, output: string, context: Context): string {
  if (call.raw !== undefined) return bareSocket(call, call.raw, output, context);
  const { before, data } = bodyWords(call, slots);
  const words = ["curl -sS", output, "--http1.1", methodWords(call), ...authorizationWords(context)];
  const rest = [...headerWords(call, data !== ""), data, targetWords(call, slots, context)];
  return before + [...words, ...rest].filter((word) => word !== "").join(" ");
}

function methodWords({ method }: Call): string {
  return method === "HEAD" ? "--head" : `-X ${quote(method)}`;
}

function authorizationWords({ sign, region, authorization }: Context): readonly string[] {
  if (!sign) return authorization.map(headerWord);
  return [
    `--aws-sigv4 ${quote(`aws:amz:${region}:lambda`)}`,
    '--user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expansion of the shell, not of ours
    '${AWS_SESSION_TOKEN:+-H "X-Amz-Security-Token: $AWS_SESSION_TOKEN"}',
  ];
}

/** Exactly the headers of the call: what curl would add of its own is taken away. */
function headerWords(call: Call, hasBody: boolean): readonly string[] {
  const has = (wanted: string) => call.headers.some(([name]) => name.toLowerCase() === wanted);
  const own = [
    "Accept",
    "User-Agent",
    ...(hasBody ? ["Content-Type"] : []),
    ...(isLong(call) ? ["Expect"] : []),
  ];
  const removed = own.filter((name) => !has(name.toLowerCase())).map((name) => `-H ${name}:`);
  return [...call.headers.map(headerWord), ...removed];
}

function headerWord([name, value]: Header): string {
  return `-H ${quote(value.trim() === "" ? `${name};` : `${name}: ${value}`, "latin1")}`;
}

function isLong({ body }: Call): boolean {
  return body !== null && body.length > longestArgument;
}

function bodyWords(call: Call, slots: Slots): { readonly before: string; readonly data: string } {
  if (call.body === null)
    return { before: "", data: /^(POST|PUT|PATCH)$/.test(call.method) ? "--data-raw ''" : "" };
  const bytes = Buffer.from(call.body, call.encoding ?? "utf8");
  const isText = call.encoding === undefined || Buffer.from(bytes.toString("utf8"), "utf8").equals(bytes);
  if (isText && !bytes.includes(0) && bytes.length <= longestArgument) {
    return {
      before: "",
      data: `--data-raw ${quoteWithSlots(bytes.toString("utf8"), slots) || "''"}`,
    };
  }
  const variable = slots.get(revisionSlot);
  const pieces =
    variable === undefined || !isText ? [bytes] : bytes.toString("utf8").split(revisionSlot).map(utf8);
  return { before: `${printBytes(pieces, `"$${variable}"`)} | `, data: "--data-binary @-" };
}

function utf8(text: string): Buffer {
  return Buffer.from(text, "utf8");
}

/** Characters that every version of curl passes on unchanged inside a URL. */
const plainTarget = /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@/?]*$/;
/** The same with percent signs, which later versions might normalise. */
const percentTarget = /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@/?%]*$/;

function targetWords(call: Call, slots: Slots, { endpoint, sign }: Context): string {
  const { origin, pathname } = new URL(endpoint);
  const target = pathname.replace(/\/+$/, "") + call.target;
  const checked = slots.has(revisionSlot) ? target.replaceAll(revisionSlot, "") : target;
  // curl signs the path of the URL, never the request target.
  if ((sign ? percentTarget : plainTarget).test(checked)) {
    return `--path-as-is -g ${quoteWithSlots(origin + target, slots)}`;
  }
  return `--request-target ${quoteWithSlots(target, slots, "latin1")} ${quote(`${origin}/`)}`;
}

import { Buffer } from "node:buffer";
import { type Batch, type Call, revisionSlot, type Step, versionSlot } from "../spec/exchange.ts";
import { openSocket, rawSocket, requestOnSocket } from "./raw-socket.ts";
import {
  authorizationWord,
  base,
  createCommand,
  deleteCommands,
  headerWord,
  printBytes,
  quote,
  quoteWithSlots,
  type Setup,
  type SetupResource,
  setupLines,
} from "./shell.ts";

export type { SetupResource } from "./shell.ts";

/** What is needed to reproduce a history from scratch. */
export interface CurlInput extends Setup {
  /** The history, with unfilled slots for RevisionId and version. */
  readonly steps: readonly Batch[];
  /** The resources that it needs, in the order of creation. */
  readonly resources: readonly SetupResource[];
}

interface CurlContext extends CurlInput {
  /** The shell variable of each step whose answer provides a value for a later step. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** The connection that several steps share; null for none. curl cannot share one between commands. */
  readonly shared: string | null;
}

/** A shell variable and the command that finds its value in an answer. */
interface Variable {
  readonly name: string;
  readonly find: string;
}

/** The shell variable for each slot. */
type Slots = ReadonlyMap<string, string>;

const findRevision = findMember("RevisionId");
const findVersion = findMember("Version");

function findMember(name: string): string {
  return String.raw`sed -n 's/.*"${name}": *"\([^"]*\)".*/\1/p'`;
}

/** A longer body does not fit into one process argument. */
const longestArgument = 100_000;

/**
 * One line for bash with curl 7.75 or newer that creates the fixture, executes the history, prints the last answer with
 * its headers and deletes what it created. It is printable ASCII and names credentials as shell variables only. It cannot half-close a raw socket; `replay` can.
 */
export function curl(input: CurlInput): string {
  const kinds = new Set(input.resources.map(({ kind }) => kind));
  return [...setupLines(input, kinds), curlWithoutSetup(input)].join("; ");
}

/** The same without `setupLines`, which must run first. */
export function curlWithoutSetup(input: CurlInput): string {
  const context = { ...input, variables: nameVariables(input.steps), shared: sharedConnection(input) };
  const last = input.steps.length - 1;
  const execution = input.steps.map((batch, index) => executeBatch(batch, index === last, context));
  // The subshell closes the connection when it ends.
  const batches =
    context.shared === null ? execution : [`( ${[openSocket(input), ...execution].join("; ")} )`];
  const parallelCapture = input.steps.some(
    (batch) => batch.length > 1 && capturedIn(batch, context).length > 0,
  );
  const folder = parallelCapture ? ["D=$(mktemp -d)"] : [];
  const { resources } = input;
  return [...folder, ...resources.map(createCommand), ...batches, ...deleteCommands(resources)].join("; ");
}

/** A shell can neither sign nor speak TLS. In these cases only `replay` shares the connection. */
function sharedConnection({ steps, sign, endpoint }: CurlInput): string | null {
  if (sign || endpoint.startsWith("https:")) return null;
  const names = steps.flat().flatMap(({ call }) => call.connection ?? []);
  return names.find((name, index) => names.indexOf(name) !== index) ?? null;
}

function nameVariables(steps: readonly Batch[]): ReadonlyMap<string, Variable> {
  const all = steps.flat();
  const versions = all.map(({ versionFrom }) => versionFrom);
  const revisions = all.map(({ revisionFrom }) => revisionFrom);
  return new Map([...numbered("V", findVersion, versions), ...numbered("R", findRevision, revisions)]);
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

function capturedIn(batch: Batch, context: CurlContext): readonly Step[] {
  return batch.filter(({ key }) => context.variables.has(key));
}

function executeBatch(batch: Batch, isLast: boolean, context: CurlContext): string {
  const output = isLast ? "-i" : "-o /dev/null";
  const only = batch.length === 1 ? batch[0] : undefined;
  if (only === undefined) return sendBatch(batch, output, context);
  const variable = context.variables.get(only.key);
  if (variable === undefined) return sendStep(only, output, context);
  // Without the space, bash reads the subshell of a raw socket as arithmetic.
  return `${variable.name}=$( ${sendStep(only, "", context)} | ${variable.find})`;
}

function sendBatch(batch: Batch, output: string, context: CurlContext): string {
  const commands = batch.map((step) => {
    const variable = context.variables.get(step.key);
    return sendStep(step, variable === undefined ? output : `-o "$D/${variable.name}"`, context);
  });
  const captures = capturedIn(batch, context).flatMap(({ key }) => {
    const variable = context.variables.get(key);
    return variable === undefined ? [] : [`; ${variable.name}=$(${variable.find} "$D/${variable.name}")`];
  });
  // In a subshell, an interactive shell prints no job numbers.
  return `( ${commands.join(" & ")} & wait )${captures.join("")}`;
}

function sendStep(step: Step, output: string, context: CurlContext): string {
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

function send(call: Call, slots: Slots, output: string, context: CurlContext): string {
  if (context.shared !== null && call.connection === context.shared)
    return requestOnSocket(call, output, context);
  if (call.raw !== undefined) return rawSocket(call, call.raw, output, context);
  const { before, data } = bodyWords(call, slots);
  const words = ["curl -sS", output, versionWord(context), methodWords(call), ...authorizationWord(context)];
  const rest = [...headerWords(call, data !== ""), data, targetWords(call, slots, context)];
  return before + [...words, ...rest].filter((word) => word !== "").join(" ");
}

/** Over TLS, curl would negotiate HTTP/2. */
function versionWord({ endpoint }: CurlContext): string {
  return endpoint.startsWith("https:") ? "--http1.1" : "";
}

/** A POST always has a data option, even an empty one, so curl sends POST. */
function methodWords({ method }: Call): string {
  if (method === "POST") return "";
  return method === "HEAD" ? "--head" : `-X ${quote(method)}`;
}

/** Exactly the headers of the call; headers that curl adds by default are removed. */
function headerWords(call: Call, hasBody: boolean): readonly string[] {
  const has = (lowerCase: string) => call.headers.some(([name]) => name.toLowerCase() === lowerCase);
  const own = [
    "Accept",
    "User-Agent",
    ...(hasBody ? ["Content-Type"] : []),
    ...(isLong(call) ? ["Expect"] : []),
  ];
  const removed = own.filter((name) => !has(name.toLowerCase())).map((name) => `-H ${name}:`);
  return [...call.headers.map(headerWord), ...removed];
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
/** The same with percent signs, which later versions of curl may normalise. */
const percentTarget = /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@/?%]*$/;

function targetWords(call: Call, slots: Slots, { endpoint, sign }: CurlContext): string {
  const { hostname, pathname } = new URL(endpoint);
  const { target } = call;
  const checked = slots.has(revisionSlot) ? target.replaceAll(revisionSlot, "") : target;
  const literal = hostname.startsWith("[") ? "-g " : "";
  // curl signs the path of the URL, never the request target.
  if ((sign ? percentTarget : plainTarget).test(checked)) {
    const dots = /\/\.{1,2}(\/|\?|$)/.test(checked) ? "--path-as-is " : "";
    return `${dots}${literal}${base}${quoteWithSlots(target, slots)}`;
  }
  const whole = pathname.replace(/\/+$/, "") + target;
  return `--request-target ${quoteWithSlots(whole, slots, "latin1")} ${literal}${base}/`;
}

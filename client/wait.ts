import { header, saysItPasses } from "../spec/answer.ts";
import type { NoAnswer } from "../spec/exchange.ts";
import { Fault, type OptionSpelling } from "../spec/fault.ts";
import type { Sleep } from "./deadline.ts";
import type { LambdaApi, Refused, Reply } from "./lambda-api.ts";
import type { Clock } from "./transport.ts";

/** Context for calls to a target that may be busy. */
export interface WaitContext {
  readonly lambda: LambdaApi;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** The longest wait for the target to become ready, in milliseconds. */
  readonly waitTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The same, with what messages need. */
export interface ArrangeContext extends WaitContext {
  /** The endpoint as messages print it. */
  readonly endpoint: string;
  /** What the user can do when set-up fails, as the end of a sentence; by default it names options. */
  readonly remedy?: string | undefined;
  /** How messages name an option. */
  readonly optionName: OptionSpelling;
}

/** The most times in a row that a call is sent again after an internal error, which may pass. */
const mostAfterErrors = 3;

/** Repeats a call while its reply is transient, until the wait timeout; a few times after an internal error. */
export async function retryWhile<T>(
  context: WaitContext,
  send: () => Promise<Reply<T>>,
  isTransient: (reply: Refused) => boolean,
): Promise<Reply<T>> {
  const until = context.clock() + context.waitTimeoutMs;
  let errors = 0;
  for (let pause = 100; ; pause = Math.min(pause * 2, 2000)) {
    throwIfAborted(context);
    const reply = await send();
    if (reply.ok || context.clock() + pause > until) return reply;
    errors = isInternal(reply) ? errors + 1 : 0;
    if (errors > mostAfterErrors || (errors === 0 && !isTransient(reply))) return reply;
    await context.sleep(pause, context.signal);
  }
}

export function throwIfAborted({ signal }: WaitContext): void {
  if (signal?.aborted !== true) return;
  throw new Fault("The run was ended while its functions were being set up: start it again.");
}

function isInternal({ status, error }: Refused): boolean {
  return status === 500 && error === "ServiceException";
}

/** No answer, or a failure of the server: the call may have taken effect. */
export function mayHaveHappened({ answer }: Refused): boolean {
  return answer.kind === "none" ? answer.reason === "reset" : answer.status >= 500;
}

/** Too many requests, or a service that is not up yet. */
export function isBusy(reply: Refused): boolean {
  return reply.status === 429 || reply.status === 503 || /throttl|too ?many/i.test(reply.error ?? "");
}

/** Busy, or the new function is not visible or not ready everywhere. */
export function isNotReady(reply: Refused): boolean {
  return isOccupied(reply) || reply.status === 404;
}

/** Busy, or another operation on the function is in progress. */
export function isOccupied(reply: Refused): boolean {
  return isBusy(reply) || (reply.status === 409 && saysItPasses(reply.message));
}

/** The Fault for an endpoint that is silent or no Lambda API; null if a Lambda API can answer like this. */
export function notLambda(context: ArrangeContext, operation: string, reply: Refused): Fault | null {
  const { answer } = reply;
  if (answer.kind === "none") return unreachable(context, operation, answer);
  const type = header(answer.headers, "content-type") ?? "";
  const page = /^\s*</.test(answer.body) || /html/i.test(type);
  const unexpected = answer.status < 400 || answer.status === 405 || answer.status === 501;
  const nameless404 = answer.status === 404 && reply.error === null;
  if (!(page || unexpected || nameless404)) return null;
  const what = page
    ? `HTTP ${answer.status} and an HTML page`
    : `HTTP ${answer.status} and a body that is not a Lambda answer`;
  return new Fault(
    `${context.endpoint} answered ${operation} with ${what}: ${context.remedy ?? lambdaOrStateless(context)}.`,
  );
}

/** What to do where CreateFunction or GetFunction is no operation of the target, as the end of a sentence. */
export function lambdaOrStateless({ optionName }: Pick<ArrangeContext, "optionName">): string {
  return `give the URL of a Lambda API; a mock of AddPermission alone is tested with ${optionName("stateless")}`;
}

/** The option to change, by the reason why no answer came; otherwise it is the endpoint. */
const optionFor: Readonly<Record<string, string>> = { timeout: "timeoutMs", aborted: "budget" };

function unreachable(
  context: ArrangeContext,
  operation: string,
  { reason, detail, unsent }: NoAnswer,
): Fault {
  const { optionName } = context;
  const remedy: Readonly<Record<string, string>> = {
    timeout: `start the target, or give it longer with ${optionName("timeoutMs")}`,
    tls: `correct the scheme of ${optionName("endpoint")}, or trust its certificate with NODE_EXTRA_CA_CERTS`,
    protocol: "give the URL of a Lambda API over HTTP/1.1",
    "too-large": "give the URL of a Lambda API",
    aborted: `run it again, with a larger ${optionName("budget")} if one is set`,
  };
  const otherwise = `start the target, or correct ${optionName("endpoint")}`;
  // A limit of the user ended the call, whatever the target is.
  const isLimit = Object.hasOwn(optionFor, reason);
  const advice = isLimit ? remedy[reason] : (context.remedy ?? remedy[reason]);
  const what = unsent
    ? `${operation} was ${detail};`
    : `${context.endpoint} gave no answer to ${operation}, ${detail}:`;
  return new Fault(`${what} ${advice ?? otherwise}.`, {
    option: optionFor[reason] ?? "endpoint",
  });
}

import { Fault } from "./fault.ts";
import type { Ask, Reply } from "./sdk.ts";
import type { Sleep } from "./sleep.ts";
import type { Clock, SendOptions, Transport } from "./transport.ts";

/** What it takes to arrange something at a target. */
export interface Workshop {
  readonly transport: Transport;
  readonly ask: Ask;
  /** The endpoint as it is named in messages. */
  readonly endpoint: string;
  readonly how: SendOptions;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** Longest wait for something that is on its way, in milliseconds. */
  readonly patienceMs: number;
  /** What to do when the target cannot be given what it needs, as the end of a sentence; by default it speaks of options. */
  readonly remedy?: string | undefined;
}

/** What waiting needs. */
export type Patience = Pick<Workshop, "how" | "clock" | "sleep" | "patienceMs">;

/** A reply that says no. */
export type Refused = Extract<Reply<never>, { ok: false }>;

/** Asks again while the reply is one that passes by itself, with growing pauses, until patience ends. */
export async function patiently<T>(
  shop: Patience,
  ask: () => Promise<Reply<T>>,
  passes: (reply: Refused) => boolean,
): Promise<Reply<T>> {
  const until = shop.clock() + shop.patienceMs;
  for (let pause = 100; ; pause = Math.min(pause * 2, 2000)) {
    stopIfEnded(shop);
    const reply = await ask();
    if (reply.ok || !passes(reply) || shop.clock() + pause > until) return reply;
    await shop.sleep(pause, shop.how.signal);
  }
}

/** Too many requests, or a service that is not up yet. */
export function isBusy(reply: Refused): boolean {
  return reply.status === 429 || reply.status === 503 || /throttl|too ?many/i.test(reply.error ?? "");
}

/** Busy, or the thing that was just made is not to be seen or not ready everywhere. */
export function isSettling(reply: Refused): boolean {
  if (isBusy(reply) || reply.status === 404) return true;
  return reply.status === 409 && /pending|in progress|following state/i.test(reply.message);
}

/** Throws when the run is being ended. */
export function stopIfEnded(shop: Patience): void {
  if (shop.how.signal?.aborted !== true) return;
  throw new Fault("The run was ended while its functions were being arranged: start it again.");
}

/** The Fault for an endpoint that does not answer or is no Lambda API; null for a reply that a Lambda API may give. */
export function notLambda(shop: Workshop, operation: string, reply: Refused): Fault | null {
  const { answer } = reply;
  if (answer === null) return new Fault(`${operation} cannot be sent (${reply.message}): report this.`);
  if (answer.kind === "none") return unreachable(shop, operation, answer.reason, answer.detail);
  const page = /^\s*</.test(answer.body) || /html/i.test(contentType(answer.headers));
  const odd = answer.status < 400 || answer.status === 405 || answer.status === 501;
  const nameless404 = answer.status === 404 && reply.error === null;
  if (!(page || odd || nameless404)) return null;
  const what = page
    ? `${answer.status} and a page of markup`
    : `${answer.status} and nothing that a Lambda API says`;
  return new Fault(
    `${shop.endpoint} answered ${operation} with ${what}: ${shop.remedy ?? "give the URL of something that speaks the Lambda API"}.`,
  );
}

function unreachable(shop: Workshop, operation: string, reason: string, detail: string): Fault {
  const remedy: Readonly<Record<string, string>> = {
    timeout: "start the target, or give it longer with --timeout",
    tls: "correct the scheme of --endpoint, or trust its certificate with NODE_EXTRA_CA_CERTS",
    protocol: "give the URL of something that speaks the Lambda API over HTTP/1.1",
    "too-large": "give the URL of something that speaks the Lambda API",
    aborted: "start the run again, with a larger --budget if one is set",
  };
  return new Fault(
    `${shop.endpoint} gave no answer to ${operation}, ${detail}: ${shop.remedy ?? remedy[reason] ?? "start the target, or correct --endpoint"}.`,
  );
}

function contentType(headers: readonly (readonly [string, string])[]): string {
  return headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
}

import type { Dispatcher } from "undici";
import type { Answer, Header } from "../spec/exchange.ts";
import { type Abortable, follow, unfollow } from "./abort.ts";
import { bodyText } from "./body-text.ts";
import type { Deadlines, Expiring } from "./deadline.ts";
import { because, type Reason, reasonOf } from "./silence.ts";
import { type Clock, maxInterimResponses } from "./transport.ts";

/** What bounds a call. */
export interface Bounds {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly deadlineMs: number;
  readonly maxBodyBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Hears the error by which a call ended without a response. */
  readonly failed?: (error: unknown) => void;
}

/** Hands one request to an undici dispatcher and waits for the whole response. Never rejects. */
export function dispatchOnce(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  bounds: Bounds,
): Promise<Answer> {
  return new Promise((resolve) => {
    const attempt = attemptOf(bounds, resolve);
    bounds.deadlines.add(attempt);
    follow(bounds.signal, attempt);
    if (attempt.settled()) return;
    try {
      dispatcher.dispatch(request, attempt);
    } catch (error) {
      attempt.fail(reasonOf(error));
    }
  });
}

interface Attempt extends Dispatcher.DispatchHandler, Expiring, Abortable {
  settled(): boolean;
  fail(why: Reason): void;
}

/** One object for all that can happen to a call: this runs thousands of times a second. */
function attemptOf(bounds: Bounds, resolve: (answer: Answer) => void): Attempt {
  const { clock, maxBodyBytes } = bounds;
  const body = bodyText();
  let sentAt = clock();
  let controller: Dispatcher.DispatchController | undefined;
  let settled = false;
  let status = 0;
  let headers: readonly Header[] = [];
  let size = 0;
  let interim = 0;
  const attempt: Attempt = {
    expiresAt: sentAt + bounds.deadlineMs,
    settled: () => settled,
    expire() {
      attempt.fail(because("timeout", `${bounds.deadlineMs} ms`));
    },
    abort() {
      attempt.fail(because("aborted"));
    },
    fail(why) {
      if (settled) return;
      settled = true;
      release(bounds, attempt);
      resolve({ kind: "none", ...why, sentAt, answeredAt: clock() });
      controller?.abort(new Error(why.detail));
    },
    onRequestStart(given) {
      if (settled) return given.abort(new Error("the call was given up before it was sent"));
      controller = given;
      sentAt = clock();
    },
    onRequestUpgrade(_controller, code, _headers, socket) {
      socket.destroy();
      attempt.fail(because("protocol", `the protocol was changed with ${code}`));
    },
    onResponseStart(given, code, parsed) {
      if (code < 200) {
        interim += 1;
        if (interim > maxInterimResponses) attempt.fail(because("protocol", "too many interim responses"));
        return;
      }
      status = code;
      headers = rawHeaders(given, parsed);
    },
    onResponseData(_controller, chunk) {
      size += chunk.length;
      if (size > maxBodyBytes) return attempt.fail(because("too-large", `over ${maxBodyBytes} bytes`));
      body.add(chunk);
    },
    onResponseEnd() {
      if (settled) return;
      settled = true;
      release(bounds, attempt);
      resolve({ kind: "response", status, headers, body: body.end(), sentAt, answeredAt: clock() });
    },
    onResponseError(_controller, error) {
      if (!settled) bounds.failed?.(error);
      attempt.fail(reasonOf(error));
    },
  };
  return attempt;
}

function release(bounds: Bounds, attempt: Attempt): void {
  bounds.deadlines.delete(attempt);
  unfollow(bounds.signal, attempt);
}

/** The header lines as received where the dispatcher knows them, else the ones it parsed. */
function rawHeaders(
  controller: Dispatcher.DispatchController,
  parsed: Readonly<Record<string, string | string[] | undefined>>,
): readonly Header[] {
  const raw: unknown = "rawHeaders" in controller ? controller.rawHeaders : null;
  if (!Array.isArray(raw)) {
    return Object.entries(parsed).flatMap(([name, value]) =>
      [value ?? []].flat().map((each): Header => [name, each]),
    );
  }
  const lines: Header[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) lines.push([latin1(raw[at]), latin1(raw[at + 1])]);
  return lines;
}

function latin1(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString("latin1") : String(value);
}

import type { NoAnswer, Silence } from "../spec/exchange.ts";

/** The reason why there is no response, with one sentence about it. */
export type NoAnswerReason = Pick<NoAnswer, "reason" | "detail">;

const byCode: Readonly<Record<string, Silence>> = {
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "refused",
  EHOSTDOWN: "refused",
  ENETUNREACH: "refused",
  EADDRNOTAVAIL: "refused",
  EACCES: "refused",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
  UND_ERR_SOCKET: "reset",
  ENOTFOUND: "unresolved",
  EAI_AGAIN: "unresolved",
  EAI_NODATA: "unresolved",
  ETIMEDOUT: "timeout",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  UND_ERR_HEADERS_OVERFLOW: "too-large",
  HPE_HEADER_OVERFLOW: "too-large",
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "too-large",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "protocol",
  UND_ERR_ABORTED: "aborted",
  UND_ERR_CLOSED: "aborted",
  UND_ERR_DESTROYED: "aborted",
  UND_ERR_INVALID_ARG: "aborted",
  UND_ERR_NOT_SUPPORTED: "aborted",
};

const tlsCode =
  /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;

const meaning: Readonly<Record<Silence, string>> = {
  timeout: "no complete response came within the deadline",
  refused: "the connection was not accepted",
  reset: "the connection was dropped before the response was complete",
  protocol: "what came back is not a correct HTTP/1.1 response",
  "too-large": "the response is larger than the limit",
  tls: "no TLS connection could be made",
  unresolved: "the host name cannot be resolved",
  aborted: "the request was cancelled",
};

/** True for undici's error about a 100 without an Expect, which is valid; only its message tells it. */
export function isUnexpectedContinue(error: unknown): boolean {
  const first = innermost(error);
  return codeOf(first) === "UND_ERR_SOCKET" && first instanceof Error && first.message === "bad response";
}

/** Classifies an error of a socket, of TLS, of the resolver or of an HTTP parser. */
export function reasonOf(error: unknown): NoAnswerReason {
  const first = innermost(error);
  if (isUnexpectedContinue(first))
    return noAnswer("aborted", "a 100 Continue without an Expect, which our HTTP client cannot read");
  const reason = silenceOf(first);
  const said = first instanceof Error ? printable(first.message) : "";
  return noAnswer(reason, said);
}

/** A reason with its detail; the text becomes one printable line of at most 200 characters. */
export function noAnswer(reason: Silence, detail = ""): NoAnswerReason {
  const text = printable(detail);
  return { reason, detail: text === "" ? meaning[reason] : `${meaning[reason]} (${text})` };
}

/** A call that the suite never sent: it does not count against the target. */
export function notSent(why: string, now: number): NoAnswer {
  return {
    kind: "none",
    reason: "aborted",
    detail: `not sent: ${printable(why)}`,
    unsent: true,
    sentAt: now,
    answeredAt: now,
  };
}

/** The code of a system or library error; an empty string if it has none. */
function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

function silenceOf(error: unknown): Silence {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : "";
  if (tlsCode.test(code) || message.includes("before secure TLS connection")) return "tls";
  if (code === "UND_ERR_SOCKET" && message.startsWith("bad ")) return "protocol";
  if (code.startsWith("HPE_")) return code === "HPE_HEADER_OVERFLOW" ? "too-large" : "protocol";
  return byCode[code] ?? "protocol";
}

/** A connection attempt on several addresses fails with one error for each; the first is representative. */
function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) {
    const [first] = error.errors;
    return first;
  }
  return error;
}

/** The text as one printable line of at most 200 characters. */
export function printable(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

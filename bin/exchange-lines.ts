import { phrase } from "../spec/answer.ts";
import type { Exchange } from "../spec/exchange.ts";

/** A request as one line, with its body. */
export function requestLine({ call }: Exchange): string {
  return `${call.method} ${call.target}${call.body === null ? "" : ` ${short(call.body)}`}`;
}

/** An answer as one line, or why there is none. */
export function answerLine({ answer }: Exchange): string {
  const text = answer.kind === "none" ? answer.detail : answer.body;
  return `${phrase(answer)}${text === "" ? "" : ` ${short(text)}`}`;
}

function short(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text;
}

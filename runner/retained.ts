import { jsonObject } from "../spec/answer.ts";
import type { Answer, Exchange } from "../spec/exchange.ts";

/** Characters of a huge answer that are kept; a report shows fewer. */
const most = 64 * 1024;

/**
 * An answer as it is judged: one that is huge and no JSON object says no more than its beginning. The mark at the cut
 * keeps what is left from being a JSON object by accident.
 */
export function readable(answer: Answer): Answer {
  if (answer.kind === "none" || answer.body.length <= most || jsonObject(answer.body) !== null) return answer;
  return { ...answer, body: `${beginning(answer.body)}…` };
}

/** An exchange as it is kept for a report once it has been judged: many huge answers would fill the memory. */
export function retained(exchange: Exchange): Exchange {
  const { answer } = exchange;
  if (answer.kind === "none" || answer.body.length <= most) return exchange;
  return { ...exchange, answer: { ...answer, body: beginning(answer.body) } };
}

/** A copy: a part of a string would hold on to the whole. */
function beginning(text: string): string {
  return Buffer.from(text.slice(0, most), "utf16le").toString("utf16le");
}

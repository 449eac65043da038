import { phrase } from "../spec/answer.ts";
import type { Answer, Exchange } from "../spec/exchange.ts";
import type { Gone } from "./events.ts";

/** A target is gone after so many answers in a row that never came or turned the request away. */
const goneAfter = 12;

/** When the last answer came to any worker, and the last one that did not turn the request away. */
interface LastAnswer {
  at: number;
  servedAt: number;
}

/** Makes a function that takes the exchanges of a worker; it returns true when the target is gone. */
export function silenceCounter(
  onGone: (why: Gone) => void,
  anywhere: LastAnswer = { at: Number.NEGATIVE_INFINITY, servedAt: Number.NEGATIVE_INFINITY },
): (exchanges: readonly Exchange[]) => boolean {
  let silent = 0;
  let silentSince = 0;
  let busy = 0;
  let busySince = 0;
  let busyOthers = 0;
  /** Counts an answer that did not come; true after so many that the target is gone. */
  const countSilent = (answer: Answer) => {
    silent = isSilent(answer) ? silent + 1 : 0;
    if (silent === 1) silentSince = answer.sentAt;
    return silent >= goneAfter && silentSince > anywhere.at;
  };
  /** Counts an answer that turned the request away; true after so many that the target counts as gone. */
  const countBusy = ({ call, answer }: Exchange) => {
    busy = isBusy(answer) ? busy + 1 : 0;
    if (busy === 1) busySince = answer.sentAt;
    // A target that turns away only AddPermission can still be judged by its other answers.
    if (busy === 0) busyOthers = 0;
    else if (call.operation !== "AddPermission") busyOthers += 1;
    return busy >= goneAfter && busyOthers > 0 && busySince > anywhere.servedAt;
  };
  const observe = (exchange: Exchange): Gone | null => {
    const { answer } = exchange;
    if (answer.kind === "none" && answer.unsent === true) return null;
    if (answer.kind === "response") {
      anywhere.at = Math.max(anywhere.at, answer.answeredAt);
      if (!isBusy(answer)) anywhere.servedAt = Math.max(anywhere.servedAt, answer.answeredAt);
    }
    const isSilentForGood = countSilent(answer);
    const isBusyForGood = countBusy(exchange);
    if (isSilentForGood) return { code: "silent", detail: answer.kind === "none" ? answer.detail : "" };
    return isBusyForGood ? { code: "busy", detail: phrase(answer) } : null;
  };
  return (exchanges) => {
    // In a batch, a later answer shows that the target is there after all.
    const why = exchanges.map(observe).at(-1) ?? null;
    if (why !== null) onGone(why);
    return why !== null;
  };
}

function isSilent(answer: Answer): boolean {
  return answer.kind === "none" && ["refused", "aborted", "timeout"].includes(answer.reason);
}

function isBusy(answer: Answer): boolean {
  return answer.kind === "response" && (answer.status === 429 || answer.status === 503);
}

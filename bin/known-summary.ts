import { escapeTerminal } from "../reports/escape.ts";
import { failsGate, type Judgement } from "../reports/known.ts";

/** What the known-file makes of a run, for the terminal, and whether it fails the gate. */
export function knownSummary(judged: Judgement): {
  readonly text: string;
  readonly fails: boolean;
} {
  const { stale, changed, expired, unseen } = judged;
  const lines = [
    ...stale.map(({ rule }) => `! stale    ${rule} no longer deviates: take it out of the file`),
    ...changed.map(({ entry, was, is }) => `! changed  ${entry.rule} was ${was}, is ${is}`),
    ...expired.map(({ rule, expires }) => `! expired  ${rule} was excused until ${expires}`),
    ...unseen.map(({ rule }) => `  not seen ${rule} was not judged in full by this run, so its entry stands`),
  ];
  const text =
    lines.length === 0 ? "" : `\nKnown deviations\n${lines.map((line) => escapeTerminal(line)).join("\n")}\n`;
  return { text, fails: failsGate(judged) };
}

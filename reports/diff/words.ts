import { count } from "../verdict.ts";
import type { DiffAnswer, Difference, DiffReport, Named, Ruling } from "./diff-report.ts";

/** Whether the document decides a difference, as a sentence without its end; `who` names what rules. */
export function rulingText(ruling: Ruling, who = "the document"): string {
  switch (ruling.kind) {
    case "rule": {
      const by = `decided by ${ids(ruling.rules)}`;
      if (ruling.follows === "neither") return `${by}: neither follows ${who}`;
      const other = ruling.follows === "x" ? "y" : "x";
      return `${by}: ${ruling.follows} follows ${who}, ${other} does not`;
    }
    case "admitted":
      return `${who} admits both, see ${ids(ruling.rules)}`;
    case "question":
      return `left open by ${who}, see ${ids(ruling.questions)}`;
    case "silent":
      return `${who} says nothing of it`;
  }
}

function ids(list: readonly Named[]): string {
  return list.map(({ id }) => id).join(", ");
}

/** How the two sides answer, as a phrase: "x 201, y 400 ValidationException". */
export function sidesText({ x, y, where }: Difference): string {
  return where === undefined ? `x ${x}, y ${y}` : `both succeed, and differ in ${where}`;
}

/** An answer as one line: status, error name and body. */
export function answerLine({ status, error, body }: DiffAnswer): string {
  if (status === null) return `no answer: ${body}`;
  return [`${status}`, error ?? "", body].filter((part) => part !== "").join(" ");
}

/** What came of the comparison, in one sentence. */
export function conclusion({ differences, compared, incomplete }: DiffReport): string {
  const answers = `${count(compared, "pair")} of answers`;
  if (compared === 0) return "Nothing was compared, so nothing is known.";
  if (differences.length > 0)
    return `${count(differences.length, "difference")} in ${answers}: ${kinds(differences)}.`;
  return incomplete
    ? `No difference in ${answers}, but the run is incomplete.`
    : `No difference in ${answers}.`;
}

function kinds(differences: readonly Difference[]): string {
  const follows = (side: string) =>
    differences.filter(({ ruling }) => ruling.kind === "rule" && ruling.follows === side).length;
  const of = (kind: Ruling["kind"]) => differences.filter(({ ruling }) => ruling.kind === kind).length;
  const parts = [
    [follows("x"), "only x follows the document"],
    [follows("y"), "only y follows the document"],
    [follows("neither"), "neither does"],
    [of("question"), "left open"],
    [of("admitted"), "both admitted"],
    [of("silent"), "not spoken of"],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${number} ${words}`)
    .join(", ");
}

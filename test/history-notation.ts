import type { PolicyInput, PolicyOperation, PolicyOutput } from "../oracle/policy-set-model.ts";

/**
 * Parses a drawn history with one operation on each line; columns are time.
 *
 *     a: [---]      add x -> added
 *     b:   [----]   add x -> refused
 *     c:     [--?   remove x                      never answered
 *     d:        [-] read -> x y                   or `read -> nothing`
 */
export function drawn(picture: string): readonly PolicyOperation[] {
  return picture
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(operation);
}

const linePattern = /^\s*(?<id>\w+): *\[-*(?<close>[\]?]) +(?<request>.*?)(?: +-> +(?<answer>.*?))?\s*$/;

function operation(line: string): PolicyOperation {
  const { id, close, request, answer } = linePattern.exec(line)?.groups ?? {};
  if (id === undefined || close === undefined || request === undefined)
    throw new Error(`not drawn well: ${line}`);
  const answered = close === "]";
  if (answered !== (answer !== undefined)) throw new Error(`an answer goes with a closed bar only: ${line}`);
  return {
    id,
    input: input(request),
    output: answer === undefined ? null : output(answer),
    invokedAt: line.indexOf("["),
    returnedAt: answered ? line.indexOf("]") : null,
  };
}

function input(text: string): PolicyInput {
  const [kind, sid, ...rest] = text.split(/ +/);
  if (kind === "read" && sid === undefined) return { kind };
  if (sid === undefined || rest.length > 0 || (kind !== "add" && kind !== "remove"))
    throw new Error(`no such operation: ${text}`);
  return { kind, sid };
}

const words = ["added", "refused", "removed", "absent"] as const;

function output(text: string): PolicyOutput {
  const word = words.find((one) => one === text);
  return word ?? text.split(/ +/).filter((part) => part !== "nothing" && part !== "");
}

import type { PolicyInput, PolicyOperation, PolicyOutput, PolicyReading } from "../oracle/policy-model.ts";

/**
 * Reads a drawn history, one operation a line; columns are time.
 *
 *     a: [---]      add x -> added
 *     b:   [----]   add x=2 @r0 -> duplicate      statement 2, guarded by revision r0
 *     c:     [--?   remove x                      never answered
 *     d:        [-] read -> x=1 y @r1             or `read -> nothing`
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
  const [kind, name, guard, ...rest] = text.split(/ +/);
  if (kind === "read" && name === undefined) return { kind };
  if (name === undefined || rest.length > 0 || !(guard?.startsWith("@") ?? true)) {
    throw new Error(`no such operation: ${text}`);
  }
  const { sid, statement } = named(name);
  const revision = guard === undefined ? {} : { revision: guard.slice(1) };
  if (kind === "add") return { kind, sid, ...(statement === null ? {} : { statement }), ...revision };
  if (kind === "remove" && statement === null) return { kind, sid, ...revision };
  throw new Error(`no such operation: ${text}`);
}

const words = ["added", "duplicate", "removed", "absent", "stale", "refused"] as const;

function output(text: string): PolicyOutput {
  return words.find((word) => word === text) ?? reading(text);
}

function reading(text: string): PolicyReading {
  const parts = text.split(/ +/).filter((part) => part !== "nothing");
  const revision = parts.find((part) => part.startsWith("@"))?.slice(1) ?? null;
  const shown = parts.filter((part) => !part.startsWith("@")).map(named);
  const statements = shown.flatMap(({ statement }) => (statement === null ? [] : [statement]));
  const sids = shown.map(({ sid }) => sid);
  return statements.length > 0 ? { sids, statements, revision } : { sids, revision };
}

function named(text: string): { readonly sid: string; readonly statement: string | null } {
  const [sid = "", statement = null] = text.split("=");
  if (sid === "") throw new Error("an id is missing");
  return { sid, statement };
}

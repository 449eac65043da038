import { isRecord } from "../spec/body.ts";
import { label, qualifierQuery } from "../spec/calls.ts";
import { type Call, type Header, type Round, revisionSlot } from "../spec/exchange.ts";
import { addressee, route } from "../spec/target.ts";
import type { Shows } from "./reduce.ts";
import { renamed } from "./replay.ts";

/** The values that a reader expects in a request, tried first in place of anything else. */
const usual: Readonly<Record<string, string>> = {
  Action: "lambda:InvokeFunction",
  Principal: "s3.amazonaws.com",
  StatementId: "s",
};

/** The same for members that need not be there. */
const usualWhereNeeded: Readonly<Record<string, string>> = {
  SourceArn: "arn:aws:s3:::b",
  SourceAccount: "123456789012",
};

/**
 * The same history with each call as plain and as short as it can be while it still shows it. `names` are those of the
 * functions of the stage, the one under test first.
 */
export async function simplifyCalls(
  rounds: readonly Round[],
  names: readonly string[],
  shows: Shows,
): Promise<readonly Round[]> {
  const [name = ""] = names;
  let current = await onFirst(rounds, names, shows);
  for (const [index, round] of rounds.entries()) {
    for (const at of round.keys()) {
      current = await simplifyCall(current, index, at, name, shows);
    }
  }
  return current;
}

/** What is about the second function alone is tried with the one under test. */
async function onFirst(
  rounds: readonly Round[],
  [main = "", other = ""]: readonly string[],
  shows: Shows,
): Promise<readonly Round[]> {
  if (other === "" || other === main) return rounds;
  const moved = renamed(rounds, [other], [main]);
  if (JSON.stringify(moved) === JSON.stringify(rounds)) return rounds;
  return (await shows(moved)) ? moved : rounds;
}

async function simplifyCall(
  rounds: readonly Round[],
  index: number,
  at: number,
  name: string,
  shows: Shows,
): Promise<readonly Round[]> {
  let current = rounds;
  const call = (): Call | undefined => current[index]?.[at]?.call;
  const attempt = async (next: Call | null): Promise<boolean> => {
    if (next === null) return false;
    const changed = current.map((round, i) =>
      i === index ? round.map((step, j) => (j === at ? { ...step, call: next } : step)) : round,
    );
    if (!(await shows(changed))) return false;
    current = changed;
    return true;
  };
  const first = call();
  if (first === undefined || first.raw !== undefined) return current;
  if (first.operation !== "AddPermission") {
    await attempt(plainNeighbour(first));
    return current;
  }
  await attempt(plainHeaders(first));
  if (!(await attempt(plainPath(call() ?? first, name)))) await attempt(plainNeighbour(call() ?? first));
  // Calls that race are told apart by their ids and joined by their revision: those are left alone.
  if (first.encoding !== undefined || (current[index]?.length ?? 0) > 1) return current;
  const body = first.body ?? "";
  if (sentObject(body) === null) {
    for (const text of ["{", "[]", "1", `${JSON.stringify({ ...usual })}x`])
      if (await attempt({ ...(call() ?? first), body: text })) return current;
    await shorten(body, async (text) => attempt({ ...(call() ?? first), body: text }));
    return current;
  }
  await simplifyMembers(() => call() ?? first, attempt);
  return current;
}

const json: readonly Header[] = [["Content-Type", "application/json"]];

function plainHeaders(call: Call): Call | null {
  return JSON.stringify(call.headers) === JSON.stringify(json) ? null : { ...call, headers: json };
}

function plainPath(call: Call, name: string): Call | null {
  if (call.method !== "POST" || route(call.target).kind !== "policy") return null;
  const target = `/2015-03-31/functions/${name}/policy`;
  return call.target === target ? null : { ...call, target };
}

/** The same function, version or alias by its plain name, with the qualifier in the query. */
function plainNeighbour(call: Call): Call | null {
  const at = route(call.target);
  const of = at.kind === "none" ? null : addressee(at);
  if (of === null || of.plain) return null;
  const rest = call.target.split("?")[0]?.split("/").slice(4).join("/") ?? "";
  const query = of.qualifier === null ? "" : `?${qualifierQuery(of.qualifier)}`;
  const path = `/2015-03-31/functions/${label(of.name)}${rest === "" ? "" : `/${rest}`}`;
  return { ...call, target: `${path}${query}` };
}

async function simplifyMembers(call: () => Call, attempt: (next: Call) => Promise<boolean>): Promise<void> {
  const members = () => sentObject(call().body ?? "") ?? {};
  const write = async (value: Readonly<Record<string, unknown>>): Promise<boolean> =>
    !tooDeepToWrite(value) && (await attempt({ ...call(), body: JSON.stringify(value) }));
  if (!(await flattened(members(), write))) return;
  if (JSON.stringify(members()) !== call().body) await write(members());
  for (const name of Object.keys(members())) {
    if (usual[name] === undefined) {
      const { [name]: value, ...others } = members();
      const plain = usualWhereNeeded[name];
      if (!(await write(others)) && plain !== undefined && value !== plain)
        await write({ ...members(), [name]: plain });
    } else if (members()[name] !== usual[name]) {
      const { [name]: value, ...others } = members();
      if (!(await write({ ...members(), [name]: usual[name] })) && value === null) await write(others);
    }
  }
  for (const [name, value] of Object.entries(members())) {
    if (value === usual[name] || value === usualWhereNeeded[name] || value === revisionSlot) continue;
    if (typeof value === "string" && value.length > 1) {
      await shorten(value, (text) => write({ ...members(), [name]: text }));
      const left = String(members()[name]);
      if (left.length > 1) await write({ ...members(), [name]: "a".repeat(left.length) });
    } else if (typeof value === "object" && value !== null) {
      await write({ ...members(), [name]: Array.isArray(value) ? [] : {} });
    } else if (typeof value === "number") await write({ ...members(), [name]: 1 });
  }
}

/** Leaves out or empties what is nested too deeply to be written; false where it has to stay. */
async function flattened(
  members: Readonly<Record<string, unknown>>,
  write: (value: Readonly<Record<string, unknown>>) => Promise<boolean>,
): Promise<boolean> {
  let current = members;
  for (const [name, value] of Object.entries(members)) {
    if (!tooDeepToWrite(value)) continue;
    const { [name]: _, ...others } = current;
    const emptied = { ...current, [name]: Array.isArray(value) ? [] : {} };
    if (await write(others)) current = others;
    else if (await write(emptied)) current = emptied;
    else return false;
  }
  return true;
}

/** JSON is read to any depth and written only as deep as the stack allows. */
function tooDeepToWrite(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return false;
  } catch {
    return true;
  }
}

/** Leaves out ever smaller pieces of a text, but not all of it; at most about 60 attempts, whatever its length. */
async function shorten(text: string, attempt: (text: string) => Promise<boolean>): Promise<void> {
  let current = Array.from(text);
  let left = 60;
  for (
    let size = Math.ceil(current.length / 2);
    size >= 1 && left > 0;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let start = 0; start < current.length && left > 0; ) {
      const fewer = [...current.slice(0, start), ...current.slice(start + size)];
      if (fewer.length === 0) break;
      left -= 1;
      if (await attempt(fewer.join(""))) current = fewer;
      else start += size;
    }
  }
}

/** What we sent as an object, however deep; null for anything else. */
function sentObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

import { canonicalJson } from "./belief.ts";
import { isRecord } from "./body.ts";

const elements: ReadonlyMap<string, (value: unknown) => unknown> = new Map([
  ["Action", sole],
  ["Resource", sole],
  ["Principal", (kinds: unknown) => mapped(kinds, sole)],
  ["Condition", (operators: unknown) => mapped(operators, (keys) => mapped(keys, sole))],
]);

/** A statement as canonical JSON that is equal for statements that mean the same: a list of one value is that value. */
export function statementText(statement: unknown): string {
  return canonicalJson(mapped(statement, (value, element) => elements.get(element)?.(value) ?? value));
}

/** The value of a list that has one value only; anything else as it is. */
export function sole(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function mapped(value: unknown, change: (member: unknown, key: string) => unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, change(member, key)]));
}

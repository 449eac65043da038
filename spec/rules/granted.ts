import { isRecord } from "../body.ts";

type Parts = Readonly<Record<string, unknown>>;

/** The principals of a statement when all of them are of one kind; none when it names another kind besides. */
export function principalsOf(statement: Parts, kind: "AWS" | "Service"): readonly unknown[] {
  const principal = statement.Principal;
  if (!isRecord(principal)) return [];
  const others = Object.keys(principal).filter((key) => key !== kind && listed(principal[key]).length > 0);
  return others.length === 0 ? listed(principal[kind]) : [];
}

/** The conditions of a statement, whatever operators they stand under. */
export function conditionsOf(
  statement: Parts,
): readonly { readonly operator: string; readonly key: string; readonly values: readonly unknown[] }[] {
  const condition = statement.Condition;
  if (!isRecord(condition)) return [];
  return Object.entries(condition).flatMap(([operator, keys]) =>
    isRecord(keys)
      ? Object.entries(keys).map(([key, value]) => ({ operator, key, values: [value].flat() }))
      : [],
  );
}

/**
 * Whether an operator lets the value pass that it stands with. Which of them compares, and whether the key may be
 * absent, the document does not say.
 */
export function admits(operator: string): boolean {
  return /(equals(ignorecase)?|like)(ifexists)?$/i.test(operator) && !/not/i.test(operator);
}

/** The element that makes a statement speak of all but what it names; null when it has none. */
export function exceptionIn(statement: Parts): string | null {
  const elements = ["NotPrincipal", "NotAction", "NotResource"];
  return elements.find((element) => listed(statement[element]).length > 0) ?? null;
}

/** A serializer may write null, or an empty list, for what is not there. */
function listed(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : [value].flat();
}

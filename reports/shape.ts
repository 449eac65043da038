/** What JSON must look like. */
export type Shape =
  | "text"
  | "number"
  | "flag"
  | readonly string[]
  | { readonly list: Shape }
  | ObjectShape
  | { readonly optional: Shape }
  | { readonly orNull: Shape }
  | { readonly map: "text" }
  /** An array of two. */
  | { readonly pair: Shape }
  /** An object whose shape its own member tells. */
  | { readonly by: string; readonly of: Readonly<Record<string, Shape>> };
interface ObjectShape {
  readonly members: Readonly<Record<string, Shape>>;
}

const kinds = { text: "string", number: "number", flag: "boolean" } as const;

/**
 * The first place at which a value does not have the shape, as a phrase; null when it has. Unknown members are fine.
 * `where` is how the value as a whole is called; what is in it is called by its place.
 */
export function problemOf(value: unknown, shape: Shape, where: string, root = where): string | null {
  if (typeof shape === "string") {
    return typeof value === kinds[shape] ? null : `${where} is not a ${kinds[shape]}`;
  }
  if (isChoice(shape)) {
    return typeof value === "string" && shape.includes(value)
      ? null
      : `${where} is not one of ${shape.join(", ")}`;
  }
  if ("optional" in shape) return value === undefined ? null : problemOf(value, shape.optional, where, root);
  if ("orNull" in shape) return value === null ? null : problemOf(value, shape.orNull, where, root);
  if ("list" in shape) {
    if (!Array.isArray(value)) return `${where} is not a list`;
    return first(
      value.map((item: unknown, index) => [item, shape.list, `${where}[${index}]`]),
      root,
    );
  }
  if ("pair" in shape) {
    const isPair = Array.isArray(value) && value.length === 2;
    return isPair ? problemOf(value, { list: shape.pair }, where, root) : `${where} is not a pair`;
  }
  if (!isRecord(value)) return `${where} is not an object`;
  const prefix = where === root ? "" : `${where}.`;
  if ("by" in shape) {
    const kind = value[shape.by];
    const found = typeof kind === "string" && Object.hasOwn(shape.of, kind) ? shape.of[kind] : undefined;
    if (found === undefined) return `${prefix}${shape.by} is not one of ${Object.keys(shape.of).join(", ")}`;
    return problemOf(value, found, where, root);
  }
  const members: readonly (readonly [string, Shape])[] =
    "map" in shape ? Object.keys(value).map((name) => [name, shape.map]) : Object.entries(shape.members);
  return first(
    members.map(([name, member]) => [value[name], member, `${prefix}${name}`]),
    root,
  );
}

function first(checks: readonly (readonly [unknown, Shape, string])[], root: string): string | null {
  for (const check of checks) {
    const problem = problemOf(...check, root);
    if (problem !== null) return problem;
  }
  return null;
}

function isChoice(shape: Shape): shape is readonly string[] {
  return Array.isArray(shape);
}

/** True for a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

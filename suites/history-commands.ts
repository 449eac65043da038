import fc from "fast-check";

/** One thing that a random history does. What it does it to depends on what the history has made until then. */
export type Command =
  | (At & { readonly kind: "add"; readonly sid: string })
  | (At & { readonly kind: "remove"; readonly sid: string })
  | (At & { readonly kind: "guarded"; readonly sid: string; readonly source: RevisionSource })
  | (At & { readonly kind: "broken"; readonly sid: string; readonly fault: FaultKind })
  | (At & { readonly kind: "read" })
  | (At & { readonly kind: "resource" })
  | { readonly kind: "publish"; readonly other: boolean }
  | { readonly kind: "alias"; readonly other: boolean; readonly alias: string }
  | { readonly kind: "re-create" };

/** Which policy, and how it is written. */
export interface At {
  readonly other: boolean;
  readonly qualifier: "function" | "version" | "second-version" | "alias" | "new-alias";
  /** Name of the alias where it is one that the history makes. */
  readonly alias: string;
  /** Which way to write it, and how much of that is percent-encoded; counted round and round. */
  readonly form: number;
  readonly encoding: number;
}

/** Where the RevisionId of a guarded addition comes from. */
export type RevisionSource =
  | "policy"
  | "resource"
  | "policy-of-both"
  | "resource-of-both"
  | "stale"
  | "foreign"
  | "reused";

/** What is wrong with a request that must be refused. */
export type FaultKind =
  | "action"
  | "principal"
  | "missing"
  | "unknown-alias"
  | "unknown-version"
  | "wrong-revision";

/** Ids that collide: equal, equal in all but letter case, and equal for 32 and 64 characters. */
const ids = [
  "id",
  "id-2",
  "ID",
  ...[32, 64].flatMap((size) => ["a", "b", "A"].map((end) => `${"k".repeat(size)}${end}`)),
];

/** Names that collide with the staged alias `live`, with versions and with each other. */
const aliases = ["LIVE", "live-2", "1a", "2-", ...["a", "b"].map((end) => `${"q".repeat(32)}${end}`)];

const sid = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("id", "id-2") },
  { weight: 4, arbitrary: fc.constantFrom(...ids) },
);
const alias = fc.constantFrom(...aliases);
const other = fc.oneof(
  { weight: 3, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant(true) },
);
/** Versions that pile up on the function that is never made anew cost every later history a read. */
const mostlyOther = fc.oneof(
  { weight: 1, arbitrary: fc.constant(false) },
  { weight: 4, arbitrary: fc.constant(true) },
);
const at = {
  other,
  qualifier: fc.oneof(
    { weight: 8, arbitrary: fc.constant("function" as const) },
    { weight: 4, arbitrary: fc.constant("version" as const) },
    { weight: 1, arbitrary: fc.constant("second-version" as const) },
    { weight: 4, arbitrary: fc.constant("alias" as const) },
    { weight: 1, arbitrary: fc.constant("new-alias" as const) },
  ),
  alias,
  form: fc.nat({ max: 8 }),
  encoding: fc.nat({ max: 5 }),
};

const kind = <K extends Command["kind"]>(name: K) => fc.constant(name);

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: kind("add"), ...at, sid }) },
  { weight: 5, arbitrary: fc.record({ kind: kind("remove"), ...at, sid }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind("guarded"),
      ...at,
      sid,
      source: fc.constantFrom<RevisionSource>(
        "policy",
        "resource",
        "policy-of-both",
        "resource-of-both",
        "stale",
        "foreign",
        "reused",
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind("broken"),
      ...at,
      sid,
      fault: fc.constantFrom<FaultKind>(
        "action",
        "principal",
        "missing",
        "unknown-alias",
        "unknown-version",
        "wrong-revision",
      ),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: kind("read"), ...at }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("resource"), ...at }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("publish"), other: mostlyOther }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("alias"), other: mostlyOther, alias }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("re-create") }) },
);

/** Random histories; equal seeds give equal ones. */
export const commands: fc.Arbitrary<readonly Command[]> = fc.array(command, { minLength: 3, maxLength: 14 });

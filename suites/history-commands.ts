import fc from "fast-check";
import { isRecord } from "../spec/body.ts";
import { createAlias, createFunction, deleteFunction, publishVersion } from "../spec/calls.ts";
import { type Batch, type Step, versionSlot } from "../spec/exchange.ts";
import type { Fixture, FixtureFunction } from "../spec/fixture.ts";

/** One command of a random history. Its object depends on what the history has created so far. */
export type HistoryCommand =
  | (At & { readonly kind: "add"; readonly sid: string })
  | (At & { readonly kind: "remove"; readonly sid: string })
  | (At & { readonly kind: "guarded"; readonly sid: string; readonly source: RevisionSource })
  | (At & { readonly kind: "broken"; readonly sid: string; readonly fault: FaultKind })
  | (At & { readonly kind: "read" })
  | (At & { readonly kind: "resource" })
  | { readonly kind: "publish"; readonly other: boolean }
  | { readonly kind: "alias"; readonly other: boolean; readonly alias: string }
  | { readonly kind: "re-create" };

const qualifiers = ["function", "version", "second-version", "alias", "new-alias"] as const;

/** A policy and its spelling. */
export interface At {
  readonly other: boolean;
  readonly qualifier: (typeof qualifiers)[number];
  /** Name of the alias, where the history creates it. */
  readonly alias: string;
  /** Numbers of the spelling and of its encoding, modulo what there is. */
  readonly form: number;
  readonly encoding: number;
}

const sources = [
  "policy",
  "resource",
  "policy-of-both",
  "resource-of-both",
  "stale",
  "foreign",
  "reused",
] as const;

/** The source of the RevisionId of a guarded addition. */
export type RevisionSource = (typeof sources)[number];

const faults = [
  "action",
  "principal",
  "missing",
  "unknown-alias",
  "unknown-version",
  "wrong-revision",
] as const;

/** The fault of a request that must be refused. */
export type FaultKind = (typeof faults)[number];

/** Ids that collide: equal, equal in all but letter case, and equal for 32 and 64 characters. */
const ids = [
  "id",
  "id-2",
  "ID",
  ...[32, 64].flatMap((size) => ["a", "b", "A"].map((end) => `${"k".repeat(size)}${end}`)),
];

/** Names that collide with the fixture's alias `live`, with versions and with each other. */
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
/** Each version of the first function costs every later history a read, because that function is never created again. */
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

const kind = <K extends HistoryCommand["kind"]>(name: K) => fc.constant(name);

/** One random command. */
export const command: fc.Arbitrary<HistoryCommand> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: kind("add"), ...at, sid }) },
  { weight: 5, arbitrary: fc.record({ kind: kind("remove"), ...at, sid }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind("guarded"),
      ...at,
      sid,
      source: fc.constantFrom(...sources),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind("broken"),
      ...at,
      sid,
      fault: fc.constantFrom(...faults),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: kind("read"), ...at }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("resource"), ...at }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("publish"), other: mostlyOther }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("alias"), other: mostlyOther, alias }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("re-create") }) },
);

/** The fewest and the most commands of a random history. */
export const lengths = { least: 3, most: 14 } as const;

/** Random histories; equal seeds give equal ones. */
export const commands: fc.Arbitrary<readonly HistoryCommand[]> = fc.array(command, {
  minLength: lengths.least,
  maxLength: lengths.most,
});

/** Says whether a value from a file is a command. Ids and names must be of those that random histories use. */
export function isHistoryCommand(value: unknown): value is HistoryCommand {
  if (!isRecord(value)) return false;
  const { kind, other, qualifier, alias, form, encoding, sid, source, fault } = value;
  if (kind === "re-create") return true;
  if (typeof other !== "boolean") return false;
  if (kind === "publish") return true;
  if (!aliases.some((one) => one === alias)) return false;
  if (kind === "alias") return true;
  const isAt = qualifiers.some((one) => one === qualifier) && isNumber(form) && isNumber(encoding);
  if (!isAt) return false;
  if (kind === "read" || kind === "resource") return true;
  if (!ids.some((one) => one === sid)) return false;
  if (kind === "guarded") return sources.some((one) => one === source);
  if (kind === "broken") return faults.some((one) => one === fault);
  return kind === "add" || kind === "remove";
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

/** A policy of the fixture: a function's own, or that of a version or an alias. */
export interface PlannedPolicy {
  readonly fn: FixtureFunction;
  /** Null for the function itself; `versionSlot` for a version that the history publishes. */
  readonly qualifier: string | null;
  /** Key of the step that publishes the version. */
  readonly versionFrom: string | null;
}

/** A history that is being built. */
export interface HistoryDraft {
  readonly fixture: Fixture;
  readonly batches: Batch[];
  /** Versions and aliases that it has created, by function. */
  readonly made: Map<FixtureFunction, Made>;
  /** Policies that were written to, by `policyKey`. */
  readonly touched: Map<string, PlannedPolicy>;
  /** Reads that may have shown a revision, with the policy. */
  readonly seen: { readonly key: string; readonly policy: string }[];
}

interface Made {
  /** Keys of the steps that published a version. */
  readonly versions: string[];
  readonly aliases: Set<string>;
}

/** Appends a batch of one step. */
export function send(draft: HistoryDraft, key: string, step: Omit<Step, "key">): void {
  draft.batches.push([{ key, ...step }]);
}

/** Equal for equal policies of one history. */
export function policyKey({ fn, qualifier, versionFrom }: PlannedPolicy): string {
  return `${fn.name} ${qualifier} ${versionFrom}`;
}

/**
 * The policy that a command is for; a version or an alias that does not exist yet is created first. The first function
 * keeps those of the fixture. The second may have lost them in an earlier history, so only those count that this
 * history has created.
 */
export function policyFor(
  draft: HistoryDraft,
  { other, qualifier, alias }: Pick<At, "other" | "qualifier" | "alias">,
): PlannedPolicy {
  const { fixture } = draft;
  const fn = functionAt(fixture, other);
  if (qualifier === "function") return { fn, qualifier: null, versionFrom: null };
  if (qualifier === "version") return versionOf(draft, fn, 0);
  if (qualifier === "second-version") return versionOf(draft, fn, 1);
  const fixtureFunction = fn === fixture.main ? (fn.aliases?.live ?? null) : null;
  if (!canMake(fixture) || (qualifier === "alias" && fixtureFunction !== null))
    return { fn, qualifier: fixtureFunction, versionFrom: null };
  return makeAlias(draft, other, alias);
}

/** Publishes a version. Returns the key of the step, or null where nothing may be created. */
export function makeVersion(draft: HistoryDraft, other: boolean): string | null {
  if (!canMake(draft.fixture)) return null;
  const fn = functionAt(draft.fixture, other);
  const key = `publish-${draft.batches.length}`;
  send(draft, key, { call: publishVersion(fn.name) });
  madeOf(draft, fn).versions.push(key);
  return key;
}

/**
 * Creates an alias that the history has not created yet, for an existing or a new version. Where nothing may be created
 * it stands for the function itself.
 */
export function makeAlias(draft: HistoryDraft, other: boolean, name: string): PlannedPolicy {
  const fn = functionAt(draft.fixture, other);
  const { aliases } = madeOf(draft, fn);
  const policy = { fn, qualifier: name, versionFrom: null };
  if (aliases.has(name)) return policy;
  if (!canMake(draft.fixture)) return { ...policy, qualifier: null };
  const { qualifier, versionFrom } = versionOf(draft, fn, 0);
  if (qualifier === null) return { ...policy, qualifier: null };
  const call = createAlias(fn.name, name, qualifier);
  send(draft, `alias-${draft.batches.length}`, versionFrom === null ? { call } : { call, versionFrom });
  aliases.add(name);
  return policy;
}

/** Deletes the second function and creates it again; with it go all its versions and aliases. */
export function makeAnew(draft: HistoryDraft): void {
  const { other, recipe } = draft.fixture;
  if (other === null || recipe === null) return;
  send(draft, `delete-${draft.batches.length}`, { call: deleteFunction(other.name) });
  send(draft, `create-${draft.batches.length}`, { call: createFunction(other.name, recipe) });
  draft.made.delete(other);
  for (const [key, { fn }] of draft.touched) if (fn === other) draft.touched.delete(key);
  // A target that only counts revisions may repeat one of the deleted function.
  draft.seen.splice(
    0,
    draft.seen.length,
    ...draft.seen.filter(({ policy }) => !policy.startsWith(`${other.name} `)),
  );
}

function functionAt({ main, other }: Fixture, second: boolean): FixtureFunction {
  return second ? (other ?? main) : main;
}

function versionOf(draft: HistoryDraft, fn: FixtureFunction, index: number): PlannedPolicy {
  const published = madeOf(draft, fn).versions;
  const fixtureFunction = fn === draft.fixture.main ? fn.versions : [];
  const qualifier = fixtureFunction[index] ?? fixtureFunction[0] ?? null;
  const useStaged = index === 0 || published.length === 0;
  if (qualifier !== null && useStaged) return { fn, qualifier, versionFrom: null };
  const versionFrom = published[index] ?? published[0] ?? makeVersion(draft, fn !== draft.fixture.main);
  return { fn, qualifier: versionFrom === null ? null : versionSlot, versionFrom };
}

function madeOf(draft: HistoryDraft, fn: FixtureFunction): Made {
  const known = draft.made.get(fn) ?? { versions: [], aliases: new Set() };
  draft.made.set(fn, known);
  return known;
}

/** Versions and aliases are created only where the run owns the function and the fixture has some. */
function canMake({ recipe, main }: Fixture): boolean {
  return recipe !== null && main.versions.length > 0;
}

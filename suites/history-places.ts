import { createAlias, createFunction, deleteFunction, publishVersion } from "../generators/call.ts";
import { type Round, type Step, versionSlot } from "../spec/exchange.ts";
import type { Stage, StagedFunction } from "../spec/stage.ts";
import type { At } from "./history-commands.ts";

/** A policy of the stage: a function's own, or that of a version or an alias. */
export interface Place {
  readonly fn: StagedFunction;
  /** Null for the function itself; `versionSlot` for a version that the history publishes. */
  readonly qualifier: string | null;
  /** Key of the step that publishes the version. */
  readonly versionFrom: string | null;
}

/** A history while it is written. */
export interface Draft {
  readonly stage: Stage;
  readonly rounds: Round[];
  /** Versions and aliases that it has made, by function. */
  readonly made: Map<StagedFunction, Made>;
  /** Policies that something was sent to, by `placeKey`. */
  readonly touched: Map<string, Place>;
  /** Reads that may have shown a revision, and of which policy. */
  readonly seen: { readonly key: string; readonly place: string }[];
}

interface Made {
  /** Keys of the steps that published a version. */
  readonly versions: string[];
  readonly aliases: Set<string>;
}

/** Writes a round of one step. */
export function send(draft: Draft, key: string, step: Omit<Step, "key">): void {
  draft.rounds.push([{ key, ...step }]);
}

/** Equal for equal places of one history. */
export function placeKey({ fn, qualifier, versionFrom }: Place): string {
  return `${fn.name} ${qualifier} ${versionFrom}`;
}

/**
 * The place that a command is for; a version or an alias that is not there yet is made first. The first function keeps
 * those that it was staged with. The second may have lost its own in an earlier history: only those count that this
 * one has made.
 */
export function placeFor(
  draft: Draft,
  { other, qualifier, alias }: Pick<At, "other" | "qualifier" | "alias">,
): Place {
  const { stage } = draft;
  const fn = functionAt(stage, other);
  if (qualifier === "function") return { fn, qualifier: null, versionFrom: null };
  if (qualifier === "version") return versionOf(draft, fn, 0);
  if (qualifier === "second-version") return versionOf(draft, fn, 1);
  const staged = fn === stage.main ? (fn.aliases?.live ?? null) : null;
  if (!canMake(stage) || (qualifier === "alias" && staged !== null))
    return { fn, qualifier: staged, versionFrom: null };
  return makeAlias(draft, other, alias);
}

/** Publishes a version; gives the key of the step, or null where nothing may be made. */
export function makeVersion(draft: Draft, other: boolean): string | null {
  if (!canMake(draft.stage)) return null;
  const fn = functionAt(draft.stage, other);
  const key = `publish-${draft.rounds.length}`;
  send(draft, key, { call: publishVersion(fn.name) });
  madeOf(draft, fn).versions.push(key);
  return key;
}

/** Creates an alias that the history has not made yet, on a version that is there or made for it. */
export function makeAlias(draft: Draft, other: boolean, name: string): Place {
  const fn = functionAt(draft.stage, other);
  const { aliases } = madeOf(draft, fn);
  const place = { fn, qualifier: name, versionFrom: null };
  if (aliases.has(name)) return place;
  const { qualifier, versionFrom } = versionOf(draft, fn, 0);
  if (qualifier === null) return { ...place, qualifier: null };
  const call = createAlias(fn.name, name, qualifier);
  send(draft, `alias-${draft.rounds.length}`, versionFrom === null ? { call } : { call, versionFrom });
  aliases.add(name);
  return place;
}

/** Deletes the second function and creates it again; with it go all its versions and aliases. */
export function makeAnew(draft: Draft): void {
  const { other, recipe } = draft.stage;
  if (other === null || recipe === null) return;
  send(draft, `delete-${draft.rounds.length}`, { call: deleteFunction(other.name) });
  send(draft, `create-${draft.rounds.length}`, { call: createFunction(other.name, recipe) });
  draft.made.delete(other);
  for (const [key, { fn }] of draft.touched) if (fn === other) draft.touched.delete(key);
  // Where revisions only count, one of an earlier life may come again.
  draft.seen.splice(
    0,
    draft.seen.length,
    ...draft.seen.filter(({ place }) => !place.startsWith(`${other.name} `)),
  );
}

function functionAt({ main, other }: Stage, second: boolean): StagedFunction {
  return second ? (other ?? main) : main;
}

function versionOf(draft: Draft, fn: StagedFunction, index: number): Place {
  const published = madeOf(draft, fn).versions;
  const staged = fn === draft.stage.main ? fn.versions : [];
  const qualifier = staged[index] ?? staged[0] ?? null;
  const useStaged = index === 0 || published.length === 0;
  if (qualifier !== null && useStaged) return { fn, qualifier, versionFrom: null };
  const versionFrom = published[index] ?? published[0] ?? makeVersion(draft, fn !== draft.stage.main);
  return { fn, qualifier: versionFrom === null ? null : versionSlot, versionFrom };
}

function madeOf(draft: Draft, fn: StagedFunction): Made {
  const known = draft.made.get(fn) ?? { versions: [], aliases: new Set() };
  draft.made.set(fn, known);
  return known;
}

/** Versions and aliases are made where the run has created the function and could stage some. */
function canMake({ recipe, main }: Stage): boolean {
  return recipe !== null && main.versions.length > 0;
}

import { Fault, type OptionSpelling } from "../spec/fault.ts";
import { allParts, type Fixture, type FixtureFunction, type FixtureParts, isWhole } from "../spec/fixture.ts";
import type { UnsupportedCapability } from "../spec/verdict.ts";
import {
  type CreateContext,
  type CreatedFunction,
  createFunction,
  type FunctionSettings,
  firstSettings,
} from "./create-function.ts";
import { type Sleep, sleep } from "./deadline.ts";
import { type Chosen, savePolicy } from "./existing-policy.ts";
import { findFunction, placeOf } from "./find-function.ts";
import { type Created, type Journal, noJournal } from "./journal.ts";
import { lambdaApi, replyText } from "./lambda-api.ts";
import type { Clock, Transport } from "./transport.ts";
import {
  addVersionsAndAliases,
  type Complete,
  type ExistingQualifiers,
  type Listed,
} from "./versions-and-aliases.ts";
import {
  type ArrangeContext,
  isNotReady,
  isOccupied,
  mayHaveHappened,
  retryWhile,
  type WaitContext,
} from "./wait.ts";

/** Options for creating or finding the functions of a fixture. */
export interface ArrangeOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** The endpoint as messages print it. */
  readonly endpoint: string;
  /** The prefix of every created name, such as `addperm-ct-1a2b`; at most 40 characters. */
  readonly prefix: string;
  /** The value of the tag that marks leftovers. */
  readonly startedAt: Date;
  /** The time limit of each request, in milliseconds. */
  readonly deadlineMs: number;
  /** The execution role; by default a dummy role, or a new one where the target requires one that exists. */
  readonly role?: string | undefined;
  /** The settings that an earlier fixture of the run ended with; this fixture begins with them. */
  readonly recipe?: FunctionSettings | null | undefined;
  readonly journal?: Journal | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly sleep?: Sleep | undefined;
  /** What to create besides the function under test; by default all. */
  readonly parts?: FixtureParts | undefined;
  /** The ids of the statements that were sent so far to an existing function. */
  readonly sentIds?: (() => readonly string[]) | undefined;
  /** The longest wait for the target to become ready, in milliseconds; 60 000 by default. */
  readonly waitTimeoutMs?: number | undefined;
  /** What the user can do when the target creates no function, as the end of a sentence. */
  readonly remedy?: string | undefined;
  /** How messages name an option; by default its name in the library. */
  readonly optionName?: OptionSpelling | undefined;
  /** Receives the tear-down function before anything is created, so that a failed set-up can be cleaned up, too. */
  readonly onTearDown?: ((tearDown: Arranged["tearDown"]) => void) | undefined;
}

export interface Arranged {
  readonly fixture: Fixture;
  /** The capabilities that the fixture does without. */
  readonly missing: readonly UnsupportedCapability[];
  /** The settings of its functions; null if none was created. */
  readonly recipe: FunctionSettings | null;
  /** Removes what was created and returns what is left. Never rejects; can be called again. */
  tearDown(): Promise<readonly Leftover[]>;
}

/** What could not be removed or restored: a sentence, or a resource with the reason. */
export type Leftover =
  | string
  | {
      readonly kind: Created;
      readonly name: string;
      readonly why: string;
      /** True if a journal names it, so that `sweep` finds it. */
      readonly noted: boolean;
    };

/** Sentences about leftovers: one for all resources that were left for the same reason. */
export function leftoverTexts(all: readonly Leftover[]): readonly string[] {
  const groupOf = (one: Leftover) => (typeof one === "string" ? one : `${one.kind} ${one.why}`);
  const groups = [...new Set(all.map(groupOf))];
  return groups.map((group) => leftoverText(all.filter((one) => groupOf(one) === group)));
}

function leftoverText([first = "", ...more]: readonly Leftover[]): string {
  if (typeof first === "string") return first;
  const { kind, name, why, noted } = first;
  const remedy = noted ? `; the sweep subcommand removes ${more.length === 0 ? "it" : "them"}` : "";
  const what =
    more.length === 0
      ? `the ${kind === "functions" ? "function" : "role"} ${name} is left behind`
      : `${more.length + 1} ${kind} are left behind, ${name} and ${more.length} more`;
  return `${what} (${why})${remedy}`;
}

/** Creates a function with versions and aliases, and one without, or a part of these. If it fails, removes all; throws a Fault. */
export function arrange(options: ArrangeOptions): Promise<Arranged> {
  return beginToArrange(options).complete(options.parts);
}

/** A fixture whose function under test is in creation, and may not be active yet. */
export interface Begun {
  /** True once it was torn down. */
  isRemoved(): boolean;
  /** Waits until the function is active and creates the other parts. If that fails, removes all; throws a Fault. */
  complete(parts?: FixtureParts): Promise<Arranged>;
}

/** Begins to create a function, which can become active while nothing waits for it. Does not throw; `complete` does. */
export function beginToArrange(options: ArrangeOptions): Begun {
  const created = new Map<string, Created>();
  const uncertain = new Map<string, number>();
  const journal = options.journal ?? noJournal;
  const context: CreateContext = {
    ...contextOf(options),
    roleName: `${options.prefix}-role`,
    async note(kind, name) {
      created.set(name, kind);
      await journal.note(kind, name);
    },
    async removeNote(kind, name) {
      created.delete(name);
      await journal.removeNote(kind, name);
    },
    // A creation without an answer may still happen, but not later than one more request timeout.
    mayAppearLater: (name) => uncertain.set(name, options.clock() + options.deadlineMs),
  };
  const removeAll = tearDownOf(options, created, uncertain);
  const tags = { "addpermission-conformance": options.startedAt.toISOString() };
  const first = options.recipe ?? firstSettings(options.role, tags);
  const creations = new Set<Promise<CreatedFunction>>();
  const create = (name: string, settings: FunctionSettings): Promise<CreatedFunction> => {
    const creation = createFunction(context, `${options.prefix}-${name}`, settings);
    creations.add(creation);
    return creation;
  };
  // What is still in creation has to exist before it can be removed.
  let isRemoved = false;
  const tearDown = async () => {
    isRemoved = true;
    await Promise.allSettled(creations);
    return removeAll();
  };
  options.onTearDown?.(tearDown);
  const creation = create("main", first);
  // The caller of `complete` gets the error.
  creation.catch(() => {});
  const completed = async (parts: FixtureParts): Promise<Arranged> => {
    // Where functions take a while to become active, both do so at the same time.
    const early = parts.other && options.recipe?.pendingMs ? create("other", first) : null;
    early?.catch(() => {});
    const main = await build(context, `${options.prefix}-main`, await creation, parts);
    if (!parts.other) {
      const fixture = fixtureOf(context, options, main, null);
      return { fixture, missing: main.missing, recipe: main.settings, tearDown };
    }
    const {
      other,
      missing,
      settings: recipe,
    } = await buildOther(options, main.settings, () => early ?? create("other", main.settings));
    const fixture = fixtureOf(context, options, main, other);
    return { fixture, missing: [...main.missing, ...missing], recipe, tearDown };
  };
  return {
    isRemoved: () => isRemoved,
    async complete(parts = allParts) {
      try {
        return await completed(parts);
      } catch (error) {
        throw withLeftovers(error, await tearDown(), options);
      }
    },
  };
}

/** The error of a failed set-up, with what is left behind. */
function withLeftovers(error: unknown, left: readonly Leftover[], { remedy }: ArrangeOptions): unknown {
  // A target with its own remedy ends with this process, and its leftovers end with it.
  if (left.length === 0 || remedy !== undefined || !(error instanceof Fault)) return error;
  const { message, option } = error;
  return new Fault(`${message} Besides, ${leftoverTexts(left).join("; ")}.`, { cause: error, option });
}

/** What became of the second function. */
interface BuiltOther extends Pick<Arranged, "missing"> {
  readonly other: Fixture["other"];
  readonly settings: FunctionSettings;
}

/** Completes the second function, which a target may refuse. It has no versions: some services publish only changed code. */
async function buildOther(
  { prefix, signal }: ArrangeOptions,
  first: FunctionSettings,
  creation: () => Promise<CreatedFunction>,
): Promise<BuiltOther> {
  try {
    const { arn, settings } = await (await creation()).untilActive({ mayBeUnread: true });
    return { other: { name: `${prefix}-other`, arn, versions: [], aliases: null }, missing: [], settings };
  } catch (error) {
    if (signal?.aborted === true || !(error instanceof Fault)) throw error;
    return { other: null, missing: [{ needs: "other", reason: error.message }], settings: first };
  }
}

function fixtureOf(
  context: ArrangeContext,
  { prefix }: ArrangeOptions,
  { fixtureFunction, settings: { role, runtime, zip } }: Built,
  other: Fixture["other"],
): Fixture {
  return {
    ...placeOf(context, fixtureFunction.arn),
    main: fixtureFunction,
    other,
    unknownName: `${prefix}-none`,
    recipe: { role, runtime, zip },
  };
}

/**
 * Uses an existing function, and one version and one alias that it has, and creates nothing; tearing down restores their
 * policies. Throws a Fault and changes nothing if the function does not exist or its policy cannot be restored.
 */
export async function useExisting(name: string, options: ArrangeOptions): Promise<Arranged> {
  const context = contextOf(options);
  const journal = options.journal ?? noJournal;
  const saving = {
    journal,
    context,
    cleaning: cleaningContext(options),
    sentIds: options.sentIds ?? (() => []),
    copyId: `${options.prefix}-copy`,
  };
  const { found, arn, undescribed } = await findFunction(name, saving);
  const place = placeOf(context, arn);
  const isDescribed = undescribed === null;
  const saved = await savePolicy({ ...saving, functionName: found, arn, isDescribed });
  const { version, alias, qualifiers } = saved;
  const main: FixtureFunction = {
    name: found,
    arn,
    versions: "why" in version ? [] : [version.qualifier],
    aliases: "why" in alias ? null : { live: alias.qualifier },
    unused: unusedOf(qualifiers, [version, alias]),
  };
  return {
    fixture: { ...place, main, other: null, unknownName: `${options.prefix}-none`, recipe: null },
    missing: [
      { needs: "other", reason: "only the existing function is used" },
      ...("why" in version ? [{ needs: "versions" as const, reason: version.why }] : []),
      ...("why" in alias ? [{ needs: "aliases" as const, reason: alias.why }] : []),
      ...(undescribed === null ? [] : [{ needs: "describe" as const, reason: undescribed }]),
    ],
    recipe: null,
    tearDown: saved.restore,
  };
}

/** The versions and aliases that exist and are not chosen. */
function unusedOf(
  { versions, aliases }: ExistingQualifiers,
  chosen: readonly Chosen[],
): NonNullable<FixtureFunction["unused"]> {
  const used = chosen.flatMap((one) => ("why" in one ? [] : [one.qualifier]));
  const others = (listed: Listed) =>
    typeof listed === "string" ? [] : listed.names.filter((name) => !used.includes(name));
  const isComplete = typeof versions !== "string" && versions.isLast;
  return { versions: isComplete ? others(versions) : null, aliases: others(aliases) };
}

/** The unsupported capabilities of a fixture that is one function without versions and aliases. */
export function onlyTheFunction(reason: string): readonly UnsupportedCapability[] {
  return (["other", "versions", "aliases"] as const).map((needs) => ({ needs, reason }));
}

function contextOf({ signal, ...options }: ArrangeOptions): ArrangeContext {
  return {
    lambda: lambdaApi(options.transport, { deadlineMs: options.deadlineMs, signal }),
    endpoint: options.endpoint,
    clock: options.clock,
    sleep: options.sleep ?? sleep,
    waitTimeoutMs: options.waitTimeoutMs ?? 60_000,
    signal,
    remedy: options.remedy,
    optionName: options.optionName ?? ((option) => option),
  };
}

/** Clean-up ignores the signal and the budget of the run. */
function cleaningContext(options: ArrangeOptions): WaitContext {
  return {
    lambda: lambdaApi(options.transport, { deadlineMs: options.deadlineMs, essential: true }),
    clock: options.clock,
    sleep: options.sleep ?? sleep,
    waitTimeoutMs: tearDownWaitTimeoutMs,
  };
}

type Built = Complete & { readonly settings: FunctionSettings };

async function build(
  context: CreateContext,
  name: string,
  created: CreatedFunction,
  parts: FixtureParts,
): Promise<Built> {
  // Where only some parts are created, a whole fixture was created before.
  const isFirst = isWhole(parts);
  const { arn, settings } = await created.untilActive({ mayBeUnread: !isFirst });
  const passes = isFirst ? isOccupied : isNotReady;
  const target = { passes, repeatsVersion: settings.repeatsVersion };
  const { repeatsVersion, ...added } = await addVersionsAndAliases(context, name, arn, parts, target);
  return { ...added, settings: { ...settings, repeatsVersion } };
}

/** The longest wait of a clean-up for a busy target, in milliseconds. */
const tearDownWaitTimeoutMs = 10_000;

/** `uncertain` has the time until which a function may still appear after its creation got no answer. */
function tearDownOf(
  options: ArrangeOptions,
  created: Map<string, Created>,
  uncertain: ReadonlyMap<string, number>,
): () => Promise<readonly Leftover[]> {
  return async () => {
    // All deletions share this wait.
    const until = options.clock() + tearDownWaitTimeoutMs;
    const context = cleaningContext(options);
    const leftBehind: Leftover[] = [];
    const noted = options.journal !== undefined;
    for (const [name, kind] of [...created]) {
      const why =
        kind === "functions"
          ? await deleteFunction(
              { ...context, waitTimeoutMs: until - options.clock() },
              name,
              uncertain.get(name),
            )
          : await context.lambda.deleteRole(name);
      if (why === null) {
        created.delete(name);
        await (options.journal ?? noJournal).removeNote(kind, name).catch(() => {});
      } else leftBehind.push({ kind, name, why, noted });
    }
    return leftBehind;
  };
}

/** The most times that a deletion is sent again after an answer that says nothing about it. */
const mostAfterFailures = 2;

/** Deletes a function, again until `mayAppearUntil` if there is none; null, or why it is left. */
export async function deleteFunction(
  context: WaitContext,
  name: string,
  mayAppearUntil = Number.NEGATIVE_INFINITY,
): Promise<string | null> {
  let failures = 0;
  const reply = await retryWhile(
    context,
    () => context.lambda.deleteFunction(name),
    (refused) => {
      if (refused.status === 404) return context.clock() < mayAppearUntil;
      return isNotReady(refused) || (mayHaveHappened(refused) && ++failures <= mostAfterFailures);
    },
  );
  return reply.ok || reply.status === 404 ? null : replyText(reply);
}

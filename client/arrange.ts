import { Fault, type OptionSpelling } from "../spec/fault.ts";
import type { Fixture } from "../spec/fixture.ts";
import type { UnsupportedCapability } from "../spec/verdict.ts";
import {
  type CreateContext,
  createFunction,
  type FunctionSettings,
  firstSettings,
} from "./create-function.ts";
import { type Sleep, sleep } from "./deadline.ts";
import { savePolicy } from "./existing-policy.ts";
import { type Created, type Journal, noJournal } from "./journal.ts";
import { lambdaApi, replyText } from "./lambda-api.ts";
import type { Clock, Transport } from "./transport.ts";
import { addVersionsAndAliases, type Complete } from "./versions-and-aliases.ts";
import { type ArrangeContext, isBusy, isNotReady, notLambda, retryWhile, type WaitContext } from "./wait.ts";

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
  /**
   * The execution role. Without one, functions name a dummy role, or a new role where the target requires one that
   * exists.
   */
  readonly role?: string | undefined;
  /** The settings that an earlier fixture of the run ended with; this fixture begins with them. */
  readonly recipe?: FunctionSettings | null | undefined;
  readonly journal?: Journal | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly sleep?: Sleep | undefined;
  /** Create one function without versions, aliases or a second function. */
  readonly bare?: boolean | undefined;
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

/** A fixture that is set up. */
export interface Arranged {
  readonly fixture: Fixture;
  /** The capabilities that the fixture does without. */
  readonly missing: readonly UnsupportedCapability[];
  /** The settings of its functions; null if none was created. */
  readonly recipe: FunctionSettings | null;
  /** Removes what was created and returns one sentence for each leftover. Never rejects; can be called again. */
  tearDown(): Promise<readonly string[]>;
}

/**
 * Creates a function with versions and aliases, and a second one without. If the first function cannot be created,
 * removes everything and throws a Fault.
 */
export async function arrange(options: ArrangeOptions): Promise<Arranged> {
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
  const tearDown = tearDownOf(options, created, uncertain);
  options.onTearDown?.(tearDown);
  try {
    const tags = { "addpermission-conformance": options.startedAt.toISOString() };
    const first = options.recipe ?? firstSettings(options.role, tags);
    const main = await build(context, `${options.prefix}-main`, first, options.bare ?? false);
    if (options.bare)
      return {
        fixture: fixtureOf(context, options, main, null),
        missing: [],
        recipe: main.settings,
        tearDown,
      };
    // The second function has no versions: a service that publishes only changed code publishes one version at
    // most.
    const name = `${options.prefix}-other`;
    const other = await createFunction(context, name, main.settings).catch((error: unknown) => {
      if (options.signal?.aborted === true) throw error;
      return error instanceof Fault ? error.message : Promise.reject(error);
    });
    const missing = typeof other === "string" ? [{ needs: "other" as const, reason: other }] : [];
    const second = typeof other === "string" ? null : { name, arn: other.arn, versions: [], aliases: null };
    const fixture = fixtureOf(context, options, main, second);
    return { fixture, missing: [...main.missing, ...missing], recipe: main.settings, tearDown };
  } catch (error) {
    const leftBehind = await tearDown();
    // A target with its own remedy ends with this process, and its leftovers end with it.
    if (leftBehind.length === 0 || options.remedy !== undefined || !(error instanceof Fault)) throw error;
    const { option } = error;
    throw new Fault(`${error.message} Besides, ${leftBehind.join("; ")}.`, { cause: error, option });
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
 * Uses an existing function and creates nothing; tearing down restores its policy. Throws a Fault and changes
 * nothing if the function does not exist or its policy cannot be restored.
 */
export async function useExisting(name: string, options: ArrangeOptions): Promise<Arranged> {
  const context = contextOf(options);
  const reply = await retryWhile(context, () => context.lambda.getFunction(name), isBusy);
  if (!reply.ok) {
    const fault = notLambda(context, "GetFunction", reply);
    if (fault !== null) throw fault;
    throw new Fault(
      `${options.endpoint} answered GetFunction for ${name} with ${replyText(reply)}: name a function that exists with ${context.optionName("functionName")}, or leave it out to have one created.`,
      { option: "functionName" },
    );
  }
  const { FunctionArn: arn = "", FunctionName: found = name } = reply.value;
  const place = placeOf(context, arn);
  const tearDown = await savePolicy({
    functionName: found,
    arn: arn.split(":").slice(0, 7).join(":"),
    journal: options.journal ?? noJournal,
    context,
    cleaning: cleaningContext(options),
    sentIds: options.sentIds ?? (() => []),
    copyId: `${options.prefix}-copy`,
  });
  return {
    fixture: {
      ...place,
      main: { name: found, arn, versions: [], aliases: null },
      other: null,
      unknownName: `${options.prefix}-none`,
      recipe: null,
    },
    missing: onlyTheFunction(
      "only the existing function is used, without versions, aliases or a second function",
    ),
    recipe: null,
    tearDown,
  };
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
  first: FunctionSettings,
  bare: boolean,
): Promise<Built> {
  const { arn, settings } = await createFunction(context, name, first);
  if (bare) return { fixtureFunction: { name, arn, versions: [], aliases: null }, missing: [], settings };
  return { ...(await addVersionsAndAliases(context, name, arn)), settings };
}

/** Partition, region and account, read from the ARN that the target returned. */
function placeOf(
  { endpoint }: ArrangeContext,
  arn: string,
): Pick<Fixture, "partition" | "region" | "account"> {
  const [, partition, service, region, account] = arn.split(":");
  if (service === "lambda" && partition !== undefined && region !== undefined && account !== undefined) {
    return { partition, region, account };
  }
  throw new Fault(
    `${endpoint} returned "${arn.slice(0, 200)}" instead of the ARN of a function: give the URL of something that speaks the Lambda API.`,
  );
}

/** The longest wait of a clean-up for a busy target, in milliseconds. */
const tearDownWaitTimeoutMs = 10_000;

/** `uncertain` has the time until which a function may still appear after its creation got no answer. */
function tearDownOf(
  options: ArrangeOptions,
  created: Map<string, Created>,
  uncertain: ReadonlyMap<string, number>,
): () => Promise<readonly string[]> {
  return async () => {
    // All deletions share this wait.
    const until = options.clock() + tearDownWaitTimeoutMs;
    const context = cleaningContext(options);
    const leftBehind: string[] = [];
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
      } else
        leftBehind.push(
          `${kind === "functions" ? "the function" : "the role"} ${name} is left behind (${why})`,
        );
    }
    return leftBehind;
  };
}

/**
 * Deletes a function with its versions and aliases. Returns null when it is gone, else the target's answer. Repeats
 * a deletion that finds nothing until `mayAppearUntil`.
 */
export async function deleteFunction(
  context: WaitContext,
  name: string,
  mayAppearUntil = Number.NEGATIVE_INFINITY,
): Promise<string | null> {
  const reply = await retryWhile(
    context,
    () => context.lambda.deleteFunction(name),
    (refused) => (refused.status === 404 ? context.clock() < mayAppearUntil : isNotReady(refused)),
  );
  return reply.ok || reply.status === 404 ? null : replyText(reply);
}

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

/** What arranging needs. */
export interface ArrangeOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** The endpoint as it is named in messages. */
  readonly endpoint: string;
  /** Begins the name of everything that is created, such as `addperm-ct-1a2b`; at most 40 characters. */
  readonly prefix: string;
  /** For the tag by which leftovers are recognised. */
  readonly startedAt: Date;
  /** Milliseconds for each request. */
  readonly deadlineMs: number;
  /** Execution role; without one a dummy is named, and one is created where the target insists. */
  readonly role?: string | undefined;
  /** What an earlier fixture of the run was created with; the next begins where that one ended. */
  readonly recipe?: FunctionSettings | null | undefined;
  readonly journal?: Journal | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly sleep?: Sleep | undefined;
  /** Create one function and nothing with it. */
  readonly bare?: boolean | undefined;
  /** Ids of the statements that were sent so far to a function that is not ours. */
  readonly sentIds?: (() => readonly string[]) | undefined;
  /** Longest wait for something that is on its way, in milliseconds; 60 000 unless told otherwise. */
  readonly waitTimeoutMs?: number | undefined;
  /** What to do when nothing can be arranged, as the end of a sentence. */
  readonly remedy?: string | undefined;
  /** What sentences call an option; its name in the library unless told otherwise. */
  readonly optionName?: OptionSpelling | undefined;
  /** Hears, before anything is created, how to remove it: so it is known also where arranging fails half-way. */
  readonly onTearDown?: ((tearDown: Arranged["tearDown"]) => void) | undefined;
}

/** A fixture that stands. */
export interface Arranged {
  readonly fixture: Fixture;
  /** What the fixture could not be given. */
  readonly missing: readonly UnsupportedCapability[];
  /** What its functions were created with; null where none were. */
  readonly recipe: FunctionSettings | null;
  /** Removes what was created; tells what is left behind, one sentence each. Never rejects; may be called again. */
  tearDown(): Promise<readonly string[]>;
}

/**
 * Creates a function with versions and aliases, and a second one without. Throws a Fault when the first function cannot be had, after
 * removing what was created.
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
    // What a target has not done when it has had the time of a request once more, it will not do any more.
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
    // The second is left without versions: a service that publishes only changed code publishes its first one once.
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
    // A target with a remedy of its own ends with this process, and what is left there with it.
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
 * Uses a function that exists and creates nothing; undoing gives its policy back what it held. Throws a Fault when the
 * function cannot be found, or its policy could not be given back; nothing is changed then.
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

/** What a fixture lacks that is one function and nothing else. */
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

/** Cleaning up goes on when the run's own signal is given or its budget is spent. */
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
    `${endpoint} returned "${arn.slice(0, 200)}" where the ARN of a function belongs: give the URL of something that speaks the Lambda API.`,
  );
}

/** Longest wait, in milliseconds, for a busy target that is to be cleaned up. */
const tearDownWaitTimeoutMs = 10_000;

/** `doubtful` says until when those may still appear whose creation was given up. */
function tearDownOf(
  options: ArrangeOptions,
  created: Map<string, Created>,
  uncertain: ReadonlyMap<string, number>,
): () => Promise<readonly string[]> {
  return async () => {
    // The wait is for all together.
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
 * Deletes a function with all that hangs on it; null when it is gone, else what the target answered. One that may still
 * appear until some moment is asked for until then.
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

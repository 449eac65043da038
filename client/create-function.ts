import { Fault } from "../spec/fault.ts";
import type { Recipe } from "../spec/fixture.ts";
import type { Created } from "./journal.ts";
import { type Refused, type Reply, replyText, type Texts } from "./lambda-api.ts";
import {
  type ArrangeContext,
  isBusy,
  isNotReady,
  lambdaOrStateless,
  mayHaveHappened,
  notLambda,
  retryWhile,
} from "./wait.ts";

/** Settings that a target accepts; the next function is created with them. */
export interface FunctionSettings extends Recipe {
  /** True for a role that was just created: the target may not know it everywhere yet. */
  readonly isRoleNew: boolean;
  readonly tags: Readonly<Record<string, string>> | null;
  /** How long it took until a read showed a new function active, in milliseconds; 0 if the first did, null before any read. */
  readonly pendingMs: number | null;
  /** True if PublishVersion answers the same version again until the function is changed. */
  readonly repeatsVersion: boolean;
}

/** Context for a creation that may need several settings. */
export interface CreateContext extends ArrangeContext {
  /** The name for a new role, where the target requires a role that exists. */
  readonly roleName: string;
  /** Called before a creation, so that a clean-up removes the new thing. */
  readonly note: (kind: Created, name: string) => Promise<void>;
  /** Called when the target has certainly created nothing. */
  readonly removeNote: (kind: Created, name: string) => Promise<void>;
  /** Called when a creation got no answer and may still happen. */
  readonly mayAppearLater: (name: string) => void;
}

const runtimes: readonly [string, ...string[]] = [
  "nodejs22.x",
  "nodejs24.x",
  "nodejs20.x",
  "python3.12",
  "nodejs18.x",
  "python3.9",
];

/** The deployment package of every function in base64: a stored zip with index.js, whose handler returns 0. */
const zip =
  "UEsDBBQAAAAAAAAAIQBC8RGQGgAAABoAAAAIAAAAaW5kZXguanNleHBvcnRzLmhhbmRsZXI9YXN5bmMoKT0+MFBLAQIUAxQAAAAAAAAAIQBC8RGQGgAAABoAAAAIAAAAAAAAAAAAAACkAQAAAABpbmRleC5qc1BLBQYAAAAAAQABADYAAABAAAAAAAA=";

export function firstSettings(role: string | undefined, tags: FunctionSettings["tags"]): FunctionSettings {
  const isRoleNew = role !== undefined;
  return {
    role: role ?? dummyRole,
    isRoleNew,
    runtime: runtimes[0],
    zip,
    tags,
    pendingMs: null,
    repeatsVersion: false,
  };
}

interface ActiveFunction {
  readonly arn: string;
  readonly settings: FunctionSettings;
}

/** A function that was created and may still be pending. */
export interface CreatedFunction {
  /**
   * Waits until it is active. `mayBeUnread`: a function that is created active is not read, if the first one of the run
   * was found at the first read.
   */
  untilActive(options: { readonly mayBeUnread: boolean }): Promise<ActiveFunction>;
}

/** Creates a function. After a refusal it tries another runtime, another role, or no tags. */
export async function createFunction(
  context: CreateContext,
  name: string,
  first: FunctionSettings,
): Promise<CreatedFunction> {
  let settings = first;
  for (;;) {
    // The note comes first: a creation can happen although its answer is lost.
    await context.note("functions", name);
    const reply = await attempt(context, name, settings);
    if (reply.ok) {
      const [accepted, createdAt] = [settings, context.clock()];
      return {
        untilActive: ({ mayBeUnread }) =>
          untilActive({ ...context, name, createdAt }, accepted, reply.value, mayBeUnread),
      };
    }
    const fault = notLambda(context, "CreateFunction", reply);
    // Without a note, clean-up does not delete a function that existed before the run.
    if (fault === null ? reply.status < 500 : createdNothing(reply))
      await context.removeNote("functions", name);
    else if (!(reply.answer.kind === "none" && reply.answer.unsent)) context.mayAppearLater(name);
    if (fault !== null) throw fault;
    const next = await nextSettings(context, settings, reply);
    if (next === null) throw cannotCreate(context, name, settings, reply);
    settings = next;
  }
}

/** Waits until a function that was created is active. Returns its ARN, and the settings with what this showed. */
async function untilActive(
  context: CreateContext & { readonly name: string; readonly createdAt: number },
  settings: FunctionSettings,
  { FunctionArn: returned, State }: Texts<"FunctionArn" | "State">,
  mayBeUnread: boolean,
): Promise<ActiveFunction> {
  const { name, createdAt, clock } = context;
  if (returned?.startsWith("arn:") !== true) throw noArn(context);
  const arn = unqualified(returned);
  const isActive = State === "Active";
  const known = settings.pendingMs;
  const accepted = { ...settings, isRoleNew: false };
  if (isActive && known === 0 && mayBeUnread) return { arn, settings: accepted };
  // Where functions take a while to become active, the first read would come too early.
  const early = isActive ? 0 : Math.min(known ?? 0, longestEarlyMs) - (clock() - createdAt);
  if (early > 0) await context.sleep(early, context.signal);
  // Also an active function is read: some targets do not find at once what they have just created.
  const reads = await waitUntilActive(context, name);
  const pendingMs = Math.max(known ?? 0, reads > 1 ? clock() - createdAt : 0);
  return { arn, settings: { ...accepted, pendingMs } };
}

/** The ARN of a function, without the version or alias that an answer may add to it. */
export function unqualified(arn: string): string {
  return arn.split(":").slice(0, 7).join(":");
}

/** Pauses between two reads of a function that is pending, in milliseconds: a quarter of the time that has passed. */
const pollMs = { shortest: 100, longest: 1000 } as const;

/** The longest wait before the first read, in milliseconds. */
const longestEarlyMs = 5000;

/** True if the request did not arrive, or if the answer is not of a Lambda API. */
function createdNothing({ answer }: Refused): boolean {
  return answer.kind !== "none" || ["refused", "unresolved", "tls"].includes(answer.reason);
}

async function attempt(
  context: ArrangeContext,
  name: string,
  settings: FunctionSettings,
): Promise<Reply<Texts<"FunctionArn" | "State">>> {
  let hasFailed = false;
  const reply = await retryWhile(
    context,
    async () => {
      const answered = await context.lambda.createFunction(name, settings, settings.tags);
      hasFailed ||= !answered.ok && mayHaveHappened(answered) && !isBusy(answered);
      return answered;
    },
    (refused) => isBusy(refused) || (settings.isRoleNew && blames(refused, /\brole\b/i)),
  );
  // A conflict after a failure says that the failed call has created it.
  return hasFailed && !reply.ok && reply.status === 409 ? context.lambda.getFunction(name) : reply;
}

/** The next settings after a refusal; null if none are left. */
async function nextSettings(
  context: CreateContext,
  settings: FunctionSettings,
  reply: Refused,
): Promise<FunctionSettings | null> {
  // The call was repeated for the whole wait: the target is too busy for any creation.
  if (isBusy(reply)) return null;
  if (blames(reply, /runtime/i)) {
    const next = runtimes[runtimes.indexOf(settings.runtime) + 1];
    return next === undefined ? null : { ...settings, runtime: next };
  }
  // A target that was restarted has lost the role that an earlier fixture needed.
  const mayCreateRole = settings.role === dummyRole || /\/addperm-ct-[^/]*-role$/.test(settings.role);
  if (blames(reply, /\brole\b/i) && mayCreateRole) {
    await context.note("roles", context.roleName);
    const role = await context.lambda.createRole(context.roleName);
    return role === null || role === settings.role ? null : { ...settings, role, isRoleNew: true };
  }
  const refused = reply.status >= 400 && reply.status < 500 && reply.status !== 409;
  return settings.tags !== null && refused ? { ...settings, tags: null } : null;
}

function blames(reply: Refused, what: RegExp): boolean {
  return reply.status >= 400 && reply.status < 500 && what.test(reply.message);
}

/** Waits while the function is pending, unless GetFunction is not usable; returns how often that was sent. */
async function waitUntilActive(context: ArrangeContext, name: string): Promise<number> {
  const from = context.clock();
  const until = from + Math.max(context.waitTimeoutMs, 300_000);
  let reads = 0;
  for (;;) {
    const reply = await retryWhile(
      context,
      () => {
        reads += 1;
        return context.lambda.getFunction(name);
      },
      (refused) => isNotReady(refused) && !isNoGetFunction(refused),
    );
    if (!reply.ok) {
      if (isNoGetFunction(reply)) return reads;
      throw new Fault(
        `${context.endpoint} created the function ${name} but answered GetFunction with ${replyText(reply)}: give an existing function with ${context.optionName("functionName")}.`,
        { option: "functionName" },
      );
    }
    const { State: state, StateReason: why } = reply.value;
    if (state !== "Pending") {
      if (state !== "Failed") return reads;
      throw new Fault(
        `The function ${name} was created but failed to start (${why ?? "no reason given"}): give an existing function with ${context.optionName("functionName")}.`,
        { option: "functionName" },
      );
    }
    if (context.clock() > until) {
      throw new Fault(
        `The function ${name} is still pending after 5 minutes: give an existing one with ${context.optionName("functionName")}.`,
        { option: "functionName" },
      );
    }
    const pause = (context.clock() - from) / 4;
    await context.sleep(Math.min(Math.max(pause, pollMs.shortest), pollMs.longest), context.signal);
  }
}

/** True if the answer says nothing of the function, now or a moment later. */
function isNoGetFunction(reply: Refused): boolean {
  if (reply.answer.kind !== "response" || isBusy(reply)) return false;
  return reply.error !== "ResourceNotFoundException" && reply.status !== 409;
}

function cannotCreate(
  context: ArrangeContext,
  name: string,
  settings: FunctionSettings,
  reply: Refused,
): Fault {
  const tried = `runtime ${settings.runtime}, role ${settings.role}`;
  const { optionName } = context;
  // A role cannot be the reason where the path or the operation is unknown.
  const otherwise =
    reply.status === 404
      ? lambdaOrStateless(context)
      : `give a role it accepts with ${optionName("role")}, or an existing function with ${optionName("functionName")}`;
  return new Fault(
    `${context.endpoint} refused to create the function ${name} (${tried}) with ${replyText(reply)}: ${context.remedy ?? otherwise}.`,
    { option: reply.status === 404 ? "endpoint" : "role" },
  );
}

function noArn(context: ArrangeContext): Fault {
  return new Fault(
    `${context.endpoint} answered CreateFunction without a FunctionArn: ${context.remedy ?? lambdaOrStateless(context)}.`,
  );
}

/** The execution role for runs without --role; most emulators do not check it. */
const dummyRole = "arn:aws:iam::123456789012:role/addpermission-conformance";

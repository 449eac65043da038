import { Fault } from "../spec/fault.ts";
import type { Recipe } from "../spec/fixture.ts";
import type { Created } from "./journal.ts";
import { type Refused, type Reply, replyText, type Texts } from "./lambda-api.ts";
import { type ArrangeContext, isBusy, isNotReady, notLambda, retryWhile } from "./wait.ts";

/** What a target was found to accept; the next function is created the same way. */
export interface FunctionSettings extends Recipe {
  /** The role was made a moment ago, so that it may not be known everywhere yet. */
  readonly isRoleNew: boolean;
  readonly tags: Readonly<Record<string, string>> | null;
}

/** What is needed to try other settings. */
export interface CreateContext extends ArrangeContext {
  /** Name of the role that is created where the target insists on one that exists. */
  readonly roleName: string;
  /** Called before something is created, so that it is removed again. */
  readonly note: (kind: Created, name: string) => Promise<void>;
  /** Called when it is sure that nothing was created. */
  readonly removeNote: (kind: Created, name: string) => Promise<void>;
  /** Called when a creation was given up, which may happen all the same, and later. */
  readonly mayAppearLater: (name: string) => void;
}

/** A function that stands. */
export interface CreatedFunction {
  readonly arn: string;
  readonly settings: FunctionSettings;
}

const runtimes: readonly [string, ...string[]] = [
  "nodejs22.x",
  "nodejs24.x",
  "nodejs20.x",
  "python3.12",
  "nodejs18.x",
  "python3.9",
];

/** The deployment package of every function, base64: a stored zip with one file, index.js, whose handler answers 0. */
const zip =
  "UEsDBBQAAAAAAAAAIQBC8RGQGgAAABoAAAAIAAAAaW5kZXguanNleHBvcnRzLmhhbmRsZXI9YXN5bmMoKT0+MFBLAQIUAxQAAAAAAAAAIQBC8RGQGgAAABoAAAAIAAAAAAAAAAAAAACkAQAAAABpbmRleC5qc1BLBQYAAAAAAQABADYAAABAAAAAAAA=";

/** The settings to begin with. */
export function firstSettings(role: string | undefined, tags: FunctionSettings["tags"]): FunctionSettings {
  return { role: role ?? dummyRole, isRoleNew: role !== undefined, runtime: runtimes[0], zip, tags };
}

/** Creates a function and waits until it is active; tries another runtime, role or no tags where one is refused. */
export async function createFunction(
  context: CreateContext,
  name: string,
  first: FunctionSettings,
): Promise<CreatedFunction> {
  // Noted first: a creation whose answer is lost may have happened.
  await context.note("functions", name);
  let settings = first;
  for (;;) {
    const reply = await attempt(context, name, settings);
    if (reply.ok) {
      const arn = reply.value.FunctionArn;
      if (arn?.startsWith("arn:") !== true) throw noArn(context);
      await waitUntilActive(context, name);
      return { arn, settings: { ...settings, isRoleNew: false } };
    }
    const fault = notLambda(context, "CreateFunction", reply);
    // This keeps a function from being deleted that was there before us.
    if (fault === null ? reply.status < 500 : createdNothing(reply))
      await context.removeNote("functions", name);
    else if (!(reply.answer.kind === "none" && reply.answer.unsent)) context.mayAppearLater(name);
    if (fault !== null) throw fault;
    const next = await nextSettings(context, settings, reply);
    if (next === null) throw cannotCreate(context, name, settings, reply);
    settings = next;
    await context.note("functions", name);
  }
}

/** The request never arrived, or at something that creates no functions. */
function createdNothing({ answer }: Refused): boolean {
  return answer.kind !== "none" || ["refused", "unresolved", "tls"].includes(answer.reason);
}

function attempt(
  context: ArrangeContext,
  name: string,
  settings: FunctionSettings,
): Promise<Reply<Texts<"FunctionArn">>> {
  return retryWhile(
    context,
    () => context.lambda.createFunction(name, settings, settings.tags),
    (reply) => isBusy(reply) || (settings.isRoleNew && blames(reply, /\brole\b/i)),
  );
}

/** What to try after a refusal; null when there is nothing left. */
async function nextSettings(
  context: CreateContext,
  settings: FunctionSettings,
  reply: Refused,
): Promise<FunctionSettings | null> {
  // It was asked for the whole wait: a target that is too busy for one creation is too busy for all.
  if (isBusy(reply)) return null;
  if (blames(reply, /runtime/i)) {
    const next = runtimes[runtimes.indexOf(settings.runtime) + 1];
    return next === undefined ? null : { ...settings, runtime: next };
  }
  if (blames(reply, /\brole\b/i) && settings.role === dummyRole) {
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

/** Waits while the function is pending. A target whose GetFunction cannot be used is taken as ready, and at once. */
async function waitUntilActive(context: ArrangeContext, name: string): Promise<void> {
  const until = context.clock() + Math.max(context.waitTimeoutMs, 300_000);
  for (;;) {
    const reply = await retryWhile(
      context,
      () => context.lambda.getFunction(name),
      (refused) => isNotReady(refused) && !isNoGetFunction(refused),
    );
    if (!reply.ok) {
      if (isNoGetFunction(reply)) return;
      throw new Fault(
        `${context.endpoint} created the function ${name} but answered GetFunction with ${replyText(reply)}: give an existing function with ${context.optionName("functionName")}.`,
        { option: "functionName" },
      );
    }
    const { State: state, StateReason: why } = reply.value;
    if (state !== "Pending") {
      if (state !== "Failed") return;
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
    await context.sleep(1000, context.signal);
  }
}

/**
 * The target answered, and the answer says nothing about the function. A target that is busy, and one that says that the
 * function does not exist, may answer otherwise a moment later.
 */
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
  const otherwise = `give a role it accepts with ${optionName("role")}, or an existing function with ${optionName("functionName")}`;
  return new Fault(
    `${context.endpoint} refused to create the function ${name} (${tried}) with ${replyText(reply)}: ${context.remedy ?? otherwise}.`,
    { option: "role" },
  );
}

function noArn(context: ArrangeContext): Fault {
  return new Fault(
    `${context.endpoint} answered CreateFunction without a FunctionArn: give the URL of something that speaks the Lambda API.`,
  );
}

/** The execution role that is named where nobody gave one; most emulators do not look. */
const dummyRole = "arn:aws:iam::123456789012:role/addpermission-conformance";

import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  GetFunctionCommand,
  type Runtime,
} from "@aws-sdk/client-lambda";
import type { Answer } from "../spec/exchange.ts";
import { Fault } from "../spec/fault.ts";
import type { Created } from "./journal.ts";
import type { SendOptions, Transport } from "./transport.ts";
import {
  isBusy,
  isSettling,
  notLambda,
  patiently,
  type Refused,
  type Reply,
  said,
  type Workshop,
} from "./workshop.ts";

/** What a target was found to accept; the next function is created the same way. */
export interface Recipe {
  readonly role: string;
  /** The role was made a moment ago, so that it may not be known everywhere yet. */
  readonly fresh: boolean;
  readonly runtime: Runtime;
  readonly tags: Readonly<Record<string, string>> | null;
}

/** What is needed to try other recipes. */
export interface Kitchen extends Workshop {
  /** Name of the role that is created where the target insists on one that exists. */
  readonly roleName: string;
  /** Called before something is created, so that it is removed again. */
  readonly note: (kind: Created, name: string) => Promise<void>;
  /** Called when it is sure that nothing was created. */
  readonly forget: (kind: Created, name: string) => Promise<void>;
  /** Called when a creation was given up, which may happen all the same, and later. */
  readonly doubt: (name: string) => void;
}

/** A function that stands. */
export interface CreatedFunction {
  readonly arn: string;
  readonly recipe: Recipe;
}

const runtimes: readonly [Runtime, ...Runtime[]] = [
  "nodejs22.x",
  "nodejs24.x",
  "nodejs20.x",
  "python3.12",
  "nodejs18.x",
  "python3.9",
];

/** The deployment package of every function, base64: a stored zip with one file, index.js, whose handler answers 0. */
export const zip =
  "UEsDBBQAAAAAAAAAIQBC8RGQGgAAABoAAAAIAAAAaW5kZXguanNleHBvcnRzLmhhbmRsZXI9YXN5bmMoKT0+MFBLAQIUAxQAAAAAAAAAIQBC8RGQGgAAABoAAAAIAAAAAAAAAAAAAACkAQAAAABpbmRleC5qc1BLBQYAAAAAAQABADYAAABAAAAAAAA=";

/** The recipe to begin with. */
export function firstRecipe(role: string | undefined, tags: Readonly<Record<string, string>>): Recipe {
  return { role: role ?? dummyRole, fresh: role !== undefined, runtime: runtimes[0], tags };
}

/** Creates a function and waits until it is active; tries another runtime, role or no tags where one is refused. */
export async function createFunction(shop: Kitchen, name: string, first: Recipe): Promise<CreatedFunction> {
  // Noted first: a creation whose answer is lost may have happened.
  await shop.note("functions", name);
  let recipe = first;
  for (;;) {
    const reply = await attempt(shop, name, recipe);
    if (reply.ok) {
      const arn = reply.value.FunctionArn;
      if (typeof arn !== "string" || !arn.startsWith("arn:")) throw noArn(shop);
      await active(shop, name);
      return { arn, recipe: { ...recipe, fresh: false } };
    }
    const fault = notLambda(shop, "CreateFunction", reply);
    // This keeps a function from being deleted that was there before us.
    if (fault === null ? reply.status < 500 : createdNothing(reply)) await shop.forget("functions", name);
    else if (!(reply.answer?.kind === "none" && reply.answer.unsent)) shop.doubt(name);
    if (fault !== null) throw fault;
    const next = await another(shop, recipe, reply);
    if (next === null) throw cannotCreate(shop, name, recipe, reply);
    recipe = next;
    await shop.note("functions", name);
  }
}

/** The request never arrived, or at something that creates no functions. */
function createdNothing({ answer }: Refused): boolean {
  return answer?.kind !== "none" || ["refused", "unresolved", "tls"].includes(answer.reason);
}

function attempt(
  shop: Workshop,
  name: string,
  recipe: Recipe,
): Promise<Reply<{ FunctionArn?: string | undefined }>> {
  const input: CreateFunctionCommandInput = {
    FunctionName: name,
    Role: recipe.role,
    Runtime: recipe.runtime,
    Handler: "index.handler",
    Code: { ZipFile: Buffer.from(zip, "base64") },
    ...(recipe.tags === null ? {} : { Tags: recipe.tags }),
  };
  return patiently(
    shop,
    () => shop.ask((client) => client.send(new CreateFunctionCommand(input))),
    (reply) => isBusy(reply) || (recipe.fresh && blames(reply, /\brole\b/i)),
  );
}

/** What to try after a refusal; null when there is nothing left. */
async function another(shop: Kitchen, recipe: Recipe, reply: Refused): Promise<Recipe | null> {
  // It was asked for as long as patience lasts: who is too busy for one recipe is too busy for all.
  if (isBusy(reply)) return null;
  if (blames(reply, /runtime/i)) {
    const next = runtimes[runtimes.indexOf(recipe.runtime) + 1];
    return next === undefined ? null : { ...recipe, runtime: next };
  }
  if (blames(reply, /\brole\b/i) && recipe.role === dummyRole) {
    await shop.note("roles", shop.roleName);
    const role = await createRole(shop.transport, shop.roleName, shop.how);
    return role === null || role === recipe.role ? null : { ...recipe, role, fresh: true };
  }
  const refused = reply.status >= 400 && reply.status < 500 && reply.status !== 409;
  return recipe.tags !== null && refused ? { ...recipe, tags: null } : null;
}

function blames(reply: Refused, what: RegExp): boolean {
  return reply.status >= 400 && reply.status < 500 && what.test(reply.message);
}

/** Waits while the function is pending. A target whose GetFunction cannot be used is taken as ready, and at once. */
async function active(shop: Workshop, name: string): Promise<void> {
  const until = shop.clock() + Math.max(shop.patienceMs, 300_000);
  for (;;) {
    const reply = await patiently(
      shop,
      () => shop.ask((client) => client.send(new GetFunctionCommand({ FunctionName: name }))),
      (refused) => isSettling(refused) && !isNoGetFunction(refused),
    );
    if (!reply.ok) {
      if (isNoGetFunction(reply)) return;
      throw new Fault(
        `${shop.endpoint} created the function ${name} but answered GetFunction with ${said(reply)}: give an existing function with --function NAME.`,
      );
    }
    const { State: state, StateReason: why } = reply.value.Configuration ?? {};
    if (state !== "Pending") {
      if (state !== "Failed") return;
      throw new Fault(
        `The function ${name} was created but failed to start (${why ?? "no reason given"}): give an existing function with --function NAME.`,
      );
    }
    if (shop.clock() > until) {
      throw new Fault(
        `The function ${name} is still pending after 5 minutes: give an existing one with --function NAME.`,
      );
    }
    await shop.sleep(1000, shop.how.signal);
  }
}

/**
 * The target answered, and the answer says nothing about the function. A target that is busy, and one that says that the
 * function does not exist, may answer otherwise a moment later.
 */
function isNoGetFunction(reply: Refused): boolean {
  if (reply.answer?.kind !== "response" || isBusy(reply)) return false;
  return reply.error !== "ResourceNotFoundException" && reply.status !== 409;
}

function cannotCreate(shop: Workshop, name: string, recipe: Recipe, reply: Refused): Fault {
  const tried = `runtime ${recipe.runtime}, role ${recipe.role}`;
  return new Fault(
    `${shop.endpoint} refused to create the function ${name} (${tried}) with ${said(reply)}: ${shop.remedy ?? "give a role it accepts with --role ARN, or an existing function with --function NAME"}.`,
  );
}

function noArn(shop: Workshop): Fault {
  return new Fault(
    `${shop.endpoint} answered CreateFunction without a FunctionArn: give the URL of something that speaks the Lambda API.`,
  );
}

/** The execution role that is named where nobody gave one; most emulators do not look. */
const dummyRole = "arn:aws:iam::123456789012:role/addpermission-conformance";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** Creates a role without permissions by the IAM API on the same endpoint; null when the target has no such API. */
async function createRole(transport: Transport, name: string, how: SendOptions): Promise<string | null> {
  const answer = await iam(transport, how, {
    Action: "CreateRole",
    RoleName: name,
    AssumeRolePolicyDocument: trust,
  });
  if (answer.kind === "none" || answer.status !== 200) return null;
  return /<Arn>\s*(arn:[^<\s]+)\s*<\/Arn>/.exec(answer.body)?.[1] ?? null;
}

/** Deletes a role; null when it is gone, else what the target answered. */
export async function deleteRole(
  transport: Transport,
  name: string,
  how: SendOptions,
): Promise<string | null> {
  const answer = await iam(transport, how, { Action: "DeleteRole", RoleName: name });
  if (answer.kind === "none") return answer.detail;
  const gone = answer.status < 300 || answer.body.includes("NoSuchEntity");
  return gone ? null : `status ${answer.status}`;
}

function iam(
  transport: Transport,
  how: SendOptions,
  parameters: Readonly<Record<string, string>>,
): Promise<Answer> {
  const body = new URLSearchParams({ ...parameters, Version: "2010-05-08" }).toString();
  const headers = [["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"]] as const;
  return transport.send({ method: "POST", target: "/", headers, body }, { ...how, service: "iam" });
}

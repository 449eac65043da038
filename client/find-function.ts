import { Fault } from "../spec/fault.ts";
import type { Fixture } from "../spec/fixture.ts";
import { readName } from "../spec/function-name.ts";
import { sole } from "../spec/statement.ts";
import type { Statement } from "./addition.ts";
import { unqualified } from "./create-function.ts";
import { copyIn, named, refuseIfInUse, type SavePolicyOptions } from "./existing-policy.ts";
import { replyText } from "./lambda-api.ts";
import { addStatement, readStatements, removeStatement, restore, type SavedPolicy } from "./policy.ts";
import { type ArrangeContext, isBusy, notLambda, retryWhile, throwIfAborted } from "./wait.ts";

interface FoundFunction {
  readonly found: string;
  /** The unqualified ARN. */
  readonly arn: string;
  /** A sentence that says that the target has no GetFunction; null if it has. */
  readonly undescribed: string | null;
}

/** Finds a function with GetFunction, or with the policy operations if a target has these alone. */
export async function findFunction(name: string, saving: AdditionOptions): Promise<FoundFunction> {
  const { context } = saving;
  const reply = await retryWhile(context, () => context.lambda.getFunction(name), isBusy);
  if (reply.ok && reply.value.FunctionArn !== undefined) {
    const { FunctionArn: arn, FunctionName: found = name } = reply.value;
    return { found, arn: unqualified(arn), undescribed: null };
  }
  const met = reply.ok ? "no ARN" : replyText(reply);
  const isAnswered = reply.ok || reply.status >= 400;
  const read = isAnswered ? readName(name) : null;
  const plain = read?.kind === "read" && read.qualifier === null ? read.name : null;
  const added = plain === null ? null : await resourceByAddition(plain, saving);
  if (plain !== null && added?.resource !== undefined) {
    const { partition, region, account } = placeOf(context, added.resource);
    return {
      found: plain,
      arn: ["arn", partition, "lambda", region, account, "function", plain].join(":"),
      undescribed: `does not describe functions (GetFunction answered ${met}), so its revisions are those of GetPolicy`,
    };
  }
  const fault = reply.ok ? null : notLambda(context, "GetFunction", reply);
  if (fault !== null && added?.isNotLambda !== false) throw fault;
  const also = added === null ? "" : `, and ${added.why}`;
  throw new Fault(
    `${context.endpoint} answered GetFunction for ${name} with ${met}${also}: name a function that exists with ${context.optionName("functionName")}, or leave it out to have one created; a mock of AddPermission alone is tested with ${context.optionName("stateless")}.`,
    { option: "functionName" },
  );
}

/** Options for an addition that shows the ARN of a function. */
type AdditionOptions = Pick<SavePolicyOptions, "journal" | "context" | "cleaning" | "sentIds" | "copyId">;

/** The Resource of the first statement, or a clause that says which operation failed. */
type ResourceByAddition =
  | { readonly resource: string; readonly why?: undefined; readonly isNotLambda?: undefined }
  | {
      readonly resource?: undefined;
      readonly why: string;
      /** True if no Lambda API answers like this. */
      readonly isNotLambda: boolean;
    };

/**
 * Reads the Resource of a statement on a function that the target does not describe. If there is none, adds one, reads
 * it and removes it again. Throws a Fault if that leaves the policy changed.
 */
async function resourceByAddition(functionName: string, of: AdditionOptions): Promise<ResourceByAddition> {
  const { journal, context, cleaning, copyId } = of;
  const owner = { functionName, qualifier: null };
  await refuseIfInUse({ functionName, journal });
  const before = await readStatements(context, owner);
  throwIfAborted(context);
  if (before.kind === "unreadable") return { why: before.why, isNotLambda: true };
  const [first] = before.statements;
  // A policy that has a statement is not written until all its statements are known to be restorable.
  if (first !== undefined) return resourceIn(first);
  const policy = { ...owner, resource: "", statements: [], described: false };
  await journal.notePolicies(functionName, [policy]);
  const found = await addAndRead(of, policy).catch((error: unknown) => ({ error }));
  const { problems, done } = await restore(cleaning, policy, () => [copyId]);
  if (done) await journal.removePolicies(functionName).catch(() => {});
  throwIfAborted(context);
  if ("error" in found) throw found.error;
  if (done) return found;
  const why = found.why === undefined ? "" : `The target answered ${found.why}. `;
  throw new Fault(`${why}${problems.join("; ")}: name a function of a target with RemovePermission.`, {
    option: "functionName",
  });
}

async function addAndRead(
  { context, cleaning, copyId }: AdditionOptions,
  policy: SavedPolicy,
): Promise<ResourceByAddition> {
  const canonical = { StatementId: copyId, Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };
  // No signal aborts a write: its effect could come after the policy was restored.
  const reply = await addStatement(cleaning, policy, canonical);
  if (!reply.ok) {
    const isNotLambda = notLambda(context, "AddPermission", reply) !== null;
    return { why: `AddPermission with ${replyText(reply)}`, isNotLambda };
  }
  const copy = await copyIn(context, policy, copyId);
  if (typeof copy === "string")
    return {
      why: `AddPermission with success, but the statement cannot be read (${copy})`,
      isNotLambda: false,
    };
  const stays = await removeStatement(cleaning, policy, copyId);
  return stays === null ? resourceIn(copy) : { why: `RemovePermission with ${stays}`, isNotLambda: false };
}

function resourceIn(statement: Statement): ResourceByAddition {
  const resource = sole(statement.Resource);
  return typeof resource === "string"
    ? { resource }
    : { why: `GetPolicy with a ${named(statement)} without a Resource`, isNotLambda: false };
}

/** Partition, region and account, read from the ARN that the target returned. */
export function placeOf(
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

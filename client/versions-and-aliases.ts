import type { FixtureFunction, StagedAliases } from "../spec/fixture.ts";
import type { UnsupportedCapability } from "../spec/verdict.ts";
import { type NamePage, type Reply, replyText } from "./lambda-api.ts";
import { isBusy, isOccupied, retryWhile, type WaitContext } from "./wait.ts";

/** A function with its versions and aliases, and the capabilities that it does without. */
export interface Complete {
  readonly fixtureFunction: FixtureFunction;
  readonly missing: readonly UnsupportedCapability[];
}

/** The names of versions or aliases, or a clause that says why there are none. */
export type Listed = NamePage | string;

export interface ExistingQualifiers {
  readonly versions: Listed;
  readonly aliases: Listed;
}

/** Reads the first page of the versions and of the aliases of a function. */
export async function existingQualifiers(context: WaitContext, name: string): Promise<ExistingQualifiers> {
  const { lambda } = context;
  const versions = await retryWhile(context, () => lambda.listVersions(name), isBusy);
  const aliases = await retryWhile(context, () => lambda.listAliases(name), isBusy);
  return {
    versions: namesIn("ListVersionsByFunction", versions, (version) => /^[0-9]+$/.test(version)),
    aliases: namesIn("ListAliases", aliases, (alias) => /^(?![0-9]+$)[a-zA-Z0-9-_]+$/.test(alias)),
  };
}

function namesIn(operation: string, reply: Reply<NamePage>, isUsable: (name: string) => boolean): Listed {
  if (!reply.ok) return `${operation} answered ${replyText(reply)}`;
  const names = reply.value.names.filter(isUsable);
  return names.length > 0 ? { ...reply.value, names } : `${operation} listed none`;
}

/** Publishes two versions and creates the aliases; leaves out what the target cannot do, with the reason. */
export async function addVersionsAndAliases(
  context: WaitContext,
  name: string,
  arn: string,
): Promise<Complete> {
  const missing: UnsupportedCapability[] = [];
  const versions = await publishTwo(context, name, missing);
  const aliases = await createAliases(context, name, arn, versions[0] ?? "$LATEST", missing);
  return { fixtureFunction: { name, arn, versions, aliases }, missing };
}

async function publishTwo(
  context: WaitContext,
  name: string,
  missing: UnsupportedCapability[],
): Promise<readonly string[]> {
  const first = await publish(context, name, "1", missing);
  if (first === null) return [];
  const second = await publish(context, name, "2", missing);
  if (second === null || second !== first) return second === null ? [first] : [first, second];
  // A service publishes no version of an unchanged function, so its configuration is changed.
  const changed = await changeConfiguration(context, name);
  const third = changed ? await publish(context, name, "2", missing) : null;
  if (third !== null && third !== first) return [first, third];
  missing.push({
    needs: "versions",
    reason: `no second version of ${name}: PublishVersion answered ${first} again`,
  });
  return [first];
}

async function publish(
  context: WaitContext,
  name: string,
  description: string,
  missing: UnsupportedCapability[],
): Promise<string | null> {
  const reply = await retryWhile(context, () => context.lambda.publishVersion(name, description), isOccupied);
  const version = reply.ok ? reply.value.Version : undefined;
  if (version !== undefined && /^[0-9]+$/.test(version)) return version;
  const why = reply.ok ? `named the version ${JSON.stringify(version ?? null)}` : replyText(reply);
  missing.push({ needs: "versions", reason: `no version of ${name}: PublishVersion answered ${why}` });
  return null;
}

async function changeConfiguration(context: WaitContext, name: string): Promise<boolean> {
  const { lambda } = context;
  const reply = await lambda.updateFunctionConfiguration(name, "changed for a second version");
  if (!reply.ok) return false;
  const until = context.clock() + context.waitTimeoutMs;
  while (context.clock() < until) {
    const now = await lambda.getFunction(name);
    if (!now.ok || now.value.LastUpdateStatus !== "InProgress") return now.ok;
    await context.sleep(500, context.signal);
  }
  return false;
}

async function createAliases(
  context: WaitContext,
  name: string,
  arn: string,
  version: string,
  missing: UnsupportedCapability[],
): Promise<StagedAliases | null> {
  const names = aliasNames(arn);
  if (names === null) {
    missing.push({
      needs: "aliases",
      reason: `no aliases of ${name}: its ARN leaves no room for one within 140 characters`,
    });
    return null;
  }
  for (const alias of Object.values(names)) {
    const why = await createAlias(context, name, alias, version);
    if (why === null) continue;
    missing.push({
      needs: "aliases",
      reason: `aliases are not tested: CreateAlias with a name of ${alias.length} characters answered ${why}`,
    });
    return null;
  }
  return names;
}

async function createAlias(
  context: WaitContext,
  name: string,
  alias: string,
  version: string,
): Promise<string | null> {
  const reply = await retryWhile(context, () => context.lambda.createAlias(name, alias, version), isOccupied);
  return reply.ok ? null : replyText(reply);
}

/** The names of the aliases of a function; null if its ARN is too long for an edge case. */
function aliasNames(arn: string): StagedAliases | null {
  // The colon between ARN and alias takes one character.
  const room = 140 - arn.length - 1;
  if (room < 1 || room + 1 > 128) return null;
  return { live: "live", arn140: "e".repeat(room), arn141: "f".repeat(room + 1), longest: "l".repeat(128) };
}

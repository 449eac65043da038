import type { FixtureFunction, FixtureParts, StagedAliases } from "../spec/fixture.ts";
import type { UnsupportedCapability } from "../spec/verdict.ts";
import { type NamePage, type Refused, type Reply, replyText } from "./lambda-api.ts";
import { isBusy, mayHaveHappened, retryWhile, type WaitContext } from "./wait.ts";

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

/** Publishes versions and creates aliases; leaves out what the target cannot do, with the reason. */
export async function addVersionsAndAliases(
  waiting: WaitContext,
  name: string,
  arn: string,
  parts: Pick<FixtureParts, "versions" | "aliases">,
  target: QualifierContext["target"],
): Promise<Complete & { readonly repeatsVersion: boolean }> {
  const context = { ...waiting, target };
  const missing: UnsupportedCapability[] = [];
  const { versions, repeatsVersion } = await publishVersions(context, name, parts.versions, missing);
  const [version = "$LATEST"] = versions;
  const aliases =
    parts.aliases === "none"
      ? null
      : await createAliases(context, name, arn, version, parts.aliases, missing);
  return { fixtureFunction: { name, arn, versions, aliases }, missing, repeatsVersion };
}

interface QualifierContext extends WaitContext {
  readonly target: {
    /** The refusals after which a call is sent again. */
    readonly passes: (reply: Refused) => boolean;
    /** True if PublishVersion is known to answer the same version again until the function is changed. */
    readonly repeatsVersion: boolean;
  };
}

async function publishVersions(
  context: QualifierContext,
  name: string,
  count: FixtureParts["versions"],
  missing: UnsupportedCapability[],
): Promise<{ readonly versions: readonly string[]; readonly repeatsVersion: boolean }> {
  const { repeatsVersion } = context.target;
  const first = count === 0 ? null : await publish(context, name, "1", missing);
  if (first === null) return { versions: [], repeatsVersion };
  if (count === 1) return { versions: [first], repeatsVersion };
  const second = repeatsVersion ? first : await publish(context, name, "2", missing);
  if (second === null) return { versions: [first], repeatsVersion };
  if (second !== first) return { versions: [first, second], repeatsVersion };
  // A service publishes no version of an unchanged function, so its configuration is changed.
  const changed = await changeConfiguration(context, name);
  const third = changed ? await publish(context, name, "2", missing) : null;
  if (third !== null && third !== first) return { versions: [first, third], repeatsVersion: true };
  missing.push({
    needs: "versions",
    reason: `no second version of ${name}: PublishVersion answered ${first} again`,
  });
  return { versions: [first], repeatsVersion };
}

async function publish(
  context: QualifierContext,
  name: string,
  description: string,
  missing: UnsupportedCapability[],
): Promise<string | null> {
  const reply = await retryWhile(
    context,
    () => context.lambda.publishVersion(name, description),
    context.target.passes,
  );
  const version = reply.ok ? reply.value.Version : undefined;
  if (version !== undefined && /^[0-9]+$/.test(version)) return version;
  const why = reply.ok ? `named the version ${JSON.stringify(version ?? null)}` : replyText(reply);
  missing.push({ needs: "versions", reason: `no version of ${name}: PublishVersion answered ${why}` });
  return null;
}

async function changeConfiguration(context: WaitContext, name: string): Promise<boolean> {
  const { lambda } = context;
  const reply = await lambda.updateFunctionConfiguration(name, "changed for a second version");
  if (!reply.ok || reply.value.LastUpdateStatus === "Successful") return reply.ok;
  const until = context.clock() + context.waitTimeoutMs;
  while (context.clock() < until) {
    const now = await lambda.getFunction(name);
    if (!now.ok || now.value.LastUpdateStatus !== "InProgress") return now.ok;
    await context.sleep(500, context.signal);
  }
  return false;
}

async function createAliases(
  context: QualifierContext,
  name: string,
  arn: string,
  version: string,
  which: "live" | "all",
  missing: UnsupportedCapability[],
): Promise<StagedAliases | null> {
  const names = which === "live" ? { live: "live" } : aliasNames(arn);
  if (names === null) {
    missing.push({
      needs: "aliases",
      reason: `no aliases of ${name}: its ARN leaves no room for one within 140 characters`,
    });
    return null;
  }
  const { live, ...long } = names;
  const why = await createAlias(context, name, live, version);
  if (why !== null) {
    missing.push({ needs: "aliases", reason: `aliases are not tested: CreateAlias answered ${why}` });
    return null;
  }
  for (const alias of Object.values(long)) {
    const whyNot = await createAlias(context, name, alias, version);
    if (whyNot === null) continue;
    missing.push({
      needs: "alias-lengths",
      reason: `no alias has a length at a limit: CreateAlias with a name of ${alias.length} characters answered ${whyNot}`,
    });
    return { live };
  }
  return names;
}

async function createAlias(
  context: QualifierContext,
  name: string,
  alias: string,
  version: string,
): Promise<string | null> {
  const send = () =>
    retryWhile(context, () => context.lambda.createAlias(name, alias, version), context.target.passes);
  const reply = await send();
  if (reply.ok) return null;
  if (!mayHaveHappened(reply)) return replyText(reply);
  const again = await send();
  // A conflict says that the first call has created it.
  return again.ok || again.status === 409 ? null : replyText(again);
}

/**
 * The names of the aliases of a function; null if its ARN is too long for an edge case. Each long name begins with the one
 * before, so that a store that cuts names takes them for one.
 */
function aliasNames(arn: string): StagedAliases | null {
  // The colon between ARN and alias takes one character.
  const room = 140 - arn.length - 1;
  if (room < 1 || room + 1 > 128) return null;
  const long = (length: number) => "l".repeat(length);
  return { live: "live", arn140: long(room), arn141: long(room + 1), longest: long(128) };
}

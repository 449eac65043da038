import {
  CreateAliasCommand,
  GetFunctionCommand,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import type { StagedAliases, StagedFunction } from "../spec/stage.ts";
import type { UnsupportedCapability } from "../spec/verdict.ts";
import { isSettling, patiently, said, type Workshop } from "./workshop.ts";

/** A function with its versions and aliases, and what it could not be given. */
export interface Populated {
  readonly staged: StagedFunction;
  readonly missing: readonly UnsupportedCapability[];
}

/** Publishes two versions and creates the aliases; what the target cannot do is left out, with the reason. */
export async function populate(shop: Workshop, name: string, arn: string): Promise<Populated> {
  const missing: UnsupportedCapability[] = [];
  const versions = await publishTwo(shop, name, missing);
  const aliases = await createAliases(shop, name, arn, versions[0] ?? "$LATEST", missing);
  return { staged: { name, arn, versions, aliases }, missing };
}

async function publishTwo(
  shop: Workshop,
  name: string,
  missing: UnsupportedCapability[],
): Promise<readonly string[]> {
  const first = await publish(shop, name, "1", missing);
  if (first === null) return [];
  const second = await publish(shop, name, "2", missing);
  if (second === null || second !== first) return second === null ? [first] : [first, second];
  // A service that sees no change since the last version publishes none, so something has to change.
  const changed = await change(shop, name);
  const third = changed ? await publish(shop, name, "2", missing) : null;
  if (third !== null && third !== first) return [first, third];
  missing.push({
    needs: "versions",
    reason: `no second version of ${name}: PublishVersion answered ${first} again`,
  });
  return [first];
}

async function publish(
  shop: Workshop,
  name: string,
  description: string,
  missing: UnsupportedCapability[],
): Promise<string | null> {
  const reply = await patiently(
    shop,
    () =>
      shop.ask((client) =>
        client.send(new PublishVersionCommand({ FunctionName: name, Description: description })),
      ),
    (refused) => refused.status !== 404 && isSettling(refused),
  );
  const version = reply.ok ? reply.value.Version : undefined;
  if (version !== undefined && /^[0-9]+$/.test(version)) return version;
  const why = reply.ok ? `named the version ${JSON.stringify(version ?? null)}` : said(reply);
  missing.push({ needs: "versions", reason: `no version of ${name}: PublishVersion answered ${why}` });
  return null;
}

async function change(shop: Workshop, name: string): Promise<boolean> {
  const input = { FunctionName: name, Description: "changed for a second version" };
  const reply = await shop.ask((client) => client.send(new UpdateFunctionConfigurationCommand(input)));
  if (!reply.ok) return false;
  const until = shop.clock() + shop.patienceMs;
  while (shop.clock() < until) {
    const now = await shop.ask((client) => client.send(new GetFunctionCommand({ FunctionName: name })));
    if (!now.ok || now.value.Configuration?.LastUpdateStatus !== "InProgress") return now.ok;
    await shop.sleep(500, shop.how.signal);
  }
  return false;
}

async function createAliases(
  shop: Workshop,
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
    const why = await createAlias(shop, name, alias, version);
    if (why === null) continue;
    missing.push({
      needs: "aliases",
      reason: `no aliases of ${name}: CreateAlias with a name of ${alias.length} characters answered ${why}`,
    });
    return null;
  }
  return names;
}

async function createAlias(
  shop: Workshop,
  name: string,
  alias: string,
  version: string,
): Promise<string | null> {
  const input = { FunctionName: name, Name: alias, FunctionVersion: version };
  const reply = await patiently(
    shop,
    () => shop.ask((client) => client.send(new CreateAliasCommand(input))),
    (refused) => refused.status !== 404 && isSettling(refused),
  );
  return reply.ok ? null : said(reply);
}

/** The names of the aliases for a function with this ARN; null when its ARN is too long for the two edges. */
function aliasNames(arn: string): StagedAliases | null {
  // One for the colon between ARN and alias.
  const room = 140 - arn.length - 1;
  if (room < 1 || room + 1 > 128) return null;
  return { live: "live", arn140: "e".repeat(room), arn141: "f".repeat(room + 1), longest: "l".repeat(128) };
}

import { join } from "node:path";
import { commandOptions, type Given } from "../api/check-options.ts";
import { type CommandOptions, options as table } from "../api/options.ts";
import { journalDir, namePrefix } from "../api/session.ts";
import { journalsIn } from "../client/journal.ts";
import { type Swept, sweep } from "../client/sweep.ts";
import { escapeTerminal } from "../reports/escape.ts";
import { quote } from "../reports/shell.ts";
import { Fault } from "../spec/fault.ts";
import { type CommandContext, commandIn } from "./context.ts";
import { isAlive } from "./lock.ts";
import { openTarget } from "./session.ts";

type SweepCommandOptions = CommandOptions<"sweep">;

/** An endpoint where runs left something. */
interface SweepPlace {
  readonly endpoint: string;
  /** Absent for the endpoint of the options. */
  readonly region?: string;
}

/**
 * Deletes what interrupted runs left on a target, and restores policies: at the given endpoint, or at each that a
 * journal names.
 */
export async function sweepCommand(given: Given<"sweep">, context: CommandContext): Promise<number> {
  const { stdout, cwd, env } = context;
  const options = commandOptions(given);
  const { endpoint, region } = options;
  if (endpoint === undefined && region !== undefined)
    throw new Fault(
      "--region is for signing requests to an endpoint: give --endpoint URL as well, or leave --region out.",
      {
        option: "region",
      },
    );
  const swept: Swept[] = [];
  for (const place of endpoint === undefined ? await journalPlaces(cwd) : [{ endpoint }])
    swept.push(
      needsSigning(place, options) ? skipped(place, commandIn(env)) : await sweepAt(place, options, context),
    );
  const deleted = swept.flatMap((one) => one.deleted);
  const restored = swept.flatMap((one) => one.restored);
  const forgotten = swept.flatMap((one) => one.forgotten);
  const problems = swept.flatMap((one) => one.left);
  for (const name of deleted) stdout.write(`deleted ${escapeTerminal(name)}\n`);
  for (const what of restored) stdout.write(`restored: ${escapeTerminal(what)}\n`);
  for (const what of forgotten) stdout.write(`forgotten: ${escapeTerminal(what)}\n`);
  for (const why of problems) stdout.write(`left: ${escapeTerminal(why)}\n`);
  if (deleted.length + restored.length + forgotten.length + problems.length === 0)
    stdout.write("nothing was left behind\n");
  return problems.length > 0 ? 3 : 0;
}

/** The endpoints and regions of the journals in this folder, each once. */
async function journalPlaces(cwd: string): Promise<readonly SweepPlace[]> {
  const journals = await journalsIn(join(cwd, journalDir));
  const places = journals
    .map(({ entry: { endpoint, region } }) => ({ endpoint, region }))
    .filter(({ endpoint }) => URL.canParse(endpoint));
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
}

/** The real service requires signed requests, and keys are used only with --sign. */
function needsSigning({ endpoint, region }: SweepPlace, { sign = false }: SweepCommandOptions): boolean {
  const { hostname } = new URL(endpoint);
  return region !== undefined && hostname.endsWith(".amazonaws.com") && !sign;
}

function skipped({ endpoint, region = "" }: SweepPlace, command: string): Swept {
  const how = `${command} sweep --endpoint ${quote(endpoint)} --region ${quote(region)} --sign`;
  return {
    deleted: [],
    restored: [],
    forgotten: [],
    left: [`what journals in ${journalDir}/ note at ${endpoint}: run ${how}`],
  };
}

async function sweepAt(
  place: SweepPlace,
  options: SweepCommandOptions,
  context: CommandContext,
): Promise<Swept> {
  const { olderThanHours = table.olderThanHours.default, ...reaching } = options;
  const session = await openTarget({ ...reaching, ...place, seed: 0 }, context);
  try {
    return await sweep({
      transport: session.transport,
      clock: session.clock,
      endpoint: new URL(session.target.endpoint).href,
      region: session.target.region,
      journalDir: join(context.cwd, journalDir),
      prefix: namePrefix,
      olderThanMs: olderThanHours * 3_600_000,
      now: new Date(),
      isAlive,
      deadlineMs: session.how.deadlineMs,
    });
  } finally {
    await session.close();
  }
}

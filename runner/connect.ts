import {
  type Arranged,
  type ArrangeOptions,
  arrange,
  type Begun,
  beginToArrange,
  onlyTheFunction,
  useExisting,
} from "../client/arrange.ts";
import {
  type Authorizer,
  constantAuthorizer,
  credentialsFrom,
  type Environment,
  secretsOf,
} from "../client/authorize.ts";
import { sleep } from "../client/deadline.ts";
import { recordStatementIds } from "../client/existing-policy.ts";
import { httpTransport } from "../client/http.ts";
import { journalIn } from "../client/journal.ts";
import { type Limited, limited } from "../client/limiter.ts";
import { redacting, redactor } from "../client/redact.ts";
import { signingAuthorizer } from "../client/sigv4.ts";
import { type Clock, restarting, type SendOptions, type Transport } from "../client/transport.ts";
import type { Header } from "../spec/exchange.ts";
import type { OptionSpelling } from "../spec/fault.ts";
import type { Fixture, FixtureFunction } from "../spec/fixture.ts";

/** How to connect to a target, and under which limits. */
export interface ConnectOptions {
  readonly endpoint: URL;
  readonly region: string;
  readonly sign: boolean;
  readonly env: Environment;
  /** An existing function to use; nothing is created. */
  readonly functionName?: string | undefined;
  /** False if the target cannot create functions and accepts any name. */
  readonly arranges: boolean;
  /** The prefix of every created name. */
  readonly prefix: string;
  readonly role?: string | undefined;
  readonly timeoutMs: number;
  readonly budget?: number | undefined;
  readonly rate?: number | undefined;
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock: Clock;
  readonly now: () => Date;
  /** Where the journal of created resources is; null for targets that end with the run. */
  readonly journalDir: string | null;
  readonly pid: number;
  /** Restarts a target that stopped; true when it is up. */
  readonly restart?: (() => Promise<boolean>) | undefined;
  /** Replaces the HTTP connection to the endpoint. */
  readonly carrier?: ((authorize: Authorizer) => Transport) | undefined;
  /** What to do when nothing can be arranged, as the end of a sentence. */
  readonly remedy?: string | undefined;
  /** How messages spell an option; by default its name in the library. */
  readonly optionName?: OptionSpelling | undefined;
}

/** How to arrange one fixture, where fixtures differ. */
export interface ArrangeHow
  extends Pick<ArrangeOptions, "waitTimeoutMs" | "parts" | "signal" | "onTearDown"> {
  /** How many functions may be created ahead, for fixtures that are asked for later; none by default. */
  readonly ahead?: number;
}

export interface Connection {
  readonly transport: Limited;
  readonly how: SendOptions;
  /** Arranges the fixture of one worker, under names that end in `suffix`. */
  arrange(suffix: string, how?: ArrangeHow): Promise<Arranged>;
  /** True if the fixtures are created for this run. */
  readonly fresh: boolean;
  /** Removes secrets from everything that is recorded. */
  readonly redact: (text: string) => string;
  /** How the curl commands authorize themselves. */
  readonly curl: { readonly authorization: readonly Header[]; readonly sign: boolean };
}

/** How the suffix of a function begins that is created ahead. */
const aheadPrefix = "zz";

/** Requests of the budget that are reserved for clean-up. */
const reserve = 40;

/** Makes a connection to a target without sending anything. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { endpoint, region, sign, clock, signal, timeoutMs } = options;
  const credentials = sign ? await credentialsFrom(options.env, options.optionName) : null;
  const authorize =
    credentials === null
      ? constantAuthorizer(region)
      : signingAuthorizer({ credentials, region, now: options.now });
  const { concurrency: connections } = options;
  const carrier =
    options.carrier?.(authorize) ??
    httpTransport({ endpoint, clock, authorize, connections, connectTimeoutMs: Math.max(10_000, timeoutMs) });
  // Deleting a created function also deletes its statements, so only an existing function needs a record of
  // them.
  const recording = options.functionName === undefined ? null : recordStatementIds(carrier);
  const observed = recording?.transport ?? carrier;
  const { budget, rate, restart } = options;
  const redact = redactor(credentials === null ? [] : secretsOf(credentials));
  // Each function has to be deleted, and the run may have created a role.
  let functions = 0;
  const minReserve = Math.min(reserve, Math.ceil((budget ?? 0) / 4));
  const transport = limited(
    redacting(restart === undefined ? observed : restarting(observed, restart, options.arranges), redact),
    { budget, rate, reserve: () => Math.max(minReserve, functions + 4) },
    { clock, sleep },
  );
  const startedAt = options.now();
  const journal =
    options.journalDir === null
      ? undefined
      : journalIn(options.journalDir, {
          run: options.prefix,
          endpoint: endpoint.href,
          region,
          startedAt: startedAt.toISOString(),
          pid: options.pid,
        });
  const arrangeOptions = (suffix: string, how: ArrangeHow): ArrangeOptions => ({
    transport,
    clock,
    endpoint: endpoint.href,
    prefix: `${options.prefix}-${suffix}`,
    startedAt,
    deadlineMs: timeoutMs,
    role: options.role,
    journal,
    signal,
    remedy: options.remedy,
    optionName: options.optionName,
    sentIds: recording?.ids,
    ...how,
  });
  const { functionName } = options;
  // Every fixture of a run uses the recipe of the first, with the role that it may have needed.
  let recipe: Arranged["recipe"] = null;
  const begin = (suffix: string, how: ArrangeHow): Begun => {
    functions += 1;
    return beginToArrange({ ...arrangeOptions(suffix, how), recipe });
  };
  const ahead: Begun[] = [];
  let named = 0;
  const newNameAhead = () => `${aheadPrefix}${(named++ % 36 ** 2).toString(36).padStart(2, "0")}`;
  const nextAhead = (): Begun | undefined => {
    for (let one = ahead.shift(); one !== undefined; one = ahead.shift()) if (!one.isRemoved()) return one;
    return undefined;
  };
  const arrangeNew = async (suffix: string, how: ArrangeHow): Promise<Arranged> => {
    const { parts, ahead: most = 0 } = how;
    if (parts?.other !== false) functions += 1;
    if (recipe?.pendingMs && ahead.length < most) ahead.push(begin(newNameAhead(), how));
    const early = nextAhead();
    if (early === undefined) {
      functions += 1;
      const arranged = await arrange({ ...arrangeOptions(suffix, how), recipe });
      recipe ??= arranged.recipe;
      return arranged;
    }
    ahead.push(begin(suffix, how));
    try {
      return await early.complete(parts);
    } catch {
      // A target that was restarted has lost all functions that were created ahead.
      ahead.length = 0;
      return begin(newNameAhead(), how).complete(parts);
    }
  };
  return {
    transport,
    how: { deadlineMs: timeoutMs, signal },
    fresh: functionName === undefined,
    redact: redact.text,
    curl: {
      authorization:
        credentials === null
          ? await authorize({ method: "GET", target: "/", headers: [], body: null }, endpoint.host, "lambda")
          : [],
      sign,
    },
    arrange: async (suffix, how = {}) => {
      if (!options.arranges) return assumedFixture(`${options.prefix}-${suffix}`, region, functionName);
      return functionName === undefined
        ? arrangeNew(suffix, how)
        : useExisting(functionName, arrangeOptions(suffix, how));
    },
  };
}

/** How to connect to a target of this process or machine; what is not given has its usual value. */
export type LocalOptions = Partial<ConnectOptions> & Pick<ConnectOptions, "prefix">;

/** Connects without keys, journal or environment. */
export function connectLocally(
  options: LocalOptions & Pick<ConnectOptions, "clock" | "concurrency">,
): Promise<Connection> {
  return connect({
    endpoint: new URL("http://reference.invalid"),
    region: "us-east-1",
    sign: false,
    env: {},
    arranges: true,
    timeoutMs: 400,
    now: () => new Date(),
    journalDir: null,
    pid: 0,
    ...options,
  });
}

/** A fixture for a target without state: any name works, unless the target answers for one function only. */
function assumedFixture(prefix: string, region: string, only: string | undefined): Arranged {
  const account = "123456789012";
  const fixtureFunction = (name: string): FixtureFunction => {
    const arn = `arn:aws:lambda:${region}:${account}:function:${name}`;
    const padding = (size: number) => "x".repeat(size - arn.length - 1);
    const aliases = { live: "live", arn140: padding(140), arn141: padding(141), longest: "x".repeat(128) };
    return { name, arn, versions: ["1", "2"], aliases };
  };
  const place = { partition: "aws", region, account, unknownName: `${prefix}-none`, recipe: null };
  const made = { recipe: null, tearDown: async () => [] };
  if (only !== undefined) {
    const main = { ...fixtureFunction(only), versions: [], aliases: null };
    return {
      ...made,
      fixture: { ...place, main, other: null },
      missing: onlyTheFunction(`only ${only} is used`),
    };
  }
  const fixture: Fixture = {
    ...place,
    main: fixtureFunction(`${prefix}-main`),
    other: fixtureFunction(`${prefix}-other`),
  };
  return { ...made, fixture, missing: [] };
}

import {
  type Arranged,
  type ArrangeOptions,
  arrange,
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

/** How a target is reached, and under which limits. */
export interface ConnectOptions {
  readonly endpoint: URL;
  readonly region: string;
  readonly sign: boolean;
  readonly env: Environment;
  /** Use this function and create nothing. */
  readonly functionName?: string | undefined;
  /** False where nothing can be created and any name will do. */
  readonly arranges: boolean;
  /** Begins every name that is created. */
  readonly prefix: string;
  readonly role?: string | undefined;
  readonly timeoutMs: number;
  readonly budget?: number | undefined;
  readonly rate?: number | undefined;
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock: Clock;
  readonly now: () => Date;
  /** Where what is created is noted; null for targets that end with the run. */
  readonly journalDir: string | null;
  readonly pid: number;
  /** Starts the target again where it has gone; true when it is up. */
  readonly restart?: (() => Promise<boolean>) | undefined;
  /** In place of a connection to the endpoint. */
  readonly carrier?: ((authorize: Authorizer) => Transport) | undefined;
  /** What to do when nothing can be arranged, as the end of a sentence. */
  readonly remedy?: string | undefined;
  /** What sentences call an option; its name in the library unless told otherwise. */
  readonly optionName?: OptionSpelling | undefined;
}

/** How a fixture is arranged where that differs from one to the next. */
export type ArrangeHow = Pick<ArrangeOptions, "waitTimeoutMs" | "bare" | "signal" | "onTearDown">;

/** A target within reach. */
export interface Connection {
  readonly transport: Limited;
  readonly how: SendOptions;
  /** Arranges a fixture. */
  arrange(suffix: string, how?: ArrangeHow): Promise<Arranged>;
  readonly fresh: boolean;
  readonly redact: (text: string) => string;
  readonly curl: { readonly authorization: readonly Header[]; readonly sign: boolean };
}

/** Requests of the budget that are kept for clean-up. */
const reserve = 40;

/** Opens the way to a target. Nothing is sent yet. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { endpoint, region, sign, clock, signal, timeoutMs } = options;
  const credentials = sign ? await credentialsFrom(options.env, options.optionName) : null;
  const authorize =
    credentials === null
      ? constantAuthorizer(region)
      : signingAuthorizer({ credentials, region, now: options.now });
  // Rounds of a race must really be in flight together, whatever the number of workers.
  const connections = Math.max(32, options.concurrency);
  const carrier =
    options.carrier?.(authorize) ??
    httpTransport({ endpoint, clock, authorize, connections, connectTimeoutMs: Math.max(10_000, timeoutMs) });
  // Functions of our own are deleted with all that was added to them.
  const noted = options.functionName === undefined ? null : recordStatementIds(carrier);
  const observed = noted?.transport ?? carrier;
  const { budget, rate, restart } = options;
  const redact = redactor(credentials === null ? [] : secretsOf(credentials));
  // Each fixture has two functions to delete, and a role may stand beside them.
  let fixtures = 0;
  const minReserve = Math.min(reserve, Math.ceil((budget ?? 0) / 4));
  const transport = limited(
    redacting(restart === undefined ? observed : restarting(observed, restart), redact),
    { budget, rate, reserve: () => Math.max(minReserve, 2 * fixtures + 4) },
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
    sentIds: noted?.ids,
    ...how,
  });
  const { functionName } = options;
  // Every fixture of a run is created like the first, under the one role that may have been needed.
  let recipe: Arranged["recipe"] = null;
  const arrangeNew = async (suffix: string, how: ArrangeHow): Promise<Arranged> => {
    fixtures += 1;
    const arranged = await arrange({ ...arrangeOptions(suffix, how), recipe });
    recipe ??= arranged.recipe;
    return arranged;
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

/** A fixture for a target that keeps nothing: every name is as good as another, unless it answers for one only. */
function assumedFixture(prefix: string, region: string, only: string | undefined): Arranged {
  const account = "123456789012";
  const fixtureFunction = (name: string): FixtureFunction => {
    const arn = `arn:aws:lambda:${region}:${account}:function:${name}`;
    const padding = (size: number) => "x".repeat(size - arn.length - 1);
    const aliases = { live: "live", arn140: padding(140), arn141: padding(141), longest: "y".repeat(128) };
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

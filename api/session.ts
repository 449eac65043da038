import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Authorizer, Environment } from "../client/authorize.ts";
import { type Clock, endpointOf, type Transport } from "../client/transport.ts";
import { type Connection, connect } from "../runner/connect.ts";
import type { UnsupportedCapability } from "../runner/options.ts";
import { Fault, type OptionSpelling } from "../spec/fault.ts";
import { inPrograms, options as table } from "./options.ts";
import type { ConformOptions } from "./program-options.ts";

/** Whom a run talks to, before anything is sent. */
export interface TargetConnection {
  /** As reports name it. */
  readonly name: string;
  /** URL of the endpoint; for a target in this process, what its requests are addressed to. */
  readonly endpoint: string;
  readonly cannot: readonly UnsupportedCapability[];
  /** Functions can be created there; where not, any name will do. */
  readonly arranges: boolean;
  /** It ends with this process, so that nothing is noted and the same seed may give the same names. */
  readonly own: boolean;
  /** In place of a connection to the endpoint. */
  readonly carrier?: (authorize: Authorizer, clock: Clock) => Transport;
  /** What to do when no function can be had there, as the end of a sentence. */
  readonly remedy?: string;
  /** Starts it again where a request ended it; only where we started it, and it lost nothing. */
  readonly restart?: (() => Promise<boolean>) | undefined;
  stop(): Promise<void>;
}

/** What no target does that was not made for tests. */
export const noFaultsOnDemand: UnsupportedCapability = {
  needs: "faults",
  reason: "cannot be asked for a fault, so 429 and 500 are judged only if they come",
};

/** Any endpoint that speaks the Lambda API; throws a Fault when the text is no URL that can be sent to. */
export function connectionAt(endpoint: string): TargetConnection {
  return {
    name: endpointOf(endpoint).host,
    endpoint,
    cannot: [noFaultsOnDemand],
    arranges: true,
    own: false,
    stop: async () => {},
  };
}

/** A target that is up and within reach, and how to leave it. */
export interface Session extends Connection {
  readonly name: string;
  readonly endpoint: string;
  readonly region: string;
  readonly cannot: readonly UnsupportedCapability[];
  /** Nothing that could hurt a real account may be sent. */
  readonly safeMode: boolean;
  /** Fixtures that are made and played on side by side; null leaves it to the suites. */
  readonly workers: number | null;
  readonly clock: Clock;
  readonly startedAt: Date;
  /** Starts the target again where a request ended it; only where we started it, and it lost nothing. */
  readonly restart?: (() => Promise<boolean>) | undefined;
  close(): Promise<void>;
}

/** The options that say how a target is reached. */
type ConnectOption =
  | "region"
  | "sign"
  | "functionName"
  | "role"
  | "timeoutMs"
  | "budget"
  | "rate"
  | "concurrency"
  | "signal";

/** How a target is reached. */
export interface SessionOptions extends Pick<ConformOptions, ConnectOption> {
  readonly env: Environment;
  /** Folder in which journals are kept; that of the process by default. */
  readonly cwd?: string | undefined;
  /** Names at a target of our own follow from it. */
  readonly seed: number | string;
  /** Begins every name that is created, in place of one that is made up. */
  readonly prefix?: string | undefined;
  /** What sentences call an option; its name in programs by default. */
  readonly optionName?: OptionSpelling | undefined;
}

/** Folder of the journals of what was created on targets that outlive a run. */
export const journalDir = ".addpermission-conformance";

/** Begins the name of everything that is created. */
export const namePrefix = "addperm-ct-";

/** Opens the way to a target; nothing is sent yet. The target is stopped when that fails. */
export async function openSession(target: TargetConnection, options: SessionOptions): Promise<Session> {
  const t0 = performance.now();
  const clock: Clock = () => performance.now() - t0;
  const startedAt = new Date();
  try {
    return await sessionAt(target, options, clock, startedAt);
  } catch (error) {
    await target.stop();
    throw error;
  }
}

async function sessionAt(
  target: TargetConnection,
  options: SessionOptions,
  clock: Clock,
  startedAt: Date,
): Promise<Session> {
  const { env, cwd = ".", sign = false, concurrency, functionName } = options;
  const { carrier, name, cannot, own, arranges, remedy, restart } = target;
  const endpoint = endpointOf(target.endpoint);
  // An empty variable is one that is not set.
  const region = options.region || env.AWS_REGION || env.AWS_DEFAULT_REGION || "us-east-1";
  const connection = await connect({
    endpoint,
    region,
    sign,
    env,
    functionName,
    arranges,
    prefix: options.prefix ?? runPrefix(own, options.seed),
    role: options.role,
    timeoutMs: options.timeoutMs ?? table.timeoutMs.default,
    budget: options.budget,
    rate: options.rate,
    concurrency: concurrency ?? table.concurrency.default,
    signal: options.signal,
    clock,
    now: () => new Date(),
    journalDir: own ? null : join(cwd, journalDir),
    pid: process.pid,
    remedy,
    optionName: options.optionName ?? inPrograms,
    restart,
    carrier: carrier === undefined ? undefined : (authorize) => carrier(authorize, clock),
  });
  return {
    ...connection,
    name,
    endpoint: endpoint.href.replace(/\/$/, ""),
    region,
    cannot,
    safeMode: sign || (carrier === undefined && endpoint.hostname.endsWith(".amazonaws.com")),
    workers: functionName === undefined ? (concurrency ?? null) : 1,
    restart,
    clock,
    startedAt,
    close: async () => {
      await connection.transport.close();
      await target.stop();
    },
  };
}

/** Begins the names of a run: the same at the same seed on targets of our own, and never the same on any other. */
export function runPrefix(own: boolean, seed: number | string): string {
  return `${namePrefix}${own ? tag(`${seed}`) : randomBytes(3).toString("hex")}`;
}

function tag(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 6);
}

/** How a target was named that no way could be opened to. */
export interface FailedConnection {
  readonly target?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
}

/** In place of a session that could not be opened, for a report that says so: nothing can be sent in it. */
export function failedSession({ target, endpoint, region = "" }: FailedConnection): Session {
  const t0 = performance.now();
  const never = () => Promise.reject(new Fault("Nothing can be sent to a target that was not reached."));
  const url = endpoint === undefined ? "" : printableUrl(endpoint);
  return {
    name:
      target ?? (endpoint === undefined ? "reference" : URL.canParse(url) ? new URL(url).host : "unknown"),
    endpoint: url,
    region,
    cannot: [],
    safeMode: true,
    workers: null,
    clock: () => performance.now() - t0,
    startedAt: new Date(),
    transport: {
      send: never,
      close: async () => {},
      requests: () => 0,
      spent: () => false,
      remaining: () => 0,
      used: () => 0,
    },
    how: { deadlineMs: 0 },
    arrange: never,
    fresh: false,
    redact: (text) => text,
    curl: { authorization: [], sign: false },
    close: async () => {},
  };
}

/** The endpoint without what must not end up in a report; empty where it is no URL, for who knows what it is then. */
function printableUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return "";
  return `${url.origin}${url.pathname}`.replace(/\/$/, "");
}

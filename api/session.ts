import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Authorizer, Environment } from "../client/authorize.ts";
import { type Clock, endpointOf, isLoopback, type Transport } from "../client/transport.ts";
import type { Report } from "../reports/report.ts";
import { type Connection, connect } from "../runner/connect.ts";
import type { RunHead } from "../runner/events.ts";
import { Fault, type OptionSpelling } from "../spec/fault.ts";
import type { Capability, UnsupportedCapability } from "../spec/verdict.ts";
import { inPrograms, options as table } from "./options.ts";
import type { ConformOptions } from "./program-options.ts";

/** A target and how to connect to it, before anything is sent. */
export interface TargetConnection {
  /** The name in reports. */
  readonly name: string;
  /** The URL of the endpoint; for a target in this process, the address of its requests. */
  readonly endpoint: string;
  readonly cannot: readonly UnsupportedCapability[];
  readonly kind: NonNullable<Report["target"]["kind"]>;
  /** True if functions can be created; otherwise any name is a function. */
  readonly arranges: boolean;
  /** True if it ends with this process: no journal is needed, and the same seed may give the same names. */
  readonly own: boolean;
  /** The transport of a target in this process. */
  readonly carrier?: (authorize: Authorizer, clock: Clock) => Transport;
  /** After a run: the Fault of a target in this process that answered no request; null if it answered any. */
  readonly diagnose?: () => Fault | null;
  /** What the user can do when no function can be created, as the end of a sentence. */
  readonly remedy?: string;
  /** Restarts the target after a request ended it, without its functions; only for a target that we started. */
  readonly restart?: (() => Promise<boolean>) | undefined;
  stop(): Promise<void>;
}

/** The capability that only targets made for tests have. */
export const noFaultsOnDemand: UnsupportedCapability = {
  needs: "faults",
  reason: "cannot produce faults on request, so 429 and 500 are judged only if they occur",
};

/** A connection to any endpoint that speaks the Lambda API; throws a Fault if the URL is invalid. */
export function connectionAt(endpoint: string): TargetConnection {
  return {
    name: endpointOf(endpoint).host,
    endpoint,
    cannot: [noFaultsOnDemand],
    kind: "endpoint",
    arranges: true,
    own: false,
    stop: async () => {},
  };
}

const statelessReason = "answers AddPermission alone and keeps nothing";

/** The capabilities that need state, another operation, or an answer to other requests than AddPermission. */
const stateful: readonly Capability[] = ["state", "policy", "remove", "revisions", "routes"];

/** The connection with the capabilities that the user declares unsupported. */
export function declared(
  connection: TargetConnection,
  { stateless = false, cannot = [] }: Pick<ConformOptions, "stateless" | "cannot">,
): TargetConnection {
  const unsupported = stateless ? stateful.map((needs) => ({ needs, reason: statelessReason })) : [];
  return {
    ...connection,
    arranges: connection.arranges && !stateless,
    cannot: [...cannot, ...unsupported, ...connection.cannot],
  };
}

/** A connected target, with a method that ends the connection. */
export interface Session extends Connection {
  /** The target, as the report names it. */
  readonly target: RunHead["target"] & { readonly region: string };
  /** True if an existing function may keep statements that no request removes. */
  readonly disposable: boolean;
  /** True if destructive requests must not be sent, as in a real account. */
  readonly safeMode: boolean;
  /** The number of workers that run side by side; null leaves it to the suites. */
  readonly workers: number | null;
  readonly clock: Clock;
  readonly startedAt: Date;
  /** Restarts the target after a request ended it, without its functions; only for a target that we started. */
  readonly restart?: (() => Promise<boolean>) | undefined;
  close(): Promise<void>;
}

type ConnectOption =
  | "region"
  | "sign"
  | "functionName"
  | "disposable"
  | "role"
  | "timeoutMs"
  | "budget"
  | "rate"
  | "concurrency"
  | "signal";

/** Options of a session. */
export interface SessionOptions extends Pick<ConformOptions, ConnectOption> {
  readonly env: Environment;
  /** The folder of the journals; the working directory by default. */
  readonly cwd?: string | undefined;
  /** The seed of names at a target that ends with this process. */
  readonly seed: number | string;
  /** The prefix of every created name; random by default. */
  readonly prefix?: string | undefined;
  /** How messages name an option; by default its name in programs. */
  readonly optionName?: OptionSpelling | undefined;
}

/** The folder of the journals of what a run creates on targets that outlive it. */
export const journalDir = ".addpermission-conformance";

/** The prefix of every created name. */
export const namePrefix = "addperm-ct-";

/** Connects to a target without sending anything. Stops the target if that fails. */
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
  const { carrier, name, kind, cannot, own, arranges, remedy, restart } = target;
  const endpoint = endpointOf(target.endpoint);
  // An empty variable counts as not set.
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
    target: {
      name,
      endpoint: endpoint.href.replace(/\/$/, ""),
      kind,
      region,
      ...(sign ? { signed: true } : {}),
      cannot,
    },
    disposable: own || options.disposable === true || isLoopback(endpoint.hostname),
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

/** The prefix of a run's names: determined by the seed if the target ends with this process, otherwise random. */
export function runPrefix(own: boolean, seed: number | string): string {
  return `${namePrefix}${own ? tag(`${seed}`) : randomBytes(3).toString("hex")}`;
}

function tag(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 6);
}

/** A session for the report of a failed connection to a target, as it was given; nothing can be sent in it. */
export function failedSession(target: string | undefined, endpoint: string | undefined): Session {
  const t0 = performance.now();
  const never = () => Promise.reject(new Fault("Nothing can be sent, because the connection failed."));
  const url = endpoint === undefined ? "" : printableUrl(endpoint);
  return {
    target: {
      name:
        target ?? (endpoint === undefined ? "reference" : URL.canParse(url) ? new URL(url).host : "unknown"),
      endpoint: url,
      region: "",
      cannot: [],
    },
    disposable: false,
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

/** The endpoint without secrets, for reports; empty if it is not a URL. */
function printableUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return "";
  return `${url.origin}${url.pathname}`.replace(/\/$/, "");
}

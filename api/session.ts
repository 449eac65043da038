import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Environment } from "../client/authorize.ts";
import { type Clock, endpointOf } from "../client/transport.ts";
import type { Inability } from "../runner/options.ts";
import { type Reach, reach } from "../runner/reach.ts";
import type { Contact } from "./contact.ts";

/** A target that is up and within reach, and how to leave it. */
export interface Session extends Reach {
  readonly name: string;
  readonly endpoint: string;
  readonly region: string;
  readonly cannot: readonly Inability[];
  /** Nothing that could hurt a real account may be sent. */
  readonly careful: boolean;
  /** Stages that are made and played on side by side; null leaves it to the suites. */
  readonly lanes: number | null;
  readonly clock: Clock;
  readonly startedAt: Date;
  /** Starts the target again where a request ended it; only where we started it, and it lost nothing. */
  readonly revive?: (() => Promise<boolean>) | undefined;
  close(): Promise<void>;
}

/** How a target is reached; what is absent has the default that the README names. */
export interface SessionOptions {
  readonly env: Environment;
  /** Folder in which journals are kept; that of the process by default. */
  readonly cwd?: string | undefined;
  readonly region?: string | undefined;
  readonly sign?: boolean | undefined;
  readonly functionName?: string | undefined;
  readonly role?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly budget?: number | undefined;
  readonly rate?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Names at a target of our own follow from it. */
  readonly seed: number | string;
  /** Begins every name that is created, in place of one that is made up. */
  readonly prefix?: string | undefined;
}

/** Folder of the journals of what was created on targets that outlive a run. */
export const journalDir = ".addpermission-conformance";

/** Lanes unless told otherwise. */
export const usualLanes = 8;

/** Begins the name of everything that is created. */
export const namePrefix = "addperm-ct-";

/** Opens the way to a target; nothing is sent yet. The target is stopped when that fails. */
export async function openSession(contact: Contact, options: SessionOptions): Promise<Session> {
  const t0 = performance.now();
  const clock: Clock = () => performance.now() - t0;
  const startedAt = new Date();
  try {
    return await sessionAt(contact, options, clock, startedAt);
  } catch (error) {
    await contact.stop();
    throw error;
  }
}

async function sessionAt(
  contact: Contact,
  options: SessionOptions,
  clock: Clock,
  startedAt: Date,
): Promise<Session> {
  const { env, cwd = ".", sign = false, concurrency, functionName } = options;
  const { carrier, name, cannot, own, arranges, remedy, revive } = contact;
  const endpoint = endpointOf(contact.endpoint);
  // An empty variable is one that is not set.
  const region = options.region || env.AWS_REGION || env.AWS_DEFAULT_REGION || "us-east-1";
  const reached = await reach({
    endpoint,
    region,
    sign,
    env,
    functionName,
    arranges,
    prefix: options.prefix ?? runPrefix(own, options.seed),
    role: options.role,
    timeoutMs: options.timeoutMs ?? 10_000,
    budget: options.budget,
    rate: options.rate,
    concurrency: concurrency ?? usualLanes,
    signal: options.signal,
    clock,
    now: () => new Date(),
    journalDir: own ? null : join(cwd, journalDir),
    pid: process.pid,
    remedy,
    revive,
    carrier: carrier === undefined ? undefined : (authorize) => carrier(authorize, clock),
  });
  return {
    ...reached,
    name,
    endpoint: endpoint.href.replace(/\/$/, ""),
    region,
    cannot,
    careful: sign || (carrier === undefined && endpoint.hostname.endsWith(".amazonaws.com")),
    lanes: functionName === undefined ? (concurrency ?? null) : 1,
    revive,
    clock,
    startedAt,
    close: async () => {
      await reached.transport.close();
      await contact.stop();
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

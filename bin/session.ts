import { createHash, randomBytes } from "node:crypto";
import { endpointOf } from "../client/endpoint.ts";
import type { Clock } from "../client/transport.ts";
import type { Inability } from "../runner/options.ts";
import { type Reach, reach } from "../runner/reach.ts";
import { Fault } from "../spec/fault.ts";
import type { Given } from "./arguments.ts";

/** A target that is up and within reach, and how to leave it. */
export interface Session extends Reach {
  readonly name: string;
  readonly endpoint: string;
  readonly region: string;
  readonly cannot: readonly Inability[];
  /** Nothing that could hurt a real account may be sent. */
  readonly careful: boolean;
  readonly clock: Clock;
  readonly startedAt: Date;
  close(): Promise<void>;
}

/** Folder of the journals of what was created on targets that outlive a run. */
export const journalDir = ".addpermission-conformance";

/** Begins the name of everything that is created. */
export const namePrefix = "addperm-ct-";

/** Starts or finds the target that the options name. */
export async function openSession(
  given: Pick<Given, "text" | "number" | "on">,
  seed: number,
  signal?: AbortSignal,
  prefix?: string,
): Promise<Session> {
  const t0 = performance.now();
  const clock: Clock = () => performance.now() - t0;
  const startedAt = new Date();
  const found = await targetOf(given);
  const endpoint = endpointOf(found.endpoint);
  const region =
    given.text("region") ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? "us-east-1";
  const concurrency = given.number("concurrency", 1, 256) ?? 8;
  try {
    const reached = await reach({
      endpoint,
      region,
      sign: given.on("sign"),
      env: process.env,
      functionName: given.text("function"),
      arranges: found.arranges,
      // A target of our own gets the same names at the same seed; on any other, two runs must not meet.
      prefix: prefix ?? runPrefix(found.own, seed),
      role: given.text("role"),
      timeoutMs: given.number("timeout", 1) ?? 10_000,
      budget: given.number("budget", 1),
      rate: given.number("rate", 1),
      concurrency,
      signal,
      clock,
      now: () => new Date(),
      journalDir: found.own ? null : journalDir,
      pid: process.pid,
    });
    const close = async () => {
      await reached.transport.close();
      await found.stop();
    };
    const careful = given.on("sign") || endpoint.hostname.endsWith(".amazonaws.com");
    return {
      ...reached,
      ...found,
      endpoint: endpoint.href.replace(/\/$/, ""),
      region,
      careful,
      clock,
      startedAt,
      close,
    };
  } catch (error) {
    await found.stop();
    throw error;
  }
}

interface Found {
  readonly name: string;
  readonly endpoint: string;
  readonly cannot: readonly Inability[];
  readonly arranges: boolean;
  /** Started by us, and gone when we are done. */
  readonly own: boolean;
  stop(): Promise<void>;
}

async function targetOf(given: Pick<Given, "text">): Promise<Found> {
  const endpoint = given.text("endpoint");
  const named = given.text("target");
  if (endpoint !== undefined && named !== undefined) {
    throw new Fault(`--target ${named} and --endpoint ${endpoint} name two targets: give one of them.`);
  }
  if (endpoint !== undefined) {
    const cannot = [
      {
        needs: "faults" as const,
        reason: "cannot be asked for a fault, so 429 and 500 are judged only if they come",
      },
    ];
    return {
      name: endpointOf(endpoint).host,
      endpoint,
      cannot,
      arranges: true,
      own: false,
      stop: async () => {},
    };
  }
  const { targetNamed } = await import("../targets/builtin.ts");
  const target = targetNamed(named ?? "reference");
  const started = await target.start();
  return {
    name: target.name,
    endpoint: started.endpoint,
    cannot: target.cannot,
    arranges: target.arranges,
    own: true,
    stop: () => started.stop(),
  };
}

/** Begins the names of a run: the same at the same seed on targets of our own, and never the same on any other. */
export function runPrefix(own: boolean, seed: number): string {
  return `${namePrefix}${own ? tag(String(seed)) : randomBytes(3).toString("hex")}`;
}

function tag(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 6);
}

import { sleep } from "../client/deadline.ts";
import type { DiffReport } from "../reports/diff.ts";
import { connectLocally } from "../runner/connect.ts";
import { comparedSuites, diff, type SideOptions } from "../runner/diff/diff.ts";
import type { Suite } from "../suites/case.ts";
import { suites } from "../suites/index.ts";
import { inProcess } from "../targets/in-process.ts";
import { type Behaviour, faithful } from "../targets/reference/behaviour.ts";
import { createReference } from "../targets/reference/reference.ts";

type Mutate = (behaviour: Behaviour) => Behaviour;

/** One of two references in this process. */
interface Variant {
  readonly mutate?: Mutate;
  readonly account?: string;
  readonly region?: string;
}

interface Options {
  readonly seed?: number;
  readonly runs?: number;
  readonly suites?: readonly string[];
  /** The suites themselves, in place of their names. */
  readonly chosen?: readonly Suite[];
  readonly budget?: number;
}

const clock = () => performance.now();

/** Compares two variants of the reference without a socket. */
export async function diffVariants(x: Variant, y: Variant, options: Options = {}): Promise<DiffReport> {
  const { seed = 1, runs = 1, budget, chosen } = options;
  const wanted = options.suites;
  const sides = { x: await sideOf("x", x, budget), y: await sideOf("y", y, budget) };
  return diff({
    tool: { name: "addpermission-conformance", version: "0" },
    sides,
    suites:
      chosen ?? (wanted === undefined ? comparedSuites : suites.filter(({ name }) => wanted.includes(name))),
    seed,
    runs,
    rounds: 1,
    workers: 4,
    safeMode: false,
    clock,
    startedAt: new Date(0),
    sleep: (ms) => sleep(ms),
    progress: () => {},
    replay: (topic) => topic,
  });
}

/** A connection to one variant. */
export async function sideOf(side: string, variant: Variant, budget?: number): Promise<SideOptions> {
  const { mutate = (same: Behaviour) => same, region = "us-east-1", ...rest } = variant;
  const reference = createReference({ ...rest, region, behaviour: mutate(faithful) });
  const connection = await connectLocally({
    endpoint: new URL(`http://${side}.invalid`),
    region,
    prefix: `addperm-ct-00000${side}`,
    concurrency: 4,
    budget,
    clock,
    carrier: () => inProcess(reference, { clock }),
  });
  return { ...connection, target: { name: side, endpoint: `http://${side}.invalid`, cannot: [] } };
}

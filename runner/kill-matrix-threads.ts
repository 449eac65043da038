import { availableParallelism } from "node:os";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { variants } from "../targets/reference/mutants/index.ts";
import { type Measured, measure, measureNarrowly } from "./kill-matrix.ts";
import { optimiseLate } from "./optimise-late.ts";

/** Measures variants of the reference in parallel, one on each core. */
export interface Threads {
  readonly count: number;
  /**
   * Measures a variant as soon as a thread is free: at the default plan, or narrowly, given the rules that it is recorded to
   * violate. Rejects if a thread fails.
   */
  measure(variant: string, recorded?: readonly string[]): Promise<Measured>;
  close(): Promise<void>;
}

/** The seed of all runs, and how many random cases each property gets. */
export interface MatrixPlan {
  readonly seed: number;
  readonly runs: number;
}

const role = "kill-matrix";

/** Starts one thread for each core, but not more than there are variants. A single thread is this one. */
export function startThreads(plan: MatrixPlan, most: number, cores = availableParallelism()): Threads {
  const count = Math.max(1, Math.min(cores, most));
  if (count === 1)
    return { count, measure: (...asked) => measureVariant(asked, plan), close: async () => {} };
  optimiseLate();
  const queue: Job[] = [];
  const threads = Array.from({ length: count }, () => startThread(plan, queue));
  return {
    count,
    measure: (...asked) =>
      new Promise((resolve, reject) => {
        queue.push({ asked, resolve, reject });
        for (const { wake } of threads) wake();
      }),
    close: async () => {
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

type Asked = Parameters<Threads["measure"]>;

interface Job {
  readonly asked: Asked;
  readonly resolve: (measured: Measured) => void;
  readonly reject: (error: unknown) => void;
}

/** The answer of a thread: a measurement, or an error message. */
type ThreadAnswer = { readonly measured: Measured } | { readonly failure: string };

/** Starts a thread that takes one job after another from a shared queue. */
function startThread(plan: MatrixPlan, queue: Job[]): { readonly worker: Worker; readonly wake: () => void } {
  const worker = new Worker(bootstrap(import.meta.url), { eval: true, workerData: { role, plan } });
  let job: Job | undefined;
  let failure: Error | undefined;
  const wake = () => {
    if (job !== undefined) return;
    job = queue.shift();
    if (failure !== undefined) job?.reject(failure);
    else if (job !== undefined) worker.postMessage(job.asked);
  };
  worker.on("message", (answer: ThreadAnswer) => {
    if ("measured" in answer) job?.resolve(answer.measured);
    else job?.reject(new Error(answer.failure));
    job = undefined;
    wake();
  });
  worker.on("error", (error) => {
    failure = error;
    for (const lost of [job, ...queue.splice(0)]) lost?.reject(error);
    job = undefined;
  });
  return { worker, wake };
}

/** Node does not pass the TypeScript loader to threads, so a thread of a checkout registers it first. */
function bootstrap(url: string): string {
  const start = `import(${JSON.stringify(url)})`;
  if (!url.endsWith(".ts")) return start;
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  return `import(${loader}).then(({ register }) => { register(); return ${start}; })`;
}

async function measureVariant([name, recorded]: Asked, plan: MatrixPlan): Promise<Measured> {
  const variant = variants[name];
  if (variant === undefined) throw new Error(`There is no variant ${JSON.stringify(name)}.`);
  return recorded === undefined ? measure(variant, plan) : measureNarrowly(variant, recorded, plan);
}

/** In one of our threads: measures each variant on request. */
if (parentPort !== null && workerData?.role === role) {
  const port = parentPort;
  const answer = (of: ThreadAnswer) => port.postMessage(of);
  port.on("message", (asked: Asked) => {
    measureVariant(asked, workerData.plan).then(
      (measured) => answer({ measured }),
      (error: unknown) => answer({ failure: error instanceof Error ? error.message : String(error) }),
    );
  });
}

import { availableParallelism } from "node:os";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { variants, waitingVariants } from "../targets/reference/mutants/index.ts";
import { type Measured, measure, measureNarrowly } from "./kill-matrix.ts";
import { optimiseLate } from "./optimise-late.ts";

/** Measures variants of the reference in parallel. */
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

/**
 * Starts one thread for each core, and one for variants that wait, but not more than there are variants. A single thread is this
 * one.
 */
export function startThreads(plan: MatrixPlan, most: number, cores = availableParallelism()): Threads {
  const count = Math.max(1, Math.min(cores + 1, most));
  if (count === 1)
    return { count, measure: (...asked) => measureVariant(asked, plan), close: async () => {} };
  optimiseLate();
  const [busy, waiting]: [Job[], Job[]] = [[], []];
  const threads = Array.from({ length: count }, (_, at) =>
    startThread(plan, at === cores ? [waiting, busy] : [busy, waiting]),
  );
  return {
    count,
    measure: (...asked) =>
      new Promise((resolve, reject) => {
        (waitingVariants.includes(asked[0]) ? waiting : busy).push({ asked, resolve, reject });
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

/** Numbers tell the jobs of a thread apart. */
interface ThreadJob {
  readonly id: number;
  readonly asked: Asked;
}

/** The answer of a thread to a job: a measurement, or an error message. */
type ThreadAnswer = { readonly id: number } & (
  | { readonly measured: Measured }
  | { readonly failure: string }
);

/** While one run waits, as for a target that answers 409 for a moment, the other one goes on. */
const jobsAtOnce = 2;

interface Thread {
  readonly worker: Worker;
  wake(): void;
}

/** Starts a thread that takes jobs from the first of shared queues that has any. */
function startThread(plan: MatrixPlan, queues: readonly Job[][]): Thread {
  const worker = new Worker(bootstrap(import.meta.url), { eval: true, workerData: { role, plan } });
  const running = new Map<number, Job>();
  let taken = 0;
  let failure: Error | undefined;
  const wake = () => {
    while (running.size < jobsAtOnce) {
      const job = queues.find(({ length }) => length > 0)?.shift();
      if (job === undefined) return;
      if (failure !== undefined) {
        job.reject(failure);
        continue;
      }
      taken += 1;
      running.set(taken, job);
      worker.postMessage({ id: taken, asked: job.asked } satisfies ThreadJob);
    }
  };
  worker.on("message", (answer: ThreadAnswer) => {
    const job = running.get(answer.id);
    running.delete(answer.id);
    if ("measured" in answer) job?.resolve(answer.measured);
    else job?.reject(new Error(answer.failure));
    wake();
  });
  worker.on("error", (error) => {
    failure = error;
    for (const lost of [...running.values(), ...queues.flatMap((queue) => queue.splice(0))])
      lost.reject(error);
    running.clear();
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
  port.on("message", ({ id, asked }: ThreadJob) => {
    measureVariant(asked, workerData.plan).then(
      (measured) => answer({ id, measured }),
      (error: unknown) => answer({ id, failure: error instanceof Error ? error.message : String(error) }),
    );
  });
}

import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { type Dispatcher, Pool } from "undici";
import { constantAuthorizer } from "../client/authorize.ts";
import { httpTransport, undiciRequest } from "../client/http.ts";
import type { Outgoing, Transport } from "../client/transport.ts";
import { ruleIds } from "../rules/index.ts";
import type { Observer } from "../runner/events.ts";
import { judgeOver, judgeVariant } from "../runner/kill-matrix.ts";
import { suites, usualPlan } from "../suites/index.ts";
import { variants } from "../targets/reference/mutants/index.ts";
import type { Mutant } from "../targets/reference/mutants/mutant.ts";
import { createReference } from "../targets/reference/reference.ts";

// Measures how many requests a run needs until it finds a fault, and compares its request rate with that of a bare loop. Each turn runs the whole suite against the reference in
// another process, from its first AddPermission to the end of the run. Then a loop sends the same requests, byte for byte,
// over as many connections. The set-up of fixtures is not measured.

const turns = 5;
const connections = 32;
const runs = 200;
const authorize = constantAuthorizer("us-east-1");
const clock = () => performance.now();

interface Pace {
  readonly sent: readonly Outgoing[];
  readonly perSecond: number;
}

/** The requests that are sent after the set-up. */
interface Notes {
  readonly sent: Outgoing[];
  beganAt: number | null;
  requests: number;
}

async function suitePace(endpoint: URL): Promise<Pace> {
  const notes: Notes = { sent: [], beganAt: null, requests: 0 };
  const carrier = () => noting(httpTransport({ endpoint, clock, authorize, connections }), notes);
  const report = await judgeOver(
    { endpoint, prefix: "bench", timeoutMs: 30_000, carrier },
    { clock, workers: connections, seed: 1, runs, rounds: 6 },
  );
  const perSecond = (notes.requests / (clock() - (notes.beganAt ?? 0))) * 1000;
  if (report.incomplete || report.summary.document.violated > 0)
    throw new Error("The run that was measured is not green.");
  return { sent: notes.sent, perSecond };
}

/** Records the requests, except those that need their own socket. */
function noting(transport: Transport, notes: Notes): Transport {
  return {
    unable: (call) => transport.unable?.(call) ?? null,
    close: () => transport.close(),
    send: (call, how) => {
      if (notes.beganAt === null && isAddition(call)) notes.beganAt = clock();
      if (notes.beganAt !== null) {
        notes.requests += 1;
        if (call.raw === undefined && call.connection === undefined) notes.sent.push(call);
      }
      return transport.send(call, how);
    },
  };
}

function isAddition({ method, target }: Outgoing): boolean {
  return method === "POST" && target.endsWith("/policy");
}

/** The requests in the form of undici, built before the loop starts. */
function dispatchable(sent: Pace["sent"], { host }: URL): readonly Dispatcher.DispatchOptions[] {
  return sent.flatMap((call) => {
    const signed = authorize(call, host, "lambda");
    return "then" in signed ? [] : [undiciRequest(call, signed)];
  });
}

async function barePace(endpoint: URL, sent: Pace["sent"]): Promise<number> {
  const pool = new Pool(endpoint.origin, { connections, pipelining: 1 });
  const requests = dispatchable(sent, endpoint);
  const rest = requests.values();
  const began = clock();
  const worker = async () => {
    for (const request of rest) await (await pool.request(request)).body.text();
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const perSecond = (requests.length / (clock() - began)) * 1000;
  await pool.close();
  return perSecond;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Starts a new reference in its own process for each half of a turn. */
async function withServer<T>(use: (endpoint: URL) => Promise<T>): Promise<T> {
  const child = fork(fileURLToPath(import.meta.url), ["--serve"]);
  try {
    const [origin]: unknown[] = await once(child, "message");
    return await use(new URL(String(origin)));
  } finally {
    child.kill();
  }
}

async function compare(): Promise<{ readonly suite: number; readonly bare: number; readonly ratio: number }> {
  const pairs: { suite: number; bare: number }[] = [];
  // Turn 0 warms up this process for both halves and is not counted.
  for (let turn = 0; turn <= turns; turn++) {
    const { sent, perSecond: suite } = await withServer(suitePace);
    const bare = await withServer((endpoint) => barePace(endpoint, sent));
    if (turn > 0) pairs.push({ suite, bare });
    const of = `${sent.length} requests over ${connections} connections`;
    console.log(
      `turn ${turn}${turn === 0 ? " (warm-up)" : ""}: suite ${suite.toFixed(0)}/s, bare loop ${bare.toFixed(0)}/s, ratio ${percent(suite / bare)} (${of})`,
    );
  }
  const middle = (pick: (pair: (typeof pairs)[number]) => number) => median(pairs.map(pick));
  const medians = {
    suite: Math.round(middle(({ suite }) => suite)),
    bare: Math.round(middle(({ bare }) => bare)),
    ratio: Number(middle(({ suite, bare }) => suite / bare).toFixed(2)),
  };
  console.log(
    `median: suite ${medians.suite}/s, bare loop ${medians.bare}/s, ratio ${percent(medians.ratio)}`,
  );
  return medians;
}

/** How many requests a default run needs until it meets the fault of each mutant. */
interface RequestsUntilFound {
  readonly mutants: number;
  /** Mutants that the default run does not find; the kill matrix finds them with more random cases. */
  readonly notFound: readonly string[];
  readonly median: number;
  readonly ninetieth: number;
  readonly worst: { readonly requests: number; readonly mutant: string };
  /** The requests of a whole run on the reference: by then all that are found are. */
  readonly wholeRun: number;
  /** For each suite, the mutants that it finds first. */
  readonly firstBySuite: Readonly<Record<string, number>>;
}

interface Found {
  readonly requests: number;
  readonly suite: string;
}

/**
 * Judges every mutant as a default run does. Its fault counts as found with the first request that violates a rule which must
 * find it, if the rule is confirmed later.
 */
async function requestsUntilFound(
  onMutant: (name: string, found: Found | null) => void,
): Promise<RequestsUntilFound> {
  const all: { readonly mutant: string; readonly found: Found | null }[] = [];
  for (const [mutant, variant] of Object.entries(variants)) {
    if (variant.kills.length === 0) continue;
    const found = await firstFound(variant);
    onMutant(mutant, found);
    all.push({ mutant, found });
  }
  const found = all
    .flatMap(({ mutant, found }) => (found === null ? [] : [{ mutant, ...found }]))
    .sort((a, b) => a.requests - b.requests);
  const at = (share: number) => found[Math.ceil(found.length * share) - 1]?.requests ?? Number.NaN;
  const last = found.at(-1);
  const whole = await judgeVariant((behaviour) => behaviour, plan);
  return {
    mutants: all.length,
    notFound: all.flatMap(({ mutant, found }) => (found === null ? [mutant] : [])),
    median: at(0.5),
    ninetieth: at(0.9),
    worst: { requests: last?.requests ?? Number.NaN, mutant: last?.mutant ?? "" },
    wholeRun: whole.requests,
    firstBySuite: Object.fromEntries(
      suites.map(({ name }) => [name, found.filter(({ suite }) => suite === name).length]),
    ),
  };
}

/** The plan of a default run. */
const plan = { seed: 1, ...usualPlan, workers: 8, suites: suites.map(({ name }) => name) };

async function firstFound({ mutate, kills, column }: Mutant): Promise<Found | null> {
  const seen = new Map<string, Found>();
  const report = await judgeVariant(mutate, {
    ...plan,
    profile: column,
    // The run ends once a rule that must find it is confirmed.
    bail: { causes: 1, known: ruleIds.filter((id) => !kills.includes(id)) },
    observers: ({ transport }): readonly Observer[] => [
      {
        on: (event) => {
          if (event.type !== "candidate") return;
          const [suite = ""] = event.case.split("/");
          seen.set(event.rule.id, { requests: transport.requests(), suite });
        },
      },
    ],
  });
  const confirmed = report.rules.filter(
    ({ id, verdicts }) => kills.some((own) => own === id) && verdicts[column ?? "document"] === "violated",
  );
  const found = confirmed.flatMap(({ id }) => seen.get(id) ?? []);
  return found.sort((a, b) => a.requests - b.requests)[0] ?? null;
}

/** Prints how many requests the default run needs until it finds each mutant. */
async function search(): Promise<RequestsUntilFound> {
  const verbose = argv.includes("--verbose");
  const all = await requestsUntilFound((name, found) => {
    if (verbose) console.log(`${found?.requests ?? "not found"}  ${name}  ${found?.suite ?? ""}`);
  });
  const { mutants, notFound, median: half, ninetieth, worst, wholeRun } = all;
  console.log(
    `found: ${mutants - notFound.length} of ${mutants} mutants, after ${half} requests in the median, ${ninetieth} for 90 %, ${worst.requests} at worst (${worst.mutant}); a whole run has ${wholeRun}`,
  );
  if (notFound.length > 0) console.log(`not found by the default run: ${notFound.join(", ")}`);
  return all;
}

/** Prints both measurements, or the one of --pace or --found. With --write it updates bench.json. */
async function bench(): Promise<void> {
  const file = new URL("bench.json", import.meta.url);
  const before: object = JSON.parse(await readFile(file, "utf8").catch(() => "{}"));
  const isBoth = !argv.includes("--pace") && !argv.includes("--found");
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? "", cores: cpus().length };
  const now = { date: new Date().toISOString().slice(0, 10), ...machine };
  const pace = isBoth || argv.includes("--pace") ? { pace: { ...now, ...(await compare()) } } : {};
  const found = isBoth || argv.includes("--found") ? { found: { ...now, ...(await search()) } } : {};
  if (!argv.includes("--write")) return;
  const command = "npm run bench -- --write";
  await writeFile(file, `${JSON.stringify({ ...before, command, ...pace, ...found }, null, 2)}\n`);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

if (argv.includes("--serve")) {
  const { origin } = await createReference().listen();
  process.send?.(origin);
} else await bench();

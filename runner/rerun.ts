import type { Finding, Judge } from "../oracle/judge.ts";
import type { ObservedBatch } from "../oracle/observe.ts";
import type { Rule } from "../oracle/rule.ts";
import type { Batch } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { addressee, route } from "../spec/target.ts";
import type { Column } from "../spec/verdict.ts";
import { outlastsReset } from "./candidates.ts";
import type { Regenerate, Steps } from "./regenerate.ts";
import type { Execution, Worker } from "./worker.ts";

/** Begins the test case of every history that is executed to try a violation again. */
export const replayTestCase = "replay/";

/** The empty fixture that a rerun needs: emptied, new, or new with nothing but the function under test. */
export type EmptyFixtureKind = "emptied" | "new" | "bare";

/** Gives an empty fixture; null when it cannot be had. */
export type GetEmptyFixture = (kind: EmptyFixtureKind) => Promise<Worker | null>;

/** Where empty fixtures come from. */
export interface EmptyFixtures {
  /** Replaces the fixture of a worker; null when that cannot be. */
  readonly replace: (worker: Worker) => Promise<Worker | null>;
  /** A new fixture with nothing but the function under test, for a single rerun. */
  readonly spareFixture?: () => Promise<Worker | null>;
  /** False where no function is created at all: then an emptied one is all there is. */
  readonly creates?: boolean;
}

/** Gives the empty fixtures of one worker: its own, emptied, while that can be, and a new one after that. */
export function emptyFixtures(
  start: Worker,
  { replace, spareFixture, creates }: EmptyFixtures,
): GetEmptyFixture {
  let worker = start;
  return async (kind) => {
    const bare = kind === "bare" ? await spareFixture?.() : null;
    if (bare) return bare;
    const mayBeEmptied = kind === "emptied" || creates === false;
    if (mayBeEmptied && (await worker.reset(true))) return worker;
    const replacement = await replace(worker);
    worker = replacement ?? worker;
    return replacement;
  };
}

/** Where and how steps are executed again. */
export interface RerunOptions {
  readonly getEmptyFixture: GetEmptyFixture;
  readonly regenerate: Regenerate;
  /** The fixture that the steps come from. */
  readonly from: Fixture;
  /** On a new fixture, whatever the steps leave behind. */
  readonly onNew: boolean;
  /** Its name in a recording. */
  readonly testCase: string;
  /** Over new connections. */
  readonly onNewConnection?: boolean;
}

/** Steps as they went on an empty fixture. */
export interface Rerun {
  readonly execution: Execution;
  readonly fixture: Fixture;
}

/** Executes steps on an empty fixture; null where the test case has no such steps there, "no-fixture" where there is none. */
export async function rerun(steps: Steps, options: RerunOptions): Promise<Rerun | null | "no-fixture"> {
  const { getEmptyFixture: ready, regenerate, from, onNew, testCase, onNewConnection = false } = options;
  const worker = await ready(fixtureFor(steps, from, onNew));
  if (worker === null) return "no-fixture";
  const batches = regenerate(steps, worker.fixture);
  if (batches === null) return null;
  return {
    execution: await executeSteps(worker, batches, { testCase, onNewConnection }),
    fixture: worker.fixture,
  };
}

/** Executes given steps on a worker, whatever is answered. */
export async function executeSteps(
  worker: Worker,
  batches: readonly Batch[],
  how: { readonly testCase: string; readonly onNewConnection?: boolean },
): Promise<Execution> {
  return worker.execute((done) => batches[done.length] ?? null, how);
}

/** Most histories are about the function under test alone, and that is soon created. */
export function fixtureFor(steps: Steps, { main, unknownName }: Fixture, onNew: boolean): EmptyFixtureKind {
  const all = steps.flat();
  if (outlastsReset(all)) return "new";
  if (!onNew) return "emptied";
  const isAlone = all.every(({ call }) => {
    const at = route(call.target);
    const of = at.kind === "none" ? null : addressee(at);
    return of !== null && of.qualifier === null && (of.name === main.name || of.name === unknownName);
  });
  return isAlone ? "bare" : "new";
}

/** Everything that a judge finds in a history. */
export function findingsIn(observed: readonly ObservedBatch[], judge: Judge): readonly Finding[] {
  return [...observed.flatMap((batch) => judge.batch(batch)), ...judge.history(observed)];
}

/** A violation, and what the rule says of it. */
export type Violated = Omit<Finding, "judgement"> &
  Extract<Finding["judgement"], { readonly verdict: "violated" }>;

/** The violations among findings, in a column, of one rule or of all. */
export function violations(findings: readonly Finding[], column: Column, rule?: Rule): readonly Violated[] {
  return findings.flatMap(({ judgement, ...where }) => {
    if (judgement.verdict !== "violated" || where.column !== column) return [];
    return rule === undefined || where.rule.id === rule.id ? [{ ...where, ...judgement }] : [];
  });
}

/** What an executed history shows of a rule. */
export interface Violation {
  readonly expected: string;
  readonly seen: string;
  /** Another rule whose violation explains it; null when it is violated for a reason of its own. */
  readonly explainedBy: string | null;
}

/** Which violations of which rule are looked for. */
export interface SoughtViolation {
  readonly judge: Judge;
  readonly rule: Rule;
  /** Columns that judge the rule alike: what explains it in one of them explains it. */
  readonly columns: readonly Column[];
  /** Rules that may explain it, besides those that the violation itself names. */
  readonly unless: readonly string[];
  /** Says whether another rule explains it, by whether that is violated in the same history (`here`) or in the whole run. */
  readonly explains: (rule: string, here: boolean) => boolean;
}

/** The violation of a rule that a history shows; where there are several, one that nothing explains. Null for none. */
export function violationIn(observed: readonly ObservedBatch[], of: SoughtViolation): Violation | null {
  const { judge, rule, columns } = of;
  const [column = "document"] = columns;
  const findings = findingsIn(observed, judge);
  const here = new Set(columns.flatMap((one) => violations(findings, one).map(({ rule: { id } }) => id)));
  let found: Violation | null = null;
  for (const { expected, seen, unless = [] } of violations(findings, column, rule)) {
    const explainers = [...of.unless, ...unless].filter((id) => id !== rule.id);
    const explainedBy = explainers.find((id) => of.explains(id, here.has(id))) ?? null;
    if (explainedBy === null) return { expected, seen, explainedBy };
    found ??= { expected, seen, explainedBy };
  }
  return found;
}

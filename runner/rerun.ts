import type { Finding, Judge } from "../oracle/judge.ts";
import type { ObservedBatch } from "../oracle/observe.ts";
import type { Rule, Serving } from "../oracle/rule.ts";
import { jsonObject } from "../spec/answer.ts";
import type { Batch, Call } from "../spec/exchange.ts";
import {
  allParts,
  type Fixture,
  type FixtureParts,
  hasParts,
  isWhole,
  joinedParts,
  noParts,
} from "../spec/fixture.ts";
import { readName } from "../spec/function-name.ts";
import { decoded, route, valuesOf } from "../spec/target.ts";
import type { Column } from "../spec/verdict.ts";
import { outlastsReset } from "./candidates.ts";
import { requestsOfFixture, type WorkerPool } from "./pool.ts";
import type { Regenerate, Steps } from "./regenerate.ts";
import { type Execution, inTurn, type PolicyChoice, type Worker } from "./worker.ts";

export const replayTestCase = "replay/";

/**
 * What a rerun is for, besides showing the violation: that the target succeeds at a valid request, or at those before and after;
 * that calls show it one after another; or that smaller values do, which a brief confirmation leaves out.
 */
export type RerunAim = "valid" | "amid-valid" | "one-by-one" | "fine";

/** Names the reruns of one attempt to confirm a candidate: the number of the attempt for its rule, from 1, and the candidate's place. */
export function attemptName(
  { rule, column, place }: { readonly rule: string; readonly column: Column; readonly place: number },
  attempt: number,
  onNew: boolean,
): string {
  const again = attempt === 1 ? "" : `again-${attempt}-`;
  return `${replayTestCase}${rule}/${column}/${again}at-${place}-${onNew ? "new-" : ""}`;
}

export function rerunName(attempt: string, number: number, aim?: RerunAim): string {
  return `${attempt}${number}${aim === undefined ? "" : `-${aim}`}`;
}

/** What the name of a rerun says; null if it is none. Early recordings hold no place. */
export function readRerunName(name: string) {
  const [, attempt = null, rule = "", place, aim] =
    /^(replay\/([^/]+)\/(?:.*?[/-])?(?:at-(\d+)-)?(?:new-)?)\d+(?:-([a-z-]+))?$/.exec(name) ?? [];
  return attempt === null ? null : { attempt, rule, place: place === undefined ? null : Number(place), aim };
}

/** The empty fixture that a history needs. */
export interface NeededFixture {
  /** True if a fixture that was used before does not serve, even if it is reset. */
  readonly isNew: boolean;
  readonly parts: FixtureParts;
}

/** Returns a worker with an empty fixture; null if there is none. */
export type GetEmptyFixture = (
  needed: NeededFixture,
  /** The policies that have to be seen empty; all by default. */
  of?: PolicyChoice,
) => Promise<Worker | null>;

export interface EmptyFixtures extends Pick<WorkerPool, "replace" | "spareFixture"> {
  /** False if no functions can be created, so a reset fixture is the only one. */
  readonly creates: boolean;
}

/** Makes the source of empty fixtures for one worker: its own fixture while that can be reset with few requests, else new ones. */
export function emptyFixtures(
  start: Worker,
  { replace, spareFixture, creates }: EmptyFixtures,
): GetEmptyFixture {
  let worker = start;
  let spare: Worker | null = null;
  return async ({ isNew, parts }, of) => {
    if (!isWhole(parts)) {
      // One policy is emptied with fewer requests than all policies of the run's fixture.
      spare = await (isNew ? spareFixture(spare, parts) : emptySpare(spare, parts, spareFixture));
      if (spare !== null) return spare;
    }
    const mayBeEmptied = !isNew || !creates;
    const isCheap = !creates || worker.requestsOfReset() <= requestsOfFixture();
    if (mayBeEmptied && isCheap && (await worker.reset(true, of))) return worker;
    const replacement = await replace(worker);
    if (replacement === null && mayBeEmptied && !isCheap && (await worker.reset(true, of))) return worker;
    worker = replacement ?? worker;
    return replacement;
  };
}

/**
 * An empty fixture with these parts: the one given, where it has them and emptying it takes fewer requests than a new one. Null
 * if none can be created.
 */
export async function emptySpare(
  spare: Worker | null,
  parts: FixtureParts,
  create: WorkerPool["spareFixture"],
): Promise<Worker | null> {
  const serves = spare !== null && !spare.isSpoiled() && hasParts(spare.fixture, parts);
  const isCheap = serves && spare.requestsOfReset() <= requestsOfFixture(parts);
  return isCheap && (await spare.reset(true)) ? spare : create(spare, parts);
}

export interface RerunOptions {
  readonly getEmptyFixture: GetEmptyFixture;
  readonly regenerate: Regenerate;
  readonly from: Fixture;
  /** True for a new fixture in any case. */
  readonly onNew: boolean;
  readonly testCase: string;
  readonly onNewConnection?: boolean;
  /** True where the function under test alone is known to show the violation; see `fixtureFor`. */
  readonly aloneIsEnough?: boolean;
  /** Adds batches to the regenerated ones. */
  readonly surround?: (batches: readonly Batch[], fixture: Fixture) => readonly Batch[];
}

export interface Rerun {
  readonly execution: Execution;
  readonly fixture: Fixture;
}

/** Reruns steps on an empty fixture, if there is one; null if the test case has no such steps there. */
export async function rerun(steps: Steps, options: RerunOptions): Promise<Rerun | null | "no-fixture"> {
  const { getEmptyFixture: ready, regenerate, from, onNew, testCase, onNewConnection = false } = options;
  const { surround = (batches) => batches, aloneIsEnough } = options;
  const needed = fixtureFor(steps, from, onNew, aloneIsEnough);
  // A rerun amid other requests may use any policy.
  const worker = await ready(needed, options.surround === undefined ? usedIn(steps, from) : undefined);
  if (worker === null) return "no-fixture";
  const batches = regenerate(steps, worker.fixture);
  if (batches === null) return null;
  const { fixture } = worker;
  const next = inTurn(surround(batches, fixture));
  return { execution: await worker.execute(next, { testCase, onNewConnection }), fixture };
}

/**
 * Chooses a fixture. Most histories use the function under test alone, and a fixture with only that is quick to
 * create. With `aloneIsEnough` it also serves unknown and malformed names and qualifiers.
 */
export function fixtureFor(
  steps: Steps,
  fixture: Fixture,
  onNew: boolean,
  aloneIsEnough = false,
): NeededFixture {
  const all = steps.flat();
  const parts = all.map(({ call, versionFrom }) =>
    aloneIsEnough && namesNoOther(call, fixture) ? noParts : partsFor(call, versionFrom, fixture),
  );
  return { isNew: onNew || outlastsReset(all), parts: parts.reduce(joinedParts, noParts) };
}

/** Says whether an AddPermission call names no version, alias or second function of the fixture. */
function namesNoOther({ operation, target }: Call, { main, other }: Fixture): boolean {
  const parts = decoded(target).split(/[/:?=&]/);
  const others = [...main.versions, ...Object.values(main.aliases ?? {}), other?.name];
  return operation === "AddPermission" && !parts.some((part) => others.includes(part));
}

/** The parts that a call names besides the function under test; all if it names something else, or in no readable way. */
function partsFor(
  { operation, target, body }: Call,
  versionFrom: string | undefined,
  fixture: Fixture,
): FixtureParts {
  const { main, other, unknownName } = fixture;
  const members = operation === "AddPermission" ? null : jsonObject(body ?? "");
  const at = route(target);
  const path = at.kind === "none" || at.functionName === null ? null : readName(at.functionName);
  const name = path === null ? members?.FunctionName : path.kind === "read" ? path.name : null;
  const [list, alias = null] = at.kind === "neighbour" ? at.rest : [];
  const qualifiers = [
    ...(at.kind === "none" ? [] : valuesOf(at.query, "Qualifier")),
    path?.kind === "read" ? path.qualifier : null,
    list === "aliases" ? alias : null,
    members?.FunctionVersion,
  ];
  const named = qualifiers.filter((one) => typeof one === "string");
  // The history publishes this version itself.
  const isOwn = named.length === 0 || versionFrom !== undefined;
  if (name === other?.name && isOwn) return { ...noParts, other: true };
  if (name !== main.name && name !== unknownName) return allParts;
  return isOwn ? noParts : named.map((one) => partsWith(one, main)).reduce(joinedParts);
}

/** The parts that a version or alias of the function under test needs; all if it is not one of the fixture. */
function partsWith(qualifier: string, { versions, aliases }: Fixture["main"]): FixtureParts {
  const version = versions.indexOf(qualifier);
  if (version === 0) return { ...noParts, versions: 1 };
  if (version === 1) return { ...noParts, versions: 2 };
  if (!Object.values(aliases ?? {}).includes(qualifier)) return allParts;
  // Where no version can be published, aliases are of $LATEST.
  return {
    versions: versions.length === 0 ? 0 : 1,
    aliases: qualifier === aliases?.live ? "live" : "all",
    other: false,
  };
}

/** Says whether a history may use a policy: one of a function or qualifier that a call names. */
export function usedIn(steps: Steps, { other: second }: Fixture): PolicyChoice {
  // A target names a qualifier after the name of the function or in the query.
  const targets = steps.flat().map(({ call: { target } }) => decoded(target));
  const parts = new Set(targets.flatMap((target) => target.split(/[/:?=&]/)));
  const usesOther = second !== null && targets.some((target) => target.includes(second.name));
  return (key, { other }) => {
    const [name, qualifier] = key.split(":");
    return (name !== other?.name || usesOther) && (qualifier === undefined || parts.has(qualifier));
  };
}

export function findingsIn(observed: readonly ObservedBatch[], judge: Judge): readonly Finding[] {
  return [...observed.flatMap((batch) => judge.batch(batch)), ...judge.history(observed)];
}

/** A finding that is a violation, with the rule's judgement. */
export type Violated = Omit<Finding, "judgement"> &
  Extract<Finding["judgement"], { readonly verdict: "violated" }>;

/** The violations among findings in a column, of one rule or of all. */
export function violations(findings: readonly Finding[], column: Column, rule?: Rule): readonly Violated[] {
  return findings.flatMap(({ judgement, ...where }) => {
    if (judgement.verdict !== "violated" || where.column !== column) return [];
    return rule === undefined || where.rule.id === rule.id ? [{ ...where, ...judgement }] : [];
  });
}

/** A violation that an executed history shows. */
export interface Violation {
  /** The number of batches up to the one that shows it; all of them for a rule about the whole history. */
  readonly batches: number;
  readonly expected: string;
  readonly seen: string;
  /** Another violated rule that explains it; null if there is none. */
  readonly explainedBy: string | null;
  readonly whileServing?: Serving | undefined;
}

export interface SoughtViolation {
  readonly judge: Judge;
  readonly rule: Rule;
  /** Columns that judge the rule alike. An explanation in one of them counts for all. */
  readonly columns: readonly Column[];
  /** Rules that may explain it, besides those that the judgement names. */
  readonly unless: readonly string[];
  /** Says whether another rule explains it. `here` tells whether that rule is violated in the same history. */
  readonly explains: (rule: string, here: boolean) => boolean;
}

/** Finds a violation of the rule in a history, preferably one without an explanation. Null if there is none. */
export function violationIn(observed: readonly ObservedBatch[], of: SoughtViolation): Violation | null {
  const { judge, rule, columns } = of;
  const [column = "document"] = columns;
  const ofBatches = observed.map((batch) => judge.batch(batch));
  const findings = [...ofBatches.flat(), ...judge.history(observed)];
  const here = new Set(columns.flatMap((one) => violations(findings, one).map(({ rule: { id } }) => id)));
  let found: Violation | null = null;
  for (const { unless = [], ...violated } of violations(findings, column, rule)) {
    const explainers = [...of.unless, ...unless].filter((id) => id !== rule.id);
    const explainedBy = explainers.find((id) => of.explains(id, here.has(id))) ?? null;
    const at = ofBatches.findIndex((list) => list.some((finding) => finding.of === violated.of));
    const { expected, seen, whileServing } = violated;
    const batches = at === -1 ? observed.length : at + 1;
    const violation = { batches, expected, seen, explainedBy, whileServing };
    if (explainedBy === null) return violation;
    found ??= violation;
  }
  return found;
}

/** The rule that explains a race and is violated also by its calls one after another; null if there is none. */
export function explainedOneByOne(
  observed: readonly ObservedBatch[],
  { judge, rule, columns, unless }: Omit<SoughtViolation, "explains">,
): string | null {
  const findings = findingsIn(observed, judge);
  const found = new Set(columns.flatMap((one) => violations(findings, one).map(({ rule: { id } }) => id)));
  return unless.find((id) => id !== rule.id && found.has(id)) ?? null;
}

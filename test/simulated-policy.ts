import fc from "fast-check";
import type { PolicyInput, PolicyOperation, PolicyOutput } from "../oracle/policy-model.ts";

/** A call as it is planned: what is sent, when, and at which point between sending and answer it takes effect. */
export interface Planned {
  readonly kind: "add" | "remove" | "read";
  readonly sid: string;
  readonly statement: string | null;
  readonly guard: string | null;
  readonly start: number;
  readonly length: number;
  /** From 0, at once, to 1, with the answer. */
  readonly point: number;
  readonly fate: "answered" | "lost" | "never" | "refused";
  readonly shows: { readonly revision: boolean; readonly statements: boolean };
}

/** Plans of calls that overlap as much as `span` and the lengths make them. */
export function plans(options: {
  readonly count: { readonly minLength: number; readonly maxLength: number };
  readonly sids: readonly string[];
  readonly span: number;
  readonly longest: number;
}): fc.Arbitrary<readonly Planned[]> {
  const guards = ["r0", "r1", "r2", "r3", "foreign"];
  const sometimes = fc.option(fc.constantFrom(...guards), { freq: 1 });
  return fc.array(
    fc.record({
      kind: fc.constantFrom("add", "add", "remove", "read"),
      sid: fc.constantFrom(...options.sids),
      statement: fc.constantFrom(null, "1", "2"),
      guard: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, sometimes),
      start: fc.nat({ max: options.span }),
      length: fc.nat({ max: options.longest }),
      point: fc.double({ min: 0, max: 1, noNaN: true }),
      fate: fc.constantFrom("answered", "answered", "answered", "answered", "lost", "never", "refused"),
      shows: fc.record({ revision: fc.boolean(), statements: fc.boolean() }),
    }),
    options.count,
  );
}

/** What a correct policy answers to planned calls; it begins with `sids` and revision r0, then r1, r2 and so on. */
export function played(planned: readonly Planned[], sids: readonly string[]): readonly PolicyOperation[] {
  const stored = new Map<string, string | null>(sids.map((sid) => [sid, null]));
  let writes = 0;
  const turns = planned
    .map((plan, index) => ({ plan, index, at: plan.start + plan.point * plan.length }))
    .sort((a, b) => a.at - b.at);
  const answers = new Map<number, PolicyOutput>();
  for (const { plan, index } of turns) {
    if (plan.fate === "never") continue;
    const answer = plan.fate === "refused" ? "refused" : answerOf(plan, stored, `r${writes}`);
    answers.set(index, answer);
    if (answer === "added" || answer === "removed") writes += 1;
  }
  return planned.map((plan, index) => operation(plan, index, answers.get(index) ?? null));
}

function answerOf(plan: Planned, stored: Map<string, string | null>, revision: string): PolicyOutput {
  if (plan.kind === "read") return shown(plan, stored, revision);
  if (plan.kind === "add" && stored.has(plan.sid)) return "duplicate";
  if (plan.kind === "remove" && !stored.has(plan.sid)) return "absent";
  if (plan.guard !== null && plan.guard !== revision) return "stale";
  if (plan.kind === "remove") {
    stored.delete(plan.sid);
    return "removed";
  }
  stored.set(plan.sid, plan.statement);
  return "added";
}

function shown(plan: Planned, stored: ReadonlyMap<string, string | null>, revision: string): PolicyOutput {
  const known = [...stored.values()].flatMap((statement) => (statement === null ? [] : [statement]));
  return {
    sids: [...stored.keys()],
    ...(plan.shows.statements && known.length === stored.size ? { statements: known } : {}),
    revision: plan.shows.revision ? revision : null,
  };
}

function operation(plan: Planned, index: number, answer: PolicyOutput | null): PolicyOperation {
  const answered = plan.fate === "answered" || plan.fate === "refused";
  return {
    id: `${index}`,
    input: inputOf(plan),
    output: answered ? answer : null,
    invokedAt: plan.start,
    returnedAt: answered ? plan.start + plan.length : null,
  };
}

function inputOf({ kind, sid, statement, guard }: Planned): PolicyInput {
  if (kind === "read") return { kind };
  const revision = guard === null ? {} : { revision: guard };
  if (kind === "remove") return { kind, sid, ...revision };
  return { kind, sid, ...(statement === null ? {} : { statement }), ...revision };
}

/** How an answer is falsified. */
export interface Corruption {
  readonly at: number;
  readonly how: "other word" | "drop" | "extra" | "swap" | "other revision" | "other statement" | "shorten";
  readonly word: PolicyOutput;
  readonly pick: number;
}

/** Corruptions of any of the first `count` operations. */
export function corruptions(
  count: number,
  sids: readonly string[],
): fc.Arbitrary<Corruption & { sid: string }> {
  return fc.record({
    at: fc.nat({ max: count - 1 }),
    how: fc.constantFrom(
      "other word",
      "drop",
      "extra",
      "swap",
      "other revision",
      "other statement",
      "shorten",
    ),
    word: fc.constantFrom<PolicyOutput>("added", "duplicate", "removed", "absent", "stale", "refused"),
    pick: fc.nat({ max: 5 }),
    sid: fc.constantFrom(...sids),
  });
}

/** The history with one answer falsified; it may still be a possible one. */
export function corrupted(
  history: readonly PolicyOperation[],
  { at, how, word, pick, sid }: Corruption & { readonly sid: string },
): readonly PolicyOperation[] {
  return history.map((each, index) => {
    if (index !== at || each.output === null) return each;
    if (how === "shorten") return { ...each, returnedAt: each.invokedAt };
    if (typeof each.output === "string") return { ...each, output: word };
    const { sids, statements, revision } = each.output;
    if (how === "other revision") return { ...each, output: { ...each.output, revision: `r${pick}` } };
    if (how === "other statement" && statements) {
      return { ...each, output: { ...each.output, statements: statements.map(() => `${pick % 3}`) } };
    }
    return { ...each, output: { sids: rearranged(sids, how, pick, sid), revision } };
  });
}

function rearranged(
  sids: readonly string[],
  how: Corruption["how"],
  pick: number,
  sid: string,
): readonly string[] {
  const place = sids.length === 0 ? 0 : pick % sids.length;
  if (how === "drop") return sids.toSpliced(place, 1);
  if (how === "extra") return sids.toSpliced(place, 0, sid);
  return [...sids.slice(place), ...sids.slice(0, place)];
}

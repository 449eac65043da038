import { isSuccess, phrase, saysNothing } from "../spec/answer.ts";
import { getPolicy, qualifierQuery, removePermission } from "../spec/calls.ts";
import type { Batch, Exchange } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { add, alone, bodyWith, type Suite, type TestCase, withBody } from "./case.ts";

/** Searches for the size from which a policy is too large. */
export const size: Suite = {
  name: "size",
  title: "Statements until the policy is too large, then the limit by bisection, within 1 MiB",
  testCases: () => [limitTestCase],
};

/** The size in bytes after which a target counts as unlimited, and the length of the first resources. */
const bounds = { most: 1024 * 1024, first: 3000 } as const;

/** The search is one test case. */
export const limitTestCase: TestCase = {
  id: "size/limit",
  needs: [],
  clean: true,
  destructive: false,
  start: (fixture) => (done) => next(fixture, done),
};

/**
 * Why a search has no result: the first answer that says nothing of the policy. Null where
 * every answer does. The steps that show the final size are not part of the search.
 */
export function cutShort(done: readonly (readonly Exchange[])[]): string | null {
  const found = done.flat().find(({ step, answer }) => step.key !== lastRead && saysNothing(answer));
  return found === undefined
    ? null
    : `the search for the size limit met ${phrase(found.answer)} at ${found.step.key}, so that the limit is unknown`;
}

/** Pure: the answers so far decide the next batch. */
function next(fixture: Fixture, done: readonly (readonly Exchange[])[]): Batch | null {
  const { name } = fixture.main;
  const at = done.length;
  const search = done.reduce(advance, start);
  if (done.at(-1)?.[0]?.step.key === lastRead) return null;
  switch (search.phase) {
    case "grow":
      return search.bytes > bounds.most
        ? alone(lastRead, getPolicy(name))
        : filler(fixture, `fill-${at}`, search.high);
    case "undo":
      return alone("undo", removePermission(name, `fill-${at - 2}`));
    case "again":
      return filler(fixture, probeId(at), search.low);
    case "probe":
      return filler(fixture, probeId(at), middle(search));
    case "take-back":
      return alone(`take-back-${at}`, removePermission(name, probeId(at - 1)));
    case "fill":
      return filler(fixture, finalId, search.low);
    case "ending":
      return ending(fixture, search);
    case "gone":
      return null;
  }
}

const finalId = "probe-final";
/** Shows the size of the policy where there is no limit. */
const lastRead = "no-limit";

/** A new id as long as the last one, so that both add the same size. */
function probeId(at: number): string {
  return `probe-${`${at}`.padStart(5, "0")}`;
}

/** The steps on a full policy: an addition is refused, nothing changes, and there is room again after a removal. */
function ending(fixture: Fixture, { since, low }: LimitSearch): Batch | null {
  const { name, aliases } = fixture.main;
  const steps = [
    filler(fixture, "one-byte-more", 1),
    alone("full", getPolicy(name)),
    filler(fixture, "refused", bounds.first),
    // The policy of an alias has a limit of its own.
    ...(aliases === null ? [] : [alone("on-alias", add(name, "on-alias", qualifierQuery(aliases.live)))]),
    alone("still-full", getPolicy(name)),
    alone("remove", removePermission(name, low > 0 ? finalId : "fill-0")),
    alone("room", add(name, "refused")),
    alone("end", getPolicy(name)),
  ];
  return steps[since] ?? null;
}

function filler(fixture: Fixture, sid: string, length: number): Batch {
  const arn = `arn:aws:s3:::${"x".repeat(length)}`;
  return alone(sid, withBody(fixture, bodyWith("SourceArn", arn, sid)));
}

interface LimitSearch {
  readonly phase: "grow" | "undo" | "again" | "probe" | "take-back" | "fill" | "ending" | "gone";
  /** The longest resource that was accepted in one more statement; 0 for none. */
  readonly low: number;
  /** The length of the next resource, then the shortest that was refused. */
  readonly high: number;
  /** About how many bytes were added to the policy so far. */
  readonly bytes: number;
  /** Batches of the final steps that are done. */
  readonly since: number;
}

const start: LimitSearch = { phase: "grow", low: 0, high: bounds.first, bytes: 0, since: 0 };

/** Larger and larger statements while they are accepted; then the longest that still fits; each probe is removed again. */
function advance(search: LimitSearch, [exchange]: readonly Exchange[]): LimitSearch {
  const { phase, low, high, since } = search;
  if (phase === "ending") return { ...search, since: since + 1 };
  if (exchange === undefined || saysNothing(exchange.answer)) return { ...search, phase: "gone" };
  const { answer } = exchange;
  const done = isSuccess(answer);
  // Where nothing can be removed there is no bisection.
  if (!done && (phase === "undo" || phase === "take-back")) return { ...search, phase: "ending", low: 0 };
  switch (phase) {
    case "grow":
      // A statement as long as the last two together must be refused in place of the last one that fitted.
      if (!done)
        return { ...search, ...(low === 0 ? narrowed(0, high) : { phase: "undo", high: low + high + 1000 }) };
      return { ...search, low: high, ...longer(search) };
    case "undo":
      return { ...search, phase: "again" };
    case "again":
      // A statement that fitted before is refused now, so there is no fixed limit to find.
      return done ? { ...search, phase: "take-back" } : { ...search, phase: "ending", low: 0 };
    case "probe":
      return done
        ? { ...search, phase: "take-back", low: middle(search) }
        : { ...search, ...narrowed(low, middle(search)) };
    case "take-back":
      return { ...search, ...narrowed(low, high) };
    default:
      return { ...search, phase: "ending" };
  }
}

function longer({ bytes, high }: LimitSearch): Pick<LimitSearch, "bytes" | "high"> {
  const now = bytes + high + 300;
  return { bytes: now, high: now > 64 * 1024 ? 100_000 : now > 40 * 1024 ? 20_000 : bounds.first };
}

function narrowed(low: number, high: number): Pick<LimitSearch, "phase" | "low" | "high"> {
  if (high - low > 1) return { phase: "probe", low, high };
  return { phase: low > 0 ? "fill" : "ending", low, high };
}

function middle({ low, high }: LimitSearch): number {
  return Math.floor((low + high) / 2);
}

import { getPolicy, removePermission } from "../generators/call.ts";
import type { Exchange, Round } from "../spec/exchange.ts";
import type { Stage } from "../spec/stage.ts";
import { add, alone, bodyWith, withBody } from "./steps.ts";
import type { Suite, Unit } from "./unit.ts";

/** Looks for the size from which a policy is too large. */
export const size: Suite = {
  name: "size",
  title: "Statements until the policy is too large, then the limit by bisection, within 1 MiB",
  units: () => [limitUnit],
};

/** Bytes after which a target counts as having no limit, and how closely the limit is looked for. */
const bounds = { most: 1024 * 1024, close: 32, first: 3000 } as const;

const limitUnit: Unit = {
  id: "size/limit",
  needs: [],
  clean: true,
  hazard: false,
  start: (stage) => (done) => next(stage, done),
};

/** Pure: what was answered so far decides what comes next. */
function next(stage: Stage, done: readonly (readonly Exchange[])[]): Round | null {
  const search = searchOf(done);
  switch (search.phase) {
    case "search":
      return search.bytes > bounds.most ? null : filler(stage, done.length, search.size);
    case "read":
      return alone("full", getPolicy(stage.main.name));
    case "refuse":
      return filler(stage, done.length, search.size);
    case "read-again":
      return alone("still-full", getPolicy(stage.main.name));
    case "remove":
      return alone("remove", removePermission(stage.main.name, "fill-0"));
    case "room":
      return alone("room", add(stage.main.name, "room"));
    case "end":
      return done.at(-1)?.[0]?.step.key === "end" ? null : alone("end", getPolicy(stage.main.name));
  }
}

function filler(stage: Stage, at: number, length: number): Round {
  const arn = `arn:aws:s3:::${"x".repeat(Math.max(1, length))}`;
  return alone(`fill-${at}`, withBody(stage, bodyWith("SourceArn", arn, `fill-${at}`)));
}

interface Search {
  readonly phase: "search" | "read" | "refuse" | "read-again" | "remove" | "room" | "end";
  /** Length of the next resource. */
  readonly size: number;
  /** Bytes sent into the policy so far. */
  readonly bytes: number;
}

/** Grows the statements while they are accepted, halves the step once one is refused. */
function searchOf(done: readonly (readonly Exchange[])[]): Search {
  let sizeNow: number = bounds.first;
  let bytes = 0;
  let refused: number | null = null;
  for (const [index, [exchange]] of done.entries()) {
    const status = exchange?.answer.kind === "response" ? exchange.answer.status : 0;
    const accepted = status >= 200 && status < 300;
    if (accepted) bytes += sizeNow + 300;
    if (!accepted) refused = sizeNow;
    if (!accepted && (status === 0 || status >= 500) && index > 0) return { phase: "end", size: 0, bytes };
    if (refused === null) {
      sizeNow = bytes > 64 * 1024 ? 100_000 : bytes > 40 * 1024 ? 20_000 : bounds.first;
      continue;
    }
    sizeNow = Math.floor(sizeNow / 2);
    if (sizeNow < bounds.close) return { ...afterSearch(done.length - index - 1), bytes };
  }
  return { phase: bytes > bounds.most ? "end" : "search", size: sizeNow, bytes };
}

const ending = ["read", "refuse", "read-again", "remove", "room"] as const;

function afterSearch(since: number): Pick<Search, "phase" | "size"> {
  return { phase: ending[since] ?? "end", size: bounds.first };
}

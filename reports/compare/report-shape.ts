import type { Report } from "../report.ts";

type Shape =
  | "text"
  | "number"
  | "flag"
  | readonly string[]
  | { readonly list: Shape }
  | ObjectShape
  | { readonly optional: Shape }
  | { readonly orNull: Shape }
  | { readonly map: "text" };
interface ObjectShape {
  readonly members: Readonly<Record<string, Shape>>;
}

const outcome = ["violated", "inconclusive", "holds", "unexercised"];
const tally: Shape = {
  members: {
    holds: "number",
    violated: "number",
    known: "number",
    inconclusive: "number",
    unexercised: "number",
  },
};
const step: Shape = {
  members: {
    request: {
      members: {
        method: "text",
        path: "text",
        headers: { map: "text" },
        body: { orNull: "text" },
        operation: { optional: "text" },
        key: { optional: "text" },
        revisionFrom: { optional: "text" },
        versionFrom: { optional: "text" },
        round: { optional: "number" },
      },
    },
    response: {
      orNull: {
        members: { status: "number", error: { orNull: "text" }, headers: { map: "text" }, body: "text" },
      },
    },
    silence: { optional: "text" },
    sentAt: { optional: "number" },
    answeredAt: { optional: "number" },
  },
};
const rule: Shape = {
  members: {
    id: "text",
    title: "text",
    basis: ["stated", "implied", "observed", "open"],
    source: "text",
    verdicts: { members: { document: outcome, aws: outcome } },
    known: "flag",
    observations: "number",
    checks: { optional: { members: { expected: "number", executed: "number" } } },
    reason: { optional: "text" },
    counterexample: {
      optional: {
        members: {
          expected: "text",
          seen: "text",
          steps: { list: step },
          curl: "text",
          replay: "text",
          reproduced: { optional: "text" },
          home: { optional: { members: { partition: "text", region: "text", account: "text" } } },
        },
      },
    },
  },
};
const cell: Shape = {
  members: {
    member: "text",
    constraint: ["required", "optional", "type", "minLength", "maxLength", "pattern"],
    input: ["valid", "too-short", "too-long", "near-miss", "wrong-type", "missing", "null"],
    decided: "flag",
    accepted: "number",
    refused: "number",
    refusedOther: "number",
    unsettled: "number",
    unreachable: { optional: "text" },
  },
};
const report: Shape = {
  members: {
    tool: { members: { name: "text", version: "text" } },
    target: { members: { name: "text", endpoint: "text", cannot: { list: "text" } } },
    profile: ["document", "aws"],
    seed: "number",
    startedAt: "text",
    durationMs: "number",
    requests: "number",
    incomplete: "flag",
    summary: { members: { document: tally, aws: tally } },
    rules: { list: rule },
    questions: {
      list: {
        members: {
          id: "text",
          title: "text",
          answer: "text",
          observations: "number",
          source: { optional: "text" },
        },
      },
    },
    faults: { list: "text" },
    coverage: {
      optional: {
        members: {
          histories: { members: { planned: "number", played: "number" } },
          cells: { list: cell },
        },
      },
    },
    latency: {
      optional: {
        members: {
          medianMs: "number",
          p99Ms: "number",
          maxMs: "number",
          outliers: { list: { members: { case: "text", ms: "number" } } },
        },
      },
    },
  },
};

/** True for a value that every renderer can take for a report. */
export function isReport(value: unknown): value is Report {
  return firstProblem(value) === null;
}

/** Why a value is no report, as a phrase that names the place; null for a report. */
export function firstProblem(value: unknown): string | null {
  return problemOf(value, report, "the report");
}

const kinds = { text: "string", number: "number", flag: "boolean" } as const;

/** The first place at which a value does not have the shape, as a phrase; null when it has. Unknown members are fine. */
function problemOf(value: unknown, shape: Shape, where: string): string | null {
  if (typeof shape === "string") {
    return typeof value === kinds[shape] ? null : `${where} is not a ${kinds[shape]}`;
  }
  if (isChoice(shape)) {
    return typeof value === "string" && shape.includes(value)
      ? null
      : `${where} is not one of ${shape.join(", ")}`;
  }
  if ("optional" in shape) return value === undefined ? null : problemOf(value, shape.optional, where);
  if ("orNull" in shape) return value === null ? null : problemOf(value, shape.orNull, where);
  if ("list" in shape) {
    if (!Array.isArray(value)) return `${where} is not a list`;
    return first(value.map((item: unknown, index) => [item, shape.list, `${where}[${index}]`]));
  }
  if (!isRecord(value)) return `${where} is not an object`;
  const members: readonly (readonly [string, Shape])[] =
    "map" in shape ? Object.keys(value).map((name) => [name, shape.map]) : Object.entries(shape.members);
  const prefix = where === "the report" ? "" : `${where}.`;
  return first(members.map(([name, member]) => [value[name], member, `${prefix}${name}`]));
}

function first(checks: readonly (readonly [unknown, Shape, string])[]): string | null {
  for (const check of checks) {
    const problem = problemOf(...check);
    if (problem !== null) return problem;
  }
  return null;
}

function isChoice(shape: Shape): shape is readonly string[] {
  return Array.isArray(shape);
}

/** True for a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

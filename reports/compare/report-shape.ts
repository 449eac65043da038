import type { Report } from "../report.ts";
import { problemOf, type Shape } from "../shape.ts";

/** A later release may know more codes; one that is not known here decides nothing. */
const code: Shape = "text";
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
/** The shape of what only a bare socket can send. */
export const rawShape: Shape = {
  members: {
    lines: { list: "text" },
    pieces: { list: "text" },
    halfClose: { optional: "flag" },
    invalid: { optional: "flag" },
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
        encoding: { optional: ["base64"] },
        raw: { optional: rawShape },
        connection: { optional: "text" },
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
    silenceCode: { optional: code },
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
    columns: { optional: { list: ["document", "aws"] } },
    known: "flag",
    observations: "number",
    checks: { optional: { members: { expected: "number", executed: "number" } } },
    reason: { optional: "text" },
    reasonCode: { optional: code },
    excusedBy: { optional: "text" },
    explainedBy: { optional: "text" },
    counterexample: {
      optional: {
        members: {
          expected: "text",
          seen: "text",
          steps: { list: step },
          curl: "text",
          play: { optional: "text" },
          replay: "text",
          reproduced: { optional: "text" },
          reruns: { optional: { members: { shown: "number", tried: "number" } } },
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
/** The shape of a report, as far as anything reads it. */
export const reportShape: Shape = {
  members: {
    tool: { members: { name: "text", version: "text" } },
    target: {
      members: {
        name: "text",
        endpoint: "text",
        cannot: { list: "text" },
        unsupported: { optional: { list: { members: { needs: "text", reason: "text" } } } },
      },
    },
    profile: ["document", "aws"],
    only: {
      optional: { members: { rules: { optional: "number" }, suites: { optional: { list: "text" } } } },
    },
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
    problems: {
      optional: {
        list: {
          members: {
            code,
            message: "text",
            rule: { optional: "text" },
            case: { optional: "text" },
            stack: { optional: { list: "text" } },
          },
        },
      },
    },
    shell: { optional: { list: "text" } },
    coverage: {
      optional: {
        members: {
          histories: { members: { planned: "number", played: "number", notEmptied: { optional: "number" } } },
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
  return problemOf(value, reportShape, "the report");
}

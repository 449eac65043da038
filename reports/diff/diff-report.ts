import { escapeJson } from "../escape.ts";

/** The contents of diff.json, version 1: where two targets answer the same requests differently. */
export interface DiffReport {
  readonly schema: "addpermission-conformance/diff@1";
  readonly tool: { readonly name: string; readonly version: string };
  readonly seed: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly targets: Readonly<Record<Side, DiffTarget>>;
  /** Histories that were planned, and those that both targets got. */
  readonly histories: { readonly planned: number; readonly played: number };
  /** Pairs of answers that were compared. */
  readonly compared: number;
  /** True when the run ended before everything planned was sent; `faults` says why. */
  readonly incomplete: boolean;
  readonly differences: readonly Difference[];
  /** Differences that were seen and not again, one sentence each. */
  readonly unsteady: readonly string[];
  /** What went wrong on our side or on the way, one sentence each. */
  readonly faults: readonly string[];
}

/** The two targets, in the order in which they were named. */
export type Side = "x" | "y";

/** One of the two targets. */
interface DiffTarget {
  readonly name: string;
  readonly endpoint: string;
  /** Requests sent, arranging and cleaning up included. */
  readonly requests: number;
}

/** One way in which the answers differ, with the smallest history that shows it. */
export interface Difference {
  /** Id of the rule or question that the request puts to the test, or the operation. */
  readonly topic: string;
  /** What that is, as a phrase. */
  readonly title: string;
  /** What each target answers: "201", "400 ValidationException". */
  readonly x: string;
  readonly y: string;
  /** The member that differs between two successes; absent where the answers as a whole are meant. */
  readonly where?: string;
  /** Pairs of answers that differed in this way. */
  readonly seen: number;
  readonly ruling: Ruling;
  /** The same by the recorded behaviour of the live service, where that says something else. */
  readonly live?: Ruling;
  /** How often it showed when tried again, such as "3 of 3". */
  readonly reproduced: string;
  readonly steps: readonly DiffStep[];
  /** One shell line for each target. */
  readonly curl: Readonly<Record<Side, string>>;
}

/** A rule or question that is named. */
export interface Named {
  readonly id: string;
  readonly title: string;
}

/**
 * Whether the document decides a difference.
 * `rule`: it does, and says who follows it. `admitted`: it allows both answers.
 * `question`: it leaves it open, and that is catalogued. `silent`: nothing in the catalogue speaks of it.
 */
export type Ruling =
  | { readonly kind: "rule"; readonly rules: readonly Named[]; readonly follows: Side | "neither" }
  | { readonly kind: "admitted"; readonly rules: readonly Named[] }
  | { readonly kind: "question"; readonly questions: readonly Named[] }
  | { readonly kind: "silent" };

/** One request and what both targets answered; names that the targets hold are in braces. */
export interface DiffStep {
  readonly request: {
    readonly operation: string;
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
    readonly encoding?: "base64";
  };
  readonly x: DiffAnswer;
  readonly y: DiffAnswer;
  readonly differs: boolean;
}

/** An answer, or why there was none. */
export interface DiffAnswer {
  readonly status: number | null;
  readonly error: string | null;
  readonly body: string;
}

/** diff.json: the comparison itself, with a newline at the end. */
export function diffJson(report: DiffReport): string {
  return `${escapeJson(JSON.stringify(report, null, 2))}\n`;
}

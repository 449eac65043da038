import type { Silence } from "../spec/exchange.ts";
import type { Basis, Capability, Column, Outcome, UnsupportedCapability } from "../spec/verdict.ts";
import type { Problem, Reason } from "./reason.ts";

export type { Basis, Column, Outcome } from "../spec/verdict.ts";

/** The contents of report.json, version 1. Extended compatibly: members are added, never changed. */
export interface Report {
  readonly schema: "addpermission-conformance/report@1";
  readonly tool: { readonly name: string; readonly version: string };
  readonly target: {
    readonly name: string;
    readonly endpoint: string;
    /** What the target declared or was found unable to do, each with its reason. */
    readonly cannot: readonly string[];
    /** The same with the capability that each reason is about; a reason may be given for several. */
    readonly unsupported?: readonly UnsupportedCapability[];
  };
  readonly profile: Column;
  /** What was left out on request: how many rules were judged, which suites were sent. Absent when nothing was. */
  readonly only?: { readonly rules?: number; readonly suites?: readonly string[] };
  readonly seed: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Requests sent in all, arranging and cleaning up included. */
  readonly requests: number;
  /** True when the run ended before everything planned was sent; `faults` says why. */
  readonly incomplete: boolean;
  readonly summary: Readonly<Record<Column, Tally>>;
  readonly rules: readonly RuleReport[];
  readonly questions: readonly QuestionReport[];
  /** What went wrong on our side or on the way, one sentence each. */
  readonly faults: readonly string[];
  /** The same with what kind of thing it was, and with the stack of an error of the suite itself. */
  readonly problems?: readonly Problem[];
  /** Latency of AddPermission answers in milliseconds, and the slowest calls. */
  readonly latency?: LatencyReport;
  /** Lines for bash or zsh that the `play` of every counterexample needs: variables and functions to make things with. */
  readonly shell?: readonly string[];
  /** What was really exercised. */
  readonly coverage?: CoverageReport;
}

/** How many rules ended how, in one column. A known violation counts as `known`, not as `violated`. */
export interface Tally {
  readonly holds: number;
  readonly violated: number;
  readonly known: number;
  readonly inconclusive: number;
  readonly unexercised: number;
}

/** The verdict on one rule. */
export interface RuleReport {
  readonly id: string;
  readonly title: string;
  readonly basis: Basis;
  /** Section and member of the document, in our words. */
  readonly source: string;
  /** What is said in a column that the rule does not have is `unexercised`, and counts nowhere: see `columns`. */
  readonly verdicts: Readonly<Record<Column, Outcome>>;
  /** The only columns that have this rule; both have it when absent. */
  readonly columns?: readonly Column[];
  /** True when the violation is listed in the known-file and deviates as recorded. */
  readonly known: boolean;
  /** Exchanges that this rule judged. */
  readonly observations: number;
  /**
   * Checks that the plan called for, histories never sent included, and those that came to a verdict. Of histories never
   * sent the first 1000 are counted; with more, `expected` is a lower bound.
   */
  readonly checks?: { readonly expected: number; readonly executed: number };
  /** Why the rule is inconclusive or unexercised, for readers. */
  readonly reason?: string;
  /** The same as a code: what decides. Absent where there is no reason, and in reports of earlier versions. */
  readonly reasonCode?: Reason["code"];
  /** With `unsupported`: the capability that the target lacks. */
  readonly excusedBy?: Capability;
  /** With `explained`: the id of the rule whose violation explains this one. */
  readonly explainedBy?: string;
  readonly counterexample?: Counterexample;
}

/** The smallest history found that breaks a rule. */
export interface Counterexample {
  /** What the rule demands, as a phrase: "400 InvalidParameterValueException". */
  readonly expected: string;
  /** What came back, as a phrase: "201, the statement was added". */
  readonly seen: string;
  readonly steps: readonly CounterexampleStep[];
  /** One shell line that shows it by hand, arranging included. Credentials only as shell variables. */
  readonly curl: string;
  /** The same for a shell that has been given the lines of the report's `shell`. */
  readonly play?: string;
  /** The command that resends it. */
  readonly replay: string;
  /** How often it showed when tried again, such as "3 of 3", for readers. */
  readonly reproduced?: string;
  /** The same as numbers; absent where it was not sent again, and in reports of earlier versions. */
  readonly reruns?: { readonly shown: number; readonly tried: number };
  /** Where its functions were; ARNs in its requests say the same unless they are meant to be foreign. */
  readonly home?: { readonly partition: string; readonly region: string; readonly account: string };
}

/** One exchange of a counterexample. Secrets are redacted. */
export interface CounterexampleStep {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
    /** "base64" when `body` is not text. */
    readonly encoding?: "base64";
    /** For a request that only a bare socket can send: its exact lines and pieces. */
    readonly raw?: {
      readonly lines: readonly string[];
      readonly pieces: readonly string[];
      readonly halfClose?: boolean;
      /** A server may cut it off without an answer. */
      readonly invalid?: true;
    };
    /** Steps of the same name were sent over one connection, while the target kept it open. */
    readonly connection?: string;
    /** Key of this step, and the key of the step whose RevisionId it carried. */
    readonly key?: string;
    readonly revisionFrom?: string;
    /** Key of the PublishVersion whose version it named. */
    readonly versionFrom?: string;
    readonly operation?: string;
    /** Steps of equal round were in flight together. */
    readonly round?: number;
  };
  readonly response: {
    readonly status: number;
    /** The error's name as restJson1 clients read it; null for a success or an unreadable name. */
    readonly error: string | null;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  } | null;
  /** Why there is no response, for readers. */
  readonly silence?: string;
  /** The same as a code; absent in reports of earlier versions. */
  readonly silenceCode?: Silence;
  /** Milliseconds since the start of the run. */
  readonly sentAt?: number;
  readonly answeredAt?: number;
}

/** What the target did where the document is silent or contradicts itself. Never fails. */
export interface QuestionReport {
  readonly id: string;
  readonly title: string;
  /** The behaviour seen, most frequent first; "not asked" when no traffic reached it. */
  readonly answer: string;
  readonly observations: number;
  readonly source?: string;
}

/** Latency of answers to AddPermission. */
export interface LatencyReport {
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Slowest calls that stand out: more than ten times the median and over 100 ms. */
  readonly outliers: readonly { readonly case: string; readonly ms: number }[];
}

/** What a run exercised: histories, and every constraint of the contract by what was sent for it. */
export interface CoverageReport {
  /** Histories that were planned, and those that were played to their end. */
  readonly histories: {
    readonly planned: number;
    /** Executed to their end. */
    readonly played: number;
    /** Those that needed an empty function and began on one that could not be emptied or replaced; absent for none. */
    readonly notEmptied?: number;
  };
  /** Members in the document's order, then constraints, then inputs. */
  readonly cells: readonly CoverageCell[];
}

/** What a value was with regard to one constraint. */
export type CoverageInput =
  | "valid"
  | "too-short"
  | "too-long"
  | "near-miss"
  | "wrong-type"
  | "missing"
  | "null";

/** One kind of input for one constraint, and how the requests ended in which nothing else was amiss. */
export interface CoverageCell {
  readonly member: string;
  /** "required", "optional", "type", "pattern", "minLength" or "maxLength". */
  readonly constraint: string;
  readonly input: CoverageInput;
  /** False where the document is silent or contradicts itself, so that any 4xx answer is as right as a success. */
  readonly decided: boolean;
  readonly accepted: number;
  /** Refused in a way that the document gives for this input. */
  readonly refused: number;
  /** Refused in another way: a valid value refused, a fault that another name is given to. */
  readonly refusedOther: number;
  /** No answer, throttled, or unavailable. */
  readonly unsettled: number;
  /** Why no request can reach this cell. */
  readonly unreachable?: string;
}

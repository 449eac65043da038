import type { Schemas } from "./schemas.ts";

export type { Basis, Column, Outcome } from "../spec/verdict.ts";

/** The contents of report.json, version 1. Extended compatibly: members are added, never changed. */
export type Report = Schemas["Report"];
/** How many rules ended how, in one column. A known violation counts as `known`, not as `violated`. */
export type Tally = Schemas["ReportTally"];
/** The verdict on one rule. */
export type RuleReport = Schemas["ReportRule"];
/** The smallest history found that breaks a rule. */
export type Counterexample = Schemas["ReportCounterexample"];
/** One exchange of a counterexample. Secrets are redacted. */
export type CounterexampleStep = Schemas["ReportStep"];
/** What the target did where the document is silent or contradicts itself. Never fails. */
export type QuestionReport = Schemas["ReportQuestion"];
/** Something that went wrong on our side or on the way. */
export type Problem = Schemas["ReportProblem"];
/** Latency of answers to AddPermission. */
export type LatencyReport = Schemas["ReportLatency"];
/** What a run exercised: histories, and every constraint of the contract by what was sent for it. */
export type CoverageReport = Schemas["ReportCoverage"];
/** What a value was with regard to one constraint. */
export type CoverageInput = Schemas["ReportInput"];
/** One kind of input for one constraint, and how the requests ended in which nothing else was amiss. */
export type CoverageCell = Schemas["ReportCell"];

export type { ChangedEntry, KnownEntry, OtherKinds } from "../reports/known.ts";
export type {
  Counterexample,
  CounterexampleStep,
  Problem,
  QuestionReport,
  Report,
  RuleReport,
  Tally,
} from "../reports/report.ts";
export { type ExitCode, exitCode, type RuleStatus, ruleStatus } from "../reports/verdict.ts";
export type { RuleId } from "../rules/index.ts";
export type {
  AddPermissionError,
  AddPermissionRequest,
  AddPermissionResponse,
  DocumentedError,
  ErrorName,
} from "../spec/add-permission.ts";
export { Fault } from "../spec/fault.ts";
export type { Basis, Capability, Column, Outcome, UnsupportedCapability } from "../spec/verdict.ts";
export { type LambdaEvent, type LambdaResult, lambdaHandler, nodeListener } from "./adapters.ts";
export { type ConformanceRun, conform, type Deviations } from "./conform.ts";
export { type ConformanceEvent, events } from "./events.ts";
export type { ConformOptions } from "./program-options.ts";
export type { AppLike, ConformTarget, DispatcherLike, FetchHandler } from "./target.ts";

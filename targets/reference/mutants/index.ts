import type { RuleId } from "../../../rules/index.ts";
import { acceptanceMutants } from "./acceptance-mutants.ts";
import { constraintMutants } from "./constraint-mutants.ts";
import { errorMutants } from "./error-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { observedMutants } from "./observed-mutants.ts";
import { policyMutants } from "./policy-mutants.ts";
import { raceMutants } from "./race-mutants.ts";
import { refusalMutants } from "./refusal-mutants.ts";
import { stateMutants } from "./state-mutants.ts";
import { successMutants } from "./success-mutants.ts";

export { dialects } from "./dialects.ts";
export type { Mutant } from "./mutant.ts";
export { namedDefects as extraMutants } from "./named-defects.ts";
export { live } from "./observed-mutants.ts";
export { type OpenDefect, openDefects } from "./open-mutants.ts";

/** A mutant for every rule: the compiler asks for it. */
export const mutants: Readonly<Record<RuleId, Mutant>> = {
  ...acceptanceMutants,
  ...constraintMutants,
  ...refusalMutants,
  ...stateMutants,
  ...successMutants,
  ...errorMutants,
  ...policyMutants,
  ...raceMutants,
  ...observedMutants,
};

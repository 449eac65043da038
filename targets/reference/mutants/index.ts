import type { RuleId } from "../../../rules/index.ts";
import { acceptanceMutants } from "./acceptance-mutants.ts";
import { constraintMutants } from "./constraint-mutants.ts";
import { dialects } from "./dialects.ts";
import { errorMutants } from "./error-mutants.ts";
import { historyDefects } from "./history-defects.ts";
import { interactionDefects } from "./interaction-defects.ts";
import type { Mutant } from "./mutant.ts";
import { namedDefects as otherDefects } from "./named-defects.ts";
import { neighbourDefects, neighbourMutants } from "./neighbour-mutants.ts";
import { observedMutants } from "./observed-mutants.ts";
import { partialDefects } from "./partial-defects.ts";
import { policyMutants } from "./policy-mutants.ts";
import { qualifierDefects } from "./qualifier-defects.ts";
import { readerDefects } from "./reader-defects.ts";
import { refusalMutants } from "./refusal-mutants.ts";
import { raceMutants, stateMutants } from "./state-mutants.ts";
import { storeDefects } from "./store-defects.ts";
import { successMutants } from "./success-mutants.ts";

export type { Mutant } from "./mutant.ts";
export { live } from "./observed-mutants.ts";
export { openDefects } from "./unspecified-mutants.ts";
export { dialects };

/** Defects beside the one of each rule. */
export const extraMutants: Readonly<Record<string, Mutant>> = {
  ...otherDefects,
  ...neighbourDefects,
  ...qualifierDefects,
  ...storeDefects,
  ...interactionDefects,
  ...historyDefects,
  ...partialDefects,
  ...readerDefects,
};

/** A mutant for every rule; the compiler enforces it. */
export const mutants: Readonly<Record<RuleId, Mutant>> = {
  ...acceptanceMutants,
  ...constraintMutants,
  ...refusalMutants,
  ...stateMutants,
  ...successMutants,
  ...errorMutants,
  ...policyMutants,
  ...neighbourMutants,
  ...raceMutants,
  ...observedMutants,
};

/** Every variant of the reference in the kill matrix; variants that kill nothing are correct. */
export const variants: Readonly<Record<string, Mutant>> = {
  "the reference": { breaks: "nothing", mutate: (behaviour) => behaviour, kills: [] },
  ...Object.fromEntries(
    Object.entries(dialects).map(([name, mutate]) => [
      `dialect ${name}`,
      { breaks: "nothing: a correct dialect", mutate, kills: [] },
    ]),
  ),
  ...mutants,
  ...extraMutants,
};

/** The variants whose runs wait longer than they compute. */
export const waitingVariants: readonly string[] = [
  "not implemented",
  "dialect 409 for 2 ms after each change of any function",
  "dialect 409 for 5 ms after each change",
  "dialect 409 for a read while another operation is in progress",
  "dialect 404 for 20 ms to what was just created",
  "dialect 404 for 20 ms to every second call to what was just created",
  "dialect 429 for every 41st call",
];

import type { Rule, RuleBody } from "../rule.ts";
import { acceptanceRules, baseRules } from "./acceptance-rules.ts";
import { constraintRules } from "./constraint-rules.ts";
import { errorRules } from "./error-rules.ts";
import { observedRules } from "./observed-rules.ts";
import { policyRules } from "./policy-rules.ts";
import { raceRules } from "./race-rules.ts";
import { refusalRules } from "./refusal-rules.ts";
import { sizeRules } from "./size-rules.ts";
import { successRules } from "./success-rules.ts";

const catalogue = {
  ...baseRules,
  ...constraintRules,
  ...refusalRules,
  ...acceptanceRules,
  ...successRules,
  ...errorRules,
  ...policyRules,
  ...sizeRules,
  ...raceRules,
  ...observedRules,
} as const;

/** The id of every rule. */
export type RuleId = keyof typeof catalogue;

/** Every rule, in the catalogue's order. */
export const rules: readonly Rule[] = Object.entries<RuleBody>(catalogue).map(([id, body]) => ({
  id,
  ...body,
}));

/** Every rule id, in the catalogue's order. */
export const ruleIds: readonly RuleId[] = Object.keys(catalogue).filter(isRuleId);

/** Says whether a string is the id of a rule. */
export function isRuleId(id: string): id is RuleId {
  return Object.hasOwn(catalogue, id);
}

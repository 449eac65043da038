import type { Rule, RuleBody } from "../oracle/rule.ts";
import { acceptanceRules, baseRules } from "./acceptance.ts";
import { constraintRules } from "./constraints.ts";
import { errorRules } from "./errors.ts";
import { neighbourRules } from "./neighbours.ts";
import { observedRules } from "./observed.ts";
import { policyRules, sizeRules } from "./policy.ts";
import { raceRules } from "./races.ts";
import { refusalRules } from "./refusals.ts";
import { successRules } from "./success.ts";

const catalogue = {
  ...baseRules,
  ...constraintRules,
  ...refusalRules,
  ...acceptanceRules,
  ...successRules,
  ...errorRules,
  ...policyRules,
  ...neighbourRules,
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

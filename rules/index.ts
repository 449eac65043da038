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
import { questions } from "./unspecified.ts";

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

/** One clause of the document: the rules that judge it, or the reason why none does. */
export interface LedgerEntry {
  readonly clause: string;
  /** Ids of rules and unspecified behaviours; null when nothing judges it. */
  readonly rules: readonly string[] | null;
  /** Why nothing judges it; null where something does. A test finds clauses that this file forgot. */
  readonly reason: string | null;
}

/** Clauses that no request to this operation can show, with the reason. */
const unjudged: Readonly<Record<string, string>> = {
  R061: "unjudged: needs an invocation by a second principal",
  R081: "unjudged: needs an invocation by Alexa without the token",
  R162: "unjudged: a throttled request's lack of effect needs a service that throttles on demand",
  R163: "unjudged: needs another operation in progress on the function, which no request can hold open",
  R172: "unjudged: needs a call by the grantee",
  R173: "unjudged: needs an event of a second account",
};

const clauseCount = 173;

/** Every clause of the catalogue in order. */
export const ledger: readonly LedgerEntry[] = Array.from({ length: clauseCount }, (_, index) => {
  const clause = `R${String(index + 1).padStart(3, "0")}`;
  const judges = [...rules, ...questions]
    .filter(({ clauses }) => clauses.includes(clause))
    .map(({ id }) => id);
  return judges.length > 0
    ? { clause, rules: judges, reason: null }
    : { clause, rules: null, reason: unjudged[clause] ?? null };
});

import { type AdditionBehaviour, faithfulAdditions } from "./add-permission.ts";
import { type DraftBehaviour, faithfulDrafts } from "./draft.ts";
import { faithfulRefusals, type RefusalBehaviour } from "./errors.ts";
import { faithfulTransport, type TransportBehaviour } from "./http.ts";
import { faithfulNames, type NameBehaviour } from "./names.ts";
import { faithfulPolicies, type PolicyBehaviour } from "./policies.ts";
import { faithfulState, type StateBehaviour } from "./state.ts";
import { faithfulStatements, type StatementBehaviour } from "./statement.ts";
import { faithfulValidation, type ValidationBehaviour } from "./validate.ts";

/**
 * Every decision of the reference that an implementer could get wrong, as a value or a small function. Each concern
 * stands with its default in the file that uses it.
 */
export interface Behaviour
  extends TransportBehaviour,
    DraftBehaviour,
    ValidationBehaviour,
    NameBehaviour,
    AdditionBehaviour,
    RefusalBehaviour,
    StatementBehaviour,
    PolicyBehaviour,
    StateBehaviour {}

/** A defect: one behaviour made into another. */
export type Mutation = (behaviour: Behaviour) => Behaviour;

/** The document, followed in everything. */
export const faithful: Behaviour = {
  ...faithfulTransport,
  ...faithfulDrafts,
  ...faithfulValidation,
  ...faithfulNames,
  ...faithfulAdditions,
  ...faithfulRefusals,
  ...faithfulStatements,
  ...faithfulPolicies,
  ...faithfulState,
};

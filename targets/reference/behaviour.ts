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
 * Every decision that an implementer could get wrong, as a value or a small function. Each file that uses a group of
 * them defines its default.
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

/** A defect: turns one behaviour into another. */
export type Mutation = (behaviour: Behaviour) => Behaviour;

/** The behaviour that follows the document. */
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

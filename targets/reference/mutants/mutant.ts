import type { RuleId } from "../../../rules/index.ts";
import type { Member } from "../../../spec/constraint.ts";
import type { Check } from "../add-permission.ts";
import type { Behaviour, Mutation } from "../behaviour.ts";
import type { ConstraintKind } from "../errors.ts";

/** A reference with one defect, and the rules that must find it. */
export interface Mutant {
  /** One phrase: what is wrong. */
  readonly breaks: string;
  readonly mutate: Mutation;
  /** Every rule that must be violated, in the document column unless `column` says otherwise, and no other. */
  readonly kills: readonly RuleId[];
  /** Rules that break with it where a random history happens to show it. */
  readonly mayKill?: readonly RuleId[];
  /** Judged in this column; the mutants of what was observed are mutants of the live service's dialect. */
  readonly column?: "aws";
}

/** A defect in a table whose keys are the rules that it breaks first of all. */
export interface Defect {
  readonly breaks: string;
  readonly mutate: Mutation;
  /** What cannot but break with it. */
  readonly alsoKills?: readonly RuleId[];
  readonly column?: "aws";
}

/** Makes mutants of a table of defects: each kills the rule that is its key, and what it says besides. */
export function mutantsOf<Id extends RuleId>(
  defects: Readonly<Record<Id, Defect>>,
): Readonly<Record<Id, Mutant>> {
  const entries = Object.entries<Defect>(defects).map(([id, { alsoKills = [], ...defect }]) => [
    id,
    { ...defect, kills: [id, ...alsoKills] },
  ]);
  return Object.fromEntries(entries) as Readonly<Record<Id, Mutant>>;
}

/** The mutation that replaces parts of a behaviour; `make` is called anew for each reference, so it may keep state. */
export function change(make: (behaviour: Behaviour) => Partial<Behaviour>): Mutation {
  return (behaviour) => ({ ...behaviour, ...make(behaviour) });
}

/** Several mutations, the first one first. */
export function together(...mutations: readonly Mutation[]): Mutation {
  return (behaviour) => mutations.reduce((sum, mutate) => mutate(sum), behaviour);
}

/** Overlooks one constraint of one member, for the texts that `when` says. */
export function overlooking(
  member: Member,
  kind: ConstraintKind,
  when: (value: string) => boolean = () => true,
): Mutation {
  return change(({ faults }) => ({
    faults: (of, value) => {
      const found = faults(of, value);
      const overlooked = of === member && typeof value === "string" && when(value);
      return overlooked ? found.filter((one) => one !== kind) : found;
    },
  }));
}

/** Leaves one check of AddPermission out. */
export function omitting(check: Check): Mutation {
  return change(({ checks }) => ({ checks: checks.filter((one) => one !== check) }));
}

/** Takes another value for the one that a member of the body has. */
export function taking(member: Member, instead: (value: unknown) => unknown): Mutation {
  return change(({ pick }) => ({
    pick: (body, of) => (of === member ? instead(pick(body, of)) : pick(body, of)),
  }));
}

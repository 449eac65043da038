import type { RuleId } from "../../../rules/index.ts";
import type { Member } from "../../../spec/constraint.ts";
import type { RequestCheck } from "../add-permission.ts";
import type { Behaviour, Mutation } from "../behaviour.ts";
import type { Draft } from "../draft.ts";
import type { BrokenConstraint, Refusal } from "../errors.ts";
import type { HttpReply, HttpRequest } from "../http.ts";
import type { Lookup, Policy, SideEffect, SideOperation, Stored } from "../state.ts";

/** A reference with one defect, and the rules that must find it. */
export interface Mutant {
  /** The defect in one phrase. */
  readonly breaks: string;
  readonly mutate: Mutation;
  /** The rules that must be violated; in the document column, unless `column` says otherwise. */
  readonly kills: readonly RuleId[];
  /** The column that judges it; mutants for observed rules are mutants of the live service's dialect. */
  readonly column?: "aws";
}

/** A defect in a table by the rule that must find it. */
export type Defect = Omit<Mutant, "kills">;

/** Turns a table of defects into mutants; the rule of each key must kill its mutant. */
export function mutantsOf<Id extends RuleId>(
  defects: Readonly<Record<Id, Defect>>,
): Readonly<Record<Id, Mutant>> {
  const entries = Object.entries<Defect>(defects).map(([id, defect]) => [id, { ...defect, kills: [id] }]);
  return Object.fromEntries(entries) as Readonly<Record<Id, Mutant>>;
}

/** A mutation that replaces parts of a behaviour; each reference calls `make`, so it may keep state. */
export function change(make: (behaviour: Behaviour) => Partial<Behaviour>): Mutation {
  return (behaviour) => ({ ...behaviour, ...make(behaviour) });
}

/** Does more after each request of an operation that AddPermission is not. */
export function afterwards(
  operation: SideOperation,
  then: (on: SideEffect, behaviour: Behaviour) => void,
): Mutation {
  return change((behaviour) => ({
    sideEffect: (of, on) => {
      behaviour.sideEffect(of, on);
      if (of === operation) then(on, behaviour);
    },
  }));
}

/** Replaces answers before they are sent. `operation` is null if no route matched. */
export function replying(
  instead: (reply: HttpReply, operation: string | null, request: HttpRequest) => HttpReply,
): Mutation {
  return change(({ finish }) => ({
    finish: (reply, request, operation) => finish(instead(reply, operation, request), request, operation),
  }));
}

/** Finds a function, version or alias that does not exist, as if it did. */
export function finding(missing: Lookup, when: (draft: Draft) => boolean = () => true): Mutation {
  return change(({ found }) => ({
    found: (lookup, draft) => (lookup === missing && when(draft) ? "present" : found(lookup, draft)),
  }));
}

/** Looks for a taken id among these statements only. */
export function searching(
  among: (statements: readonly Stored[], draft: Draft) => readonly Stored[],
): Mutation {
  return change(({ taken }) => ({
    taken: (statements, sid, draft) => taken(among(statements, draft), sid, draft),
  }));
}

/** Compares no RevisionId of some requests. */
export function ignoringRevision(when: (draft: Draft) => boolean): Mutation {
  return change(({ revisionMatches }) => ({
    revisionMatches: (given, current, draft) => when(draft) || revisionMatches(given, current, draft),
  }));
}

/** Several mutations in order. */
export function together(...mutations: readonly Mutation[]): Mutation {
  return (behaviour) => mutations.reduce((sum, mutate) => mutate(sum), behaviour);
}

/** Ignores one constraint of one member, for texts that `when` accepts. */
export function overlooking(
  member: Member,
  kind: BrokenConstraint,
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

/** What a request names in its path and query, percent-encoded. */
export const at = {
  version: (target: string) => /(\?Qualifier=|%3A)\d+(\/policy)?$/.test(target),
  alias: (target: string) => /(\?Qualifier=|%3A)(?!function)[\w-]*[a-z][\w-]*(\/policy)?$/i.test(target),
  query: (target: string) => target.includes("?"),
  arn: (target: string) => target.includes("/arn%3A"),
  partialArn: (target: string) => /\/\d+%3Afunction%3A/.test(target),
};

type Body = Readonly<Record<string, unknown>>;

/** Overlooks what members of the body break in some requests: one kind of constraint, or all. */
export function unchecked(
  of: readonly Member[],
  when: (body: Body, target: string) => boolean,
  only?: BrokenConstraint,
): Mutation {
  return change(({ intercept, readBody, faults }) => {
    let asked: { readonly target: string; readonly body: Body } = { target: "", body: {} };
    return {
      intercept: (request) => {
        asked = { target: request.target, body: {} };
        return intercept(request);
      },
      readBody: (bytes) => {
        const read = readBody(bytes);
        if (read.kind === "object") asked = { ...asked, body: read.object };
        return read;
      },
      faults: (member, value) => {
        const found = faults(member, value);
        if (found.length === 0 || !of.includes(member) || !when(asked.body, asked.target)) return found;
        return found.filter((kind) => only !== undefined && kind !== only);
      },
    };
  });
}

/** Replaces the value of a member of the body. */
export function taking(member: Member, instead: (value: unknown) => unknown): Mutation {
  return change(({ pick }) => ({
    pick: (body, of) => (of === member ? instead(pick(body, of)) : pick(body, of)),
  }));
}

/** Rewrites the body if it is not a JSON object, or always. */
export function rewriting(rewrite: (text: string) => string, always = false): Mutation {
  return change(({ readBody }) => ({
    readBody: (bytes) => {
      const analysis = readBody(bytes);
      return analysis.kind === "object" && !always ? analysis : readBody(Buffer.from(rewrite(String(bytes))));
    },
  }));
}

/** Omits one check of AddPermission. */
export function omitting(check: RequestCheck): Mutation {
  return change(({ checks }) => ({ checks: checks.filter((one) => one !== check) }));
}

/** Refuses requests that pass every check; it comes last, so that other faults keep their errors. */
export function refusing(what: string, when: (draft: Draft, policy: Policy) => boolean): Defect {
  const breaks = `refuses ${what}`;
  return {
    breaks,
    mutate: change(({ furtherCheck }) => ({
      furtherCheck: (draft, policy) =>
        when(draft, policy) ? { kind: "principal", message: `It ${breaks}.` } : furtherCheck(draft, policy),
    })),
  };
}

/** Writes a policy although the request is refused: the statements that `write` returns, if any. */
export function afterRefusing(
  kind: Refusal["kind"],
  write: (draft: Draft) => readonly Stored[] | null,
): Mutation {
  return change(({ afterRefusal }) => ({
    afterRefusal: (refusal, draft) =>
      (refusal.kind === kind ? write(draft) : null) ?? afterRefusal(refusal, draft),
  }));
}

/** The statements of a policy with the one that a request asks for. */
export function withAdded({ read, stored }: Draft): readonly Stored[] {
  return [...read.statements, stored()];
}

/** The statements of a policy that has some: written again, they get a new revision. */
export function written({ read: { statements } }: Draft): readonly Stored[] | null {
  return statements.length > 0 ? statements : null;
}

/** Gives some refusals another status and name. */
export function naming(
  which: (refusal: Refusal, draft: Draft | undefined) => boolean,
  status: number,
  name: string,
): Mutation {
  return change(({ named }) => ({
    named: (refusal, draft) => (which(refusal, draft) ? { status, name } : named(refusal, draft)),
  }));
}

/** The ARN of the function that a policy key is about. */
export function functionOf(key: string): string {
  return key.split(":").slice(0, 7).join(":");
}

/** True for the policy key of a version. */
export function isVersion(key: string): boolean {
  return /:\d+$/.test(key.slice(functionOf(key).length));
}

/** True for the policy key of an alias. */
export function isAlias(key: string): boolean {
  return /[^\d$]/.test(key.slice(functionOf(key).length + 1)) && !key.endsWith("$LATEST");
}

/** True if two policy keys belong to one function, its versions and its aliases. */
export function isOfSameFunction(key: string, other: string): boolean {
  return functionOf(key) === functionOf(other);
}

/** True if two policy keys belong to functions with the same name up to the last hyphen. */
export function isNamedAlike(key: string, other: string): boolean {
  return stemOf(key) === stemOf(other);
}

function stemOf(key: string): string {
  return functionOf(key).replace(/-[^-]*$/, "");
}

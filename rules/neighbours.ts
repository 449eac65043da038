import {
  isDisputed,
  type PolicyModelState,
  possibleSids,
  type Since,
  type Write,
} from "../oracle/model-state.ts";
import type { RuleBody } from "../oracle/rule.ts";
import type { Basis, Capability } from "../spec/verdict.ts";
import { show } from "./define.ts";
import {
  differing,
  isRevisionOfStatements,
  judgeRead,
  type KnownRead,
  lostAddition,
  lostAlone,
  movedRevision,
  type ReadFinding,
  separation,
  startedWith,
  unchangedRevision,
} from "./policy.ts";

const level = "introduction: the policy applies at the level it was given";
const statementId = "Request Body, StatementId: differentiates the statements of one policy";

/** What other operations than AddPermission may do to a policy. Each rule blames one operation. */
export const neighbourRules = {
  "remove.is-gone": neighbourRule({
    title: "A statement whose removal was acknowledged is gone",
    source: statementId,
    clauses: ["R135"],
    needs: ["remove"],
    // Of calls in flight together, an addition may have brought it back.
    applies: ({ removed, together, writes }) =>
      removed.length > 0 && !writes.includes("reset") && !(together && writes.includes("addition")),
    find: ({ difference, since, shows }) => {
      const sids = difference?.kept.map(({ sid }) => sid ?? "") ?? [];
      const [kept] = sids.filter((sid) => !since.added.includes(sid));
      return kept === undefined || [`no statement ${show(kept)}, whose removal was acknowledged`, shows];
    },
    // One removal removes one of two statements, where two policies are one.
    unless: ["policy.one-more", ...separation],
  }),
  "remove.one-statement": neighbourRule({
    title: "A removal by id leaves the other statements of the policy as they were",
    source: statementId,
    clauses: ["R135"],
    needs: ["remove"],
    applies: (since) => since.removed.length > 0 && !since.together && onlyAfter("removal", since),
    find: unchanged,
    unless: ["read.changes-nothing", ...separation],
  }),
  "remove.one-policy": neighbourRule({
    title: "A removal by id leaves the policies of other qualifiers and functions as they were",
    source: level,
    clauses: ["R060", "R169", "R170"],
    needs: ["remove", "versions", "aliases"],
    applies: (since) => since.removed.length === 0 && onlyAfter("removal", since),
    find: unchanged,
    unless: ["read.changes-nothing", ...separation],
  }),
  "remove.changes-revision": neighbourRule({
    title: "A removal changes the policy's revision",
    source: "Request Body, RevisionId: a policy that has changed",
    clauses: ["R098", "R104"],
    needs: ["remove", "revisions", "policy-revisions"],
    applies: (since, { consumed }) =>
      since.removed.length > 0 && consumed.length > 0 && onlyAfter("removal", since),
    find: ({ difference, revision }) => difference?.revisionStuck !== true || unchangedRevision(revision),
    unless: ["revision.changes"],
  }),
  // The live service may lose statements that are added in parallel.
  "remove.keeps-concurrent-additions": {
    columns: ["document"],
    ...neighbourRule({
      title: "Additions in flight together with removals, on one qualifier or several, are in their policies",
      source: level,
      clauses: ["R166", "R060"],
      needs: ["remove"],
      applies: ({ added, together, writes }) => added.length > 0 && together && writes.includes("removal"),
      find: ({ difference, shows }) => difference === null || lostAddition(difference, shows),
      unless: [
        "race.acknowledged-are-kept",
        "remove.one-statement",
        "remove.one-policy",
        ...lostAlone,
        ...separation,
      ],
    }),
  },
  "alias.starts-empty": neighbourRule({
    title: "A new alias has no policy, even if an alias of that name was deleted before",
    source: level,
    clauses: ["R170"],
    needs: ["other", "versions", "aliases"],
    applies: ({ origin }) => origin === "aliased",
    find: (of) => of.difference === null || startedWith(of.difference, of),
    unless: ["resource.unknown-alias", ...separation],
  }),
  "alias.leaves-policies": leaving("alias", {
    title: "Creating, updating or deleting an alias changes no policy but that of the deleted alias",
    clauses: ["R170"],
    needs: ["other", "versions", "aliases"],
  }),
  "version.leaves-policies": leaving("version", {
    title: "Publishing or deleting a version changes no policy but that of the deleted version",
    clauses: ["R171"],
    needs: ["versions", "publish"],
  }),
  "function.leaves-policies": leaving("function", {
    title: "Creating, updating or deleting a function changes no policy but those of the deleted function",
    clauses: ["R169"],
    needs: ["other"],
  }),
  "function.takes-policies-along": neighbourRule({
    title: "Deleting a function deletes the policies of its versions and aliases",
    source: "Errors, ResourceNotFoundException",
    clauses: ["R160"],
    needs: ["other", "versions", "aliases"],
    applies: ({ past, writes }) => past?.here === true && !writes.includes("reset"),
    find: ({ difference, since, shows }) => {
      const left = difference?.extra.filter(({ sid }) => since.past?.sids.includes(sid ?? "") === true) ?? [];
      return left.length === 0 || ["no statement from before the deletion", shows];
    },
    unless: ["re-created.starts-empty", ...separation],
  }),
  "read.changes-nothing": neighbourRule({
    title: "A policy that is read again, with nothing written between, holds the same statements",
    source: "Response Elements, Statement: the statement that is added",
    clauses: ["R142"],
    needs: [],
    // A policy that holds something, although nothing was written, was read.
    applies: (since, policy) => since.writes.length === 0 && possibleSids(policy).length > 0,
    find: unchanged,
    unless: [],
  }),
  "read.keeps-revision": neighbourRule({
    title: "A policy that is read again, with nothing written between, has the same revision",
    source: "Request Body, RevisionId: a policy that has changed since it was last read",
    clauses: ["R095", "R103"],
    needs: ["revisions", "policy-revisions"],
    applies: (since, policy) => since.writes.length === 0 && isRevisionOfStatements(policy),
    find: ({ before, difference, revision }) =>
      difference?.revisionMoved !== true || movedRevision(before, revision),
    unless: ["read.changes-nothing"],
  }),
} as const satisfies Record<string, RuleBody>;

interface NeighbourRule extends Pick<RuleBody, "title" | "source" | "clauses" | "needs"> {
  readonly applies: (since: Since, policy: PolicyModelState) => boolean;
  readonly find: (of: KnownRead) => ReadFinding;
  readonly unless: readonly string[];
}

function neighbourRule({ applies, find, unless, needs, ...rule }: NeighbourRule): RuleBody {
  const basis: Basis = "implied";
  return {
    ...rule,
    basis,
    needs: ["state", "policy", ...needs],
    trigger: { on: "read", judge: (of) => judgeRead(of, applies, find, unless) },
  };
}

/** A rule that writes of one kind leave policies as they were. */
function leaving(
  write: Write,
  rule: Pick<NeighbourRule, "title" | "clauses"> & { readonly needs: readonly Capability[] },
): RuleBody {
  return neighbourRule({
    ...rule,
    source: level,
    applies: (since) => onlyAfter(write, since),
    find: unchanged,
    unless: ["read.changes-nothing", ...separation],
  });
}

/** Nothing but writes of this kind was sent since the policy was read, so nothing else can be at fault. */
function onlyAfter(write: Write, { writes }: Since): boolean {
  return writes.length === 1 && writes[0] === write;
}

/** Every statement of the last read that was not removed is there as it was, and no other. */
function unchanged({ before, since, difference, statements, shows }: KnownRead): ReadFinding {
  const sids = statements.map(({ sid }) => sid);
  // A removal elsewhere makes a statement uncertain in the model, so the difference alone does not show its loss.
  const gone = possibleSids(before).find(
    (sid) => !sids.includes(sid) && !since.removed.includes(sid) && !isDisputed(before, sid),
  );
  if (gone !== undefined) return [`the statements as before, also ${show(gone)}`, shows];
  const [changed] = difference?.changedOld ?? [];
  if (changed !== undefined) return differing(changed, ", as before");
  // What was added elsewhere, or came with the creation, is another finding.
  const more = difference?.extra.find(
    ({ sid }) => since.origin === null && !since.elsewhere.some((one) => one.sid === sid),
  );
  return more === undefined || ["the statements as before, and no other", shows];
}

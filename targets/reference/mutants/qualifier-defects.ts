import { bodyMembers } from "../../../spec/constraint.ts";
import type { Mutation } from "../behaviour.ts";
import { dropPolicy } from "../state.ts";
import {
  afterRefusing,
  afterwards,
  at,
  change,
  finding,
  ignoringRevision,
  isAlias,
  isOfSameFunction,
  isVersion,
  type Mutant,
  refusing,
  searching,
  unchecked,
  withAdded,
} from "./mutant.ts";

/** Defects that show only at versions and aliases, or only where members or operations come together. */
export const qualifierDefects: Readonly<Record<string, Mutant>> = {
  "encoded letters looked up": {
    breaks: "looks a percent-encoded name up as it is written, before it checks anything else",
    mutate: change(({ checks, found }) => ({
      checks: ["lookup", ...checks.filter((check) => check !== "lookup")],
      found: (lookup, draft) => (/%[4-7]/.test(draft.label) ? "no-function" : found(lookup, draft)),
    })),
    kills: ["FunctionName.encoded-letters"],
  },
  "revision ignored on aliases": {
    breaks: "compares RevisionId at functions and versions only",
    mutate: ignoringRevision(({ key }) => isAlias(key)),
    kills: ["RevisionId.never-seen"],
  },
  "revision of any policy of the function": {
    breaks: "accepts the revision of another policy of the same function",
    mutate: change(() => ({
      revisionMatches: (given, _current, { state, key }) =>
        [...state.policies].some(
          ([other, { revision }]) => revision === given && isOfSameFunction(other, key),
        ),
    })),
    kills: ["RevisionId.foreign"],
  },
  "resource in lower case": {
    breaks: "writes the Resource of a statement in lower case",
    mutate: change(({ resource }) => ({
      resource: (arn, qualifier, label) => resource(arn, qualifier, label).toLowerCase(),
    })),
    kills: ["statement.qualified-resource"],
  },
  "revision compared by its beginning": {
    breaks: "compares the first eight characters of a RevisionId",
    mutate: change(() => ({
      revisionMatches: (given, current) => given.slice(0, 8) === current.slice(0, 8),
    })),
    kills: ["RevisionId.never-seen"],
  },
  "revision that counts statements": {
    breaks: "makes a policy's revision of the number of its statements",
    mutate: change(({ append, remove }) => {
      let count = 0;
      const counted = <T extends readonly unknown[]>(statements: T): T => {
        count = statements.length;
        return statements;
      };
      return {
        append: (statements, added) => counted(append(statements, added)),
        remove: (statements, sid, key) => counted(remove(statements, sid, key)),
        nextRevision: () => `revision-${count}`,
      };
    }),
    kills: ["revision.changes"],
  },
  "current revision refused on versions": {
    breaks: "refuses every RevisionId on a version",
    mutate: change(({ revisionMatches }) => ({
      revisionMatches: (given, current, draft) =>
        !isVersion(draft.key) && revisionMatches(given, current, draft),
    })),
    kills: ["request.combination"],
  },
  "removal of everything on aliases": {
    breaks: "removes every statement of an alias with one of them",
    mutate: change(({ remove }) => ({
      remove: (statements, sid, key) => (isAlias(key) ? [] : remove(statements, sid, key)),
    })),
    kills: ["remove.one-statement"],
  },
  "policy of a moved alias": {
    breaks: "deletes the policy of an alias that gets another version",
    mutate: change(({ sideEffect }) => {
      const versions = new Map<string, string | undefined>();
      return {
        sideEffect: (operation, on) => {
          sideEffect(operation, on);
          if (operation === "UpdateAlias" && versions.get(on.key) !== on.version)
            dropPolicy(on.state, on.key);
          if (operation === "CreateAlias" || operation === "UpdateAlias") versions.set(on.key, on.version);
        },
      };
    }),
    kills: ["alias.leaves-policies"],
  },
  "policies of older versions": {
    breaks: "deletes the policies of all versions when it publishes one",
    mutate: afterwards("PublishVersion", ({ state, key }) => {
      for (const other of state.policies.keys())
        if (isOfSameFunction(other, key) && isVersion(other)) dropPolicy(state, other);
    }),
    kills: ["version.leaves-policies"],
  },
  "duplicates on qualifiers": {
    breaks: "looks for the id in the function's policy only",
    mutate: change(({ taken }) => ({
      taken: (statements, sid, draft) => draft.qualifier === undefined && taken(statements, sid, draft),
    })),
    kills: ["StatementId.duplicate"],
  },
  "duplicates of the same action": {
    breaks: "takes two statements for one only if their actions are the same, too",
    mutate: searching((statements, { values }) =>
      statements.filter(({ json }) => JSON.parse(json).Action === values.Action),
    ),
    kills: ["StatementId.duplicate"],
  },
  "every second duplicate": {
    breaks: "accepts an id that it refused before",
    mutate: change(({ taken }) => {
      const refused = new Set<string>();
      return {
        taken: (statements, sid, draft) => {
          const key = `${draft.key} ${sid}`;
          if (!taken(statements, sid, draft) || refused.delete(key)) return false;
          refused.add(key);
          return true;
        },
      };
    }),
    kills: ["StatementId.duplicate"],
  },
  "no constraints on aliases": {
    breaks: "checks the members of a body only without an alias",
    mutate: unchecked(bodyMembers, (_body, target) => at.alias(target)),
    kills: ["Action.pattern", "Action.required", "SourceAccount.pattern", "StatementId.pattern"],
  },
  "no conditions on aliases": {
    breaks: "leaves out the conditions of a statement on an alias",
    mutate: change(({ statement }) => ({
      statement: (parts, condition) => statement(parts, isAlias(parts.resource) ? undefined : condition),
    })),
    kills: ["statement.source-arn", "statement.source-account"],
  },
  "accounts on aliases": {
    breaks: "refuses an account as Principal on an alias",
    mutate: refusing(
      "an account on an alias",
      ({ values, key }) => isAlias(key) && /^\d{12}$/.test(values.Principal ?? ""),
    ).mutate,
    kills: ["request.combination"],
  },
  "token beside a source": {
    breaks: "leaves out the token if SourceArn or SourceAccount is given",
    mutate: change(({ condition }) => ({
      condition: (parts) =>
        condition(
          parts.sourceArn === undefined && parts.sourceAccount === undefined
            ? parts
            : { ...parts, eventSourceToken: undefined },
        ),
    })),
    kills: ["statement.event-source-token"],
  },
  "Deny for everyone": {
    breaks: "denies where the principal is everyone",
    mutate: change(({ statement }) => ({
      statement: (parts, condition) =>
        parts.principal === "*"
          ? { ...statement(parts, condition), Effect: "Deny" }
          : statement(parts, condition),
    })),
    kills: ["statement.effect"],
  },
  "null as text": {
    breaks: "takes null for the text null",
    mutate: change(({ pick }) => ({
      pick: (body, member) => {
        const value = pick(body, member);
        return value === null && member === "EventSourceToken" ? "null" : value;
      },
    })),
    kills: ["statement.no-condition"],
  },
  "ids with a leading dash": {
    breaks: "refuses a StatementId that begins with a dash",
    mutate: refusing("a leading dash", ({ values }) => (values.StatementId ?? "").startsWith("-")).mutate,
    kills: ["request.accepted"],
  },
  "ids compared as numbers": {
    breaks: "takes ids of equal numbers for equal",
    mutate: change(() => ({
      taken: (statements, sid) =>
        statements.some((one) => one.sid === sid || (/^\d+$/.test(sid) && Number(one.sid) === Number(sid))),
    })),
    kills: ["request.accepted"],
  },
  "kept for a later alias": {
    breaks: "refuses an addition to an alias that does not exist, and keeps it for that alias",
    mutate: afterRefusing("no-alias", withAdded),
    kills: ["alias.starts-empty"],
  },
  "aliases in one letter case": {
    breaks: "keeps one policy for aliases that differ in letter case alone",
    mutate: keyedBy((qualifier) => qualifier.toLowerCase()),
    kills: ["StatementId.on-other-qualifier"],
  },
  "hyphens of aliases as underscores": {
    breaks: "keeps one policy for aliases that differ in hyphens and underscores alone",
    mutate: keyedBy((qualifier) => qualifier.replaceAll("-", "_")),
    kills: ["StatementId.on-other-qualifier"],
  },
  "qualifiers cut at 64 characters": {
    breaks: "keeps one policy for all qualifiers with the same first 64 characters",
    mutate: keyedBy((qualifier) => qualifier.slice(0, 64)),
    kills: ["StatementId.on-other-qualifier"],
  },
  "ids of another version": {
    breaks: "takes an id for taken that another version of the function has",
    mutate: change(({ taken }) => ({
      taken: (statements, sid, draft) =>
        taken(statements, sid, draft) ||
        (isVersion(draft.key) &&
          [...draft.state.policies].some(
            ([key, policy]) =>
              isVersion(key) && isOfSameFunction(key, draft.key) && taken(policy.statements, sid, draft),
          )),
    })),
    kills: ["StatementId.on-other-qualifier"],
  },
  "deleted versions": {
    breaks: "adds to a version that was deleted",
    mutate: finding(
      "no-version",
      ({ state, arn, qualifier }) => Number(qualifier) < (state.functions.get(arn)?.nextVersion ?? 0),
    ),
    kills: ["resource.unknown-version"],
  },
  "deleted aliases": {
    breaks: "adds to an alias that was deleted",
    mutate: change(({ found, sideEffect }) => {
      const deleted = new Set<string>();
      return {
        sideEffect: (operation, on) => {
          sideEffect(operation, on);
          if (operation === "DeleteAlias") deleted.add(on.key);
          if (operation === "CreateAlias" && deleted.delete(on.key)) dropPolicy(on.state, on.key);
        },
        found: (lookup, draft) =>
          lookup === "no-alias" && deleted.has(draft.key) ? "present" : found(lookup, draft),
      };
    }),
    kills: ["resource.unknown-alias"],
  },
};

/** Keeps the policies of versions and aliases by a part or another form of the qualifier. */
function keyedBy(form: (qualifier: string) => string): Mutation {
  return change(({ policyKey }) => ({
    policyKey: (arn, qualifier) => policyKey(arn, qualifier === undefined ? undefined : form(qualifier)),
  }));
}

import { bodyMembers } from "../../../spec/constraint.ts";
import type { Mutation } from "../behaviour.ts";
import type { Draft } from "../draft.ts";
import { isHere } from "../names.ts";
import { dropPolicy, policyAt, type SideEffect, type SideOperation, type Stored } from "../state.ts";
import {
  afterwards,
  change,
  finding,
  functionOf,
  ignoringRevision,
  isOfSameFunction,
  type Mutant,
  naming,
  overlooking,
  refusing,
  unchecked,
} from "./mutant.ts";

/** A path with `name:qualifier` or `function:name:qualifier`, as it is sent. */
const qualifiedName = /\/functions\/([^/]*function%3A)?[\w-]+%3A[\w-]+\/policy/i;

/** Defects that show only beside another member, in one spelling, with a RevisionId, or after a removal. */
export const interactionDefects: Readonly<Record<string, Mutant>> = {
  "SourceArn unchecked beside SourceAccount": {
    breaks: "checks SourceArn only without SourceAccount",
    mutate: unchecked(["SourceArn"], (body) => body.SourceAccount !== undefined),
    kills: ["SourceArn.pattern", "SourceArn.type"],
  },
  "SourceAccount unchecked beside SourceArn": {
    breaks: "checks SourceAccount only without SourceArn",
    mutate: unchecked(["SourceAccount"], (body) => body.SourceArn !== undefined),
    kills: ["SourceAccount.pattern", "SourceAccount.type"],
  },
  "token of Alexa unchecked": {
    breaks: "checks EventSourceToken only if the principal is not Alexa's",
    mutate: unchecked(["EventSourceToken"], (body) => /^alexa/.test(String(body.Principal))),
    kills: ["EventSourceToken.pattern", "EventSourceToken.type", "EventSourceToken.maxLength"],
  },
  "body unchecked with a qualified name": {
    breaks: "checks no member of the body where the qualifier is in the name",
    mutate: unchecked(bodyMembers, (_body, target) => qualifiedName.test(target)),
    kills: ["Action.pattern", "Action.type", "SourceAccount.pattern"],
  },
  "body unchecked with a RevisionId": {
    breaks: "checks no member of the body where a RevisionId is given",
    mutate: unchecked(bodyMembers, (body) => typeof body.RevisionId === "string"),
    kills: ["SourceArn.pattern"],
  },
  "long ids with a qualifier": {
    breaks: "checks the length of StatementId only without a qualifier",
    mutate: unchecked(["StatementId"], (_body, target) => target.includes("?"), "maxLength"),
    kills: ["StatementId.maxLength"],
  },
  "unknown versions in partial ARNs": {
    breaks: "answers 403 to an unknown version in an ARN",
    mutate: naming(
      ({ kind }, draft) => kind === "no-version" && draft?.name.bare === false,
      403,
      "AccessDeniedException",
    ),
    kills: ["resource.unknown-version"],
  },
  "account of a partial ARN": {
    breaks: "overlooks the account of a partial ARN",
    mutate: change(() => ({ isAccessible: (name, home) => !name.full || isHere(name, home) })),
    kills: ["resource.other-account"],
  },
  "account of an ARN with an alias": {
    breaks: "overlooks the account of an ARN that has a qualifier",
    mutate: change(() => ({
      isAccessible: (name, home) =>
        isHere(name.qualifier === undefined ? name : { ...name, account: undefined }, home),
    })),
    kills: ["resource.other-account"],
  },
  "aliases that continue": {
    breaks: "takes an alias for one whose name it continues",
    mutate: finding("no-alias", ({ state, arn, qualifier }) =>
      [...(state.functions.get(arn)?.aliases.keys() ?? [])].some((one) => qualifier?.startsWith(one)),
    ),
    kills: ["resource.unknown-alias"],
  },
  "sources of any region": {
    breaks: "admits any word as the region of SourceArn",
    mutate: overlooking("SourceArn", "pattern", (value) =>
      /^arn:aws:[a-z0-9-]+:[a-zA-Z0-9*-]*:(\d{12})?:/.test(value),
    ),
    kills: ["SourceArn.pattern"],
  },
  "services without capitals": {
    ...refusing("a SourceArn whose service has a capital in its name", ({ values }) =>
      /^arn:[^:]*:[^:]*[A-Z]/.test(values.SourceArn ?? ""),
    ),
    kills: ["SourceArn.any-resource"],
  },
  "aliases of other functions": {
    breaks: "finds an alias that another function has",
    mutate: finding("no-alias", ({ state, qualifier = "" }) =>
      [...state.functions.values()].some(({ aliases }) => aliases.has(qualifier)),
    ),
    kills: ["resource.unknown-alias"],
  },
  "version remembered as absent": {
    breaks: "remembers that a version does not exist",
    mutate: change(({ found }) => {
      const absent = new Set<string>();
      return {
        found: (lookup, draft) => {
          if (lookup === "no-version") absent.add(draft.key);
          return absent.has(draft.key) ? "no-version" : found(lookup, draft);
        },
      };
    }),
    kills: ["Qualifier.version"],
  },
  "condition lost with an ARN": {
    breaks: "leaves out the conditions of a statement where the function is named by an ARN",
    mutate: change(({ condition, resource }) => {
      let byArn = false;
      return {
        resource: (arn, qualifier, label) => {
          byArn = label.startsWith("arn");
          return resource(arn, qualifier, label);
        },
        condition: (parts) => (byArn ? undefined : condition(parts)),
      };
    }),
    kills: ["statement.source-arn"],
  },
  "condition lost with a RevisionId": {
    breaks: "stores a statement without its condition where a RevisionId is given",
    mutate: change(({ added }) => ({
      added: (draft) => {
        added(draft);
        if (draft.values.RevisionId !== undefined) rewrite(draft, withoutCondition);
      },
    })),
    kills: ["policy.stored-as-returned"],
  },
  "one addition with a RevisionId": {
    breaks: "refuses the revision that an addition with a RevisionId made",
    mutate: change(({ added, revisionMatches }) => {
      const last = new Map<string, boolean>();
      return {
        added: (draft) => {
          added(draft);
          last.set(draft.key, draft.values.RevisionId !== undefined);
        },
        revisionMatches: (given, current, draft) =>
          last.get(draft.key) !== true && revisionMatches(given, current, draft),
      };
    }),
    kills: ["request.combination"],
  },
  "duplicates with a RevisionId": {
    breaks: "looks for a taken id only where no RevisionId is given",
    mutate: change(({ taken }) => ({
      taken: (statements, sid, draft) =>
        draft.values.RevisionId === undefined && taken(statements, sid, draft),
    })),
    kills: ["StatementId.duplicate"],
  },
  "RevisionId beside SourceAccount": {
    breaks: "compares RevisionId only without SourceAccount",
    mutate: ignoringRevision(({ values }) => values.SourceAccount !== undefined),
    kills: ["RevisionId.never-seen"],
  },
  "RevisionId with the ARN of an alias": {
    breaks: "compares RevisionId only where no ARN has a qualifier",
    mutate: ignoringRevision(({ name }) => name.full && name.qualifier !== undefined),
    kills: ["RevisionId.never-seen"],
  },
  "RevisionId in quotation marks": {
    breaks: "removes quotation marks around a RevisionId",
    mutate: change(() => ({ revisionMatches: (given, current) => given.replace(/^"|"$/g, "") === current })),
    kills: ["RevisionId.never-seen"],
  },
  "ids forgotten at a removal": {
    breaks: "frees the ids of a policy when a statement is removed from it",
    mutate: freeingIds("RemovePermission", (key) => key),
    kills: ["StatementId.duplicate"],
  },
  "ids freed by a publication": {
    breaks: "frees the ids of a function when it publishes a version",
    mutate: freeingIds("PublishVersion", functionOf),
    kills: ["StatementId.duplicate-content"],
  },
  "ids freed by an update of the alias": {
    breaks: "frees the ids of an alias when it gets another version",
    mutate: freeingIds("UpdateAlias", (key) => key),
    kills: ["StatementId.duplicate-content"],
  },
  "id anywhere in the policy": {
    breaks: "looks for a taken id in the text of the policy",
    mutate: change(() => ({
      taken: (statements, sid) => statements.some(({ json }) => json.includes(`"${sid}"`)),
    })),
    kills: ["request.accepted"],
  },
  "removed statement brought back": {
    breaks: "brings the removed statement back when its id is added again",
    mutate: change(({ added }) => {
      const first = new Map<string, string>();
      return {
        added: (draft) => {
          added(draft);
          const id = `${draft.key} ${draft.values.StatementId}`;
          const json = first.get(id);
          if (json === undefined) first.set(id, draft.json());
          else rewrite(draft, () => json);
        },
      };
    }),
    kills: ["policy.stored-as-returned"],
  },
  "policies of an emptied function": {
    breaks: "deletes the policies of versions and aliases with the last statement of the function",
    mutate: afterwards("RemovePermission", ({ state, key }) => {
      if (key !== functionOf(key) || policyAt(state, key).statements.length > 0) return;
      for (const other of [...state.policies.keys()])
        if (isOfSameFunction(other, key)) dropPolicy(state, other);
    }),
    kills: ["remove.one-policy"],
  },
  "rest of a policy as ASCII": {
    breaks: "writes what a removal leaves in ASCII",
    mutate: rewritingRest((json) => json.replace(/[^\0-\x7f]/g, "?")),
    kills: ["remove.one-statement"],
  },
  "everyone for a user": {
    breaks: "grants to everyone where the principal is the ARN of a user",
    mutate: change(({ principal }) => ({
      principal: (value, partition) => (/:user\//.test(value) ? "*" : principal(value, partition)),
    })),
    kills: ["statement.effect"],
  },
  "everyone without a source": {
    breaks: "leaves out SourceArn where the principal is everyone",
    mutate: change(({ condition }) => ({
      condition: (parts) => condition(parts.principal === "*" ? { ...parts, sourceArn: undefined } : parts),
    })),
    kills: ["statement.source-arn"],
  },
};

/** After an operation, no longer takes the ids for taken that a policy holds at that time. */
function freeingIds(after: SideOperation, of: (key: string) => string): Mutation {
  return change(({ taken, sideEffect }) => {
    const freed = new Set<Stored>();
    return {
      sideEffect: (operation, on) => {
        sideEffect(operation, on);
        if (operation === after) for (const one of policyAt(on.state, of(on.key)).statements) freed.add(one);
      },
      taken: (statements, sid, draft) =>
        taken(
          statements.filter((one) => !freed.has(one)),
          sid,
          draft,
        ),
    };
  });
}

/** Changes the stored JSON of the statement that a draft added. */
function rewrite({ state, key, values }: Draft, edit: (json: string) => string): void {
  const policy = policyAt(state, key);
  const statements = policy.statements.map((one) =>
    one.sid === values.StatementId ? { ...one, json: edit(one.json) } : one,
  );
  state.policies.set(key, { ...policy, statements });
}

function rewritingRest(edit: (json: string) => string): Mutation {
  return afterwards("RemovePermission", ({ state, key }: SideEffect) => {
    const policy = policyAt(state, key);
    const statements = policy.statements.map((one) => ({ ...one, json: edit(one.json) }));
    state.policies.set(key, { ...policy, statements });
  });
}

function withoutCondition(json: string): string {
  const { Condition: _, ...rest } = JSON.parse(json);
  return JSON.stringify(rest);
}

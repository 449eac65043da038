import { bodyMembers } from "../../../spec/constraint.ts";
import type { Mutation } from "../behaviour.ts";
import { isHere, type Spelled } from "../names.ts";
import { policySize } from "../policies.ts";
import {
  afterRefusing,
  at,
  change,
  isAlias,
  isOfSameFunction,
  isVersion,
  type Mutant,
  overlooking,
  searching,
  unchecked,
  withAdded,
} from "./mutant.ts";

/** Defects of a part of the requests only: one character, one kind of policy, one form of a name, or beside another member. */
export const partialDefects: Readonly<Record<string, Mutant>> = {
  "ids of versions unchecked": {
    breaks: "checks the pattern of StatementId only without a version",
    mutate: unchecked(["StatementId"], (_body, target) => at.version(target), "pattern"),
    kills: ["StatementId.pattern"],
  },
  "sources of versions unchecked": {
    breaks: "checks the pattern of SourceArn only without a version",
    mutate: unchecked(["SourceArn"], (_body, target) => at.version(target), "pattern"),
    kills: ["SourceArn.pattern"],
  },
  "types on aliases unchecked": {
    breaks: "checks the types of members other than RevisionId only without an alias",
    mutate: unchecked(
      bodyMembers.filter((member) => member !== "RevisionId"),
      (_body, target) => at.alias(target),
      "type",
    ),
    kills: ["Action.type", "StatementId.type"],
  },
  "lengths on versions unchecked": {
    breaks: "checks no length of a member of the body where a version is named",
    mutate: unchecked(bodyMembers, (_body, target) => at.version(target), "maxLength"),
    kills: ["StatementId.maxLength", "EventSourceToken.maxLength"],
  },
  "ids unchecked beside a source": {
    breaks: "checks the pattern of StatementId only without SourceArn",
    mutate: unchecked(["StatementId"], ({ SourceArn }) => SourceArn !== undefined, "pattern"),
    kills: ["StatementId.pattern"],
  },
  "Action unchecked beside an account": {
    breaks: "checks the pattern of Action only without SourceAccount",
    mutate: unchecked(["Action"], ({ SourceAccount }) => SourceAccount !== undefined, "pattern"),
    kills: ["Action.pattern"],
  },
  "types unchecked beside a source": {
    breaks: "checks the types of required members only without SourceArn",
    mutate: unchecked(
      ["Action", "Principal", "StatementId"],
      ({ SourceArn }) => SourceArn !== undefined,
      "type",
    ),
    kills: ["Action.type", "StatementId.type"],
  },
  "ids with an exclamation mark": {
    breaks: "lets an exclamation mark stand in a StatementId",
    mutate: overlooking("StatementId", "pattern", (value) => /^[\w!-]+$/.test(value)),
    kills: ["StatementId.pattern"],
  },
  "tokens with an ampersand": {
    breaks: "lets an ampersand stand in an EventSourceToken",
    mutate: overlooking("EventSourceToken", "pattern", (value) => /^[\w.&-]+$/.test(value)),
    kills: ["EventSourceToken.pattern"],
  },
  "any region with a Qualifier": {
    breaks: "overlooks the region of an ARN where Qualifier is given",
    mutate: overlookingPlace("region", at.query),
    kills: ["resource.other-region"],
  },
  "any account with a version": {
    breaks: "overlooks the account of an ARN or a partial ARN where a version is named",
    mutate: overlookingPlace("account", at.version),
    kills: ["resource.other-account"],
  },
  "any account with an alias in a partial ARN": {
    breaks: "overlooks the account of a partial ARN that has a qualifier",
    mutate: overlookingPlace("account", (target) => at.partialArn(target) && at.alias(target)),
    kills: ["resource.other-account"],
  },
  "any partition with a Qualifier": {
    breaks: "overlooks the partition of an ARN where Qualifier is given",
    mutate: overlookingPlace("partition", at.query),
    kills: ["resource.other-partition"],
  },
  "name of any ARN with a Qualifier": {
    breaks: "reads only the name in an ARN of seven parts where Qualifier is given",
    mutate: byTarget((target) =>
      change(({ decode }) => ({
        decode: (raw) => {
          const text = decode(raw);
          const parts = text?.split(":") ?? [];
          return at.query(target()) && parts.length === 7 ? (parts[6] ?? null) : text;
        },
      })),
    ),
    kills: ["FunctionName.pattern"],
  },
  "white space of a Qualifier with an ARN": {
    breaks: "removes white space around Qualifier where the function is named by its ARN",
    mutate: byTarget((target) =>
      change(({ decode }) => ({
        decode: (raw) => (at.arn(target()) ? (decode(raw)?.trim() ?? null) : decode(raw)),
      })),
    ),
    kills: ["Qualifier.pattern"],
  },
  "another Qualifier with a partial ARN": {
    breaks: "takes no notice of Qualifier where a partial ARN has a qualifier",
    mutate: byTarget((target) =>
      change(({ qualifier }) => ({
        qualifier: (values, body) =>
          at.partialArn(target()) && /function%3A[\w-]+%3A/.test(target())
            ? undefined
            : qualifier(values, body),
      })),
    ),
    kills: ["Qualifier.disagrees"],
  },
  "letter case of ids on aliases": {
    breaks: "compares the ids of an alias without regard to letter case",
    mutate: comparingIds(isAlias, (sid) => sid.toLowerCase()),
    kills: ["request.combination"],
  },
  "beginning of ids on versions": {
    breaks: "compares the first 64 characters of ids on a version",
    mutate: comparingIds(isVersion, (sid) => sid.slice(0, 64)),
    kills: ["request.combination"],
  },
  "hyphens of ids on aliases": {
    breaks: "takes a hyphen and an underscore for one in the ids of an alias",
    mutate: comparingIds(isAlias, (sid) => sid.replaceAll("_", "-")),
    kills: ["Qualifier.alias"],
  },
  "latest ten of a version": {
    breaks: "looks for a taken id on a version among the latest ten statements",
    mutate: searching((statements, { key }) => (isVersion(key) ? statements.slice(-10) : statements)),
    kills: ["StatementId.duplicate"],
  },
  "ten statements of an alias": {
    breaks: "keeps the latest ten statements of an alias only",
    mutate: change(({ added }) => ({
      added: (draft) => {
        added(draft);
        const { policies } = draft.state;
        const policy = policies.get(draft.key);
        if (policy !== undefined && isAlias(draft.key))
          policies.set(draft.key, { ...policy, statements: policy.statements.slice(-10) });
      },
    })),
    kills: ["policy.others-untouched"],
  },
  "duplicates with the same conditions": {
    breaks: "takes two statements for one only if their conditions are the same, too",
    mutate: searching((statements, draft) =>
      statements.filter(({ json }) => conditionOf(json) === conditionOf(draft.json())),
    ),
    kills: ["StatementId.duplicate"],
  },
  "wrong types added to aliases": {
    breaks: "refuses a member of a wrong type on an alias, and adds the statement",
    mutate: afterRefusing("type", (draft) => (isAlias(draft.key) ? withAdded(draft) : null)),
    kills: ["refusal.changes-no-statement"],
  },
  "revision of a version moved": {
    breaks: "moves the revision of a version on where it refuses a value for its pattern",
    mutate: afterRefusing("pattern", ({ key, read }) => (isVersion(key) ? read.statements : null)),
    kills: ["refusal.keeps-revision"],
  },
  "one limit for all policies": {
    breaks: "limits the size of all policies of a function together",
    mutate: change(({ sizeLimit, furtherCheck }) => ({
      furtherCheck: (draft, policy) => {
        const all = [...draft.state.policies].filter(([key]) => isOfSameFunction(key, draft.key));
        const bytes = all.reduce((sum, [, { statements }]) => sum + policySize(statements), 0);
        return bytes + draft.json().length > sizeLimit
          ? { kind: "size", message: "The policies are too large." }
          : furtherCheck(draft, policy);
      },
    })),
    kills: ["Qualifier.alias"],
  },
};

/** A mutation that sees the target of the current request. */
function byTarget(mutation: (target: () => string) => Mutation): Mutation {
  return (behaviour) => {
    let target = "";
    return mutation(() => target)({
      ...behaviour,
      intercept: (request) => {
        ({ target } = request);
        return behaviour.intercept(request);
      },
    });
  };
}

function overlookingPlace(
  part: Extract<keyof Spelled, "region" | "account" | "partition">,
  when: (target: string) => boolean,
): Mutation {
  return byTarget((target) =>
    change(({ isAccessible }) => ({
      isAccessible: (name, home) =>
        isAccessible(name, home) || (when(target()) && isHere({ ...name, [part]: undefined }, home)),
    })),
  );
}

function comparingIds(where: (key: string) => boolean, form: (sid: string) => string): Mutation {
  return change(({ taken }) => ({
    taken: (statements, sid, draft) =>
      taken(statements, sid, draft) ||
      (where(draft.key) && statements.some((one) => form(one.sid) === form(sid))),
  }));
}

function conditionOf(json: string): string {
  return JSON.stringify(JSON.parse(json).Condition);
}

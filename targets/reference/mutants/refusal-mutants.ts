import type { RuleId } from "../../../rules/index.ts";
import type { Mutation } from "../behaviour.ts";
import type { Draft } from "../draft.ts";
import { functionArn } from "../names.ts";
import type { Lookup } from "../state.ts";
import { createdReply } from "../statement.ts";
import { isRecord } from "../validate.ts";
import { change, type Defect, mutantsOf, omitting } from "./mutant.ts";

/** The rules on what must be refused beyond the constraints of single members, revisions aside. */
export type RefusalRuleId = Extract<
  RuleId,
  | `body.${"malformed-json" | "not-an-object" | "empty"}`
  | `Principal.${"neither" | "account-digits" | "blank"}`
  | "FunctionName.empty"
  | "Qualifier.disagrees"
  | `route.${string}`
  | `resource.${string}`
>;

const defects: Readonly<Record<RefusalRuleId, Defect>> = {
  "body.malformed-json": {
    breaks: "overlooks what follows the last brace of a body",
    mutate: change(({ readBody }) => ({
      readBody: (bytes) => {
        const reading = readBody(bytes);
        return reading.kind === "refused" ? readBody(bytes.subarray(0, bytes.lastIndexOf("}") + 1)) : reading;
      },
    })),
  },
  "body.not-an-object": {
    breaks: "unwraps a body that is an array of one object",
    mutate: change(({ readBody }) => ({
      readBody: (bytes) => {
        const reading = readBody(bytes);
        if (reading.kind === "object" || reading.why !== "body-not-object") return reading;
        const value: unknown = JSON.parse(bytes.toString("utf8"));
        const only: unknown = Array.isArray(value) && value.length === 1 ? value[0] : undefined;
        return isRecord(only) ? { kind: "object", object: only } : reading;
      },
    })),
  },
  "body.empty": {
    breaks: "answers 404 to an empty body",
    mutate: change(({ named }) => ({
      named: (refusal, draft) =>
        refusal.kind === "body-empty"
          ? { status: 404, name: "ResourceNotFoundException" }
          : named(refusal, draft),
    })),
  },
  "Principal.neither": {
    breaks: "takes any domain for a service",
    mutate: servingAs(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/),
  },
  "Principal.account-digits": {
    breaks: "takes thirteen digits for an account",
    mutate: servingAs(/^[0-9]{13}$/),
  },
  "Principal.blank": {
    breaks: "takes blanks for a principal",
    mutate: servingAs(/^ +$/),
  },
  "FunctionName.empty": {
    breaks: "answers 201 to a path without a name",
    mutate: change(({ intercept }) => ({
      intercept: (request) =>
        request.method === "POST" && request.target === "/2015-03-31/functions//policy"
          ? createdReply("{}")
          : intercept(request),
    })),
  },
  "Qualifier.disagrees": {
    breaks: "prefers Qualifier where the name contradicts it",
    mutate: omitting("mismatch"),
  },
  "route.other-method": {
    breaks: "takes PUT for POST",
    mutate: change(({ route }) => ({
      route: (method, path, query) => route(method === "PUT" ? "POST" : method, path, query),
    })),
  },
  "route.other-version": {
    breaks: "serves every API version",
    mutate: change(({ route }) => ({
      route: (method, path, query) =>
        route(method, path.replace(/^\/\d{4}-\d\d-\d\d\//, "/2015-03-31/"), query),
    })),
  },
  "resource.unknown-function": {
    breaks: "grants on functions that were never created",
    mutate: change(({ found, dropsPolicy }) => {
      const deleted = new Set<string>();
      return {
        dropsPolicy: (scope, key) => {
          if (scope === "function") deleted.add(key);
          return dropsPolicy(scope, key);
        },
        found: (lookup, draft) =>
          lookup === "no-function" && !deleted.has(draft.arn) ? "present" : found(lookup, draft),
      };
    }),
  },
  "resource.deleted-function": { breaks: "acknowledges grants on deleted functions", mutate: haunted() },
  "resource.unknown-version": {
    breaks: "grants on versions that were never published",
    mutate: finding("no-version", ({ qualifier = "" }) => /^[0-9]+$/.test(qualifier)),
  },
  "resource.unknown-alias": {
    breaks: "grants on aliases that do not exist",
    mutate: finding("no-alias", () => true),
  },
  "resource.other-region": {
    breaks: "overlooks the region of an ARN",
    mutate: change(({ reaches }) => ({
      reaches: (name, home) => reaches({ ...name, region: undefined }, home),
    })),
  },
  "resource.other-account": {
    breaks: "overlooks the account of an ARN",
    mutate: change(({ reaches }) => ({
      reaches: (name, home) => reaches({ ...name, account: undefined }, home),
    })),
  },
  "resource.other-partition": {
    breaks: "takes an ARN of another partition for one of its own",
    mutate: change(({ reaches }) => ({
      reaches: (name, home) => {
        const moved = name.partition !== undefined && name.partition !== home.partition;
        return reaches(moved ? { ...name, partition: undefined, region: undefined } : name, home);
      },
    })),
  },
};

/** Mutants that grant, or refuse for the wrong reason, what the document wants refused. */
export const refusalMutants = mutantsOf(defects);

function servingAs(pattern: RegExp): Mutation {
  return change(({ principal }) => ({
    principal: (value, partition) =>
      principal(value, partition) ?? (pattern.test(value) ? { Service: value } : null),
  }));
}

function finding(missing: Lookup, when: (draft: Draft) => boolean): Mutation {
  return change(({ found }) => ({
    found: (lookup, draft) => (lookup === missing && when(draft) ? "present" : found(lookup, draft)),
  }));
}

/** Nothing is kept, or the function would have a policy when it is created again. */
function haunted(): Mutation {
  return change(({ found, append, dropsPolicy }) => {
    const deleted = new Set<string>();
    return {
      dropsPolicy: (scope, key) => {
        if (scope === "function") deleted.add(key);
        return dropsPolicy(scope, key);
      },
      found: (lookup, draft) => {
        if (lookup === "present") deleted.delete(draft.arn);
        const ghost = functionArn(draft.home, draft.name.name);
        return lookup === "no-function" && deleted.has(ghost) ? "present" : found(lookup, draft);
      },
      append: (statements, added, key) => (deleted.has(key) ? statements : append(statements, added, key)),
    };
  });
}

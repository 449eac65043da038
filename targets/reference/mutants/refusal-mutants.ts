import type { Mutation } from "../behaviour.ts";
import { createdReply } from "../statement.ts";
import { change, finding, mutantsOf, naming, omitting, rewriting } from "./mutant.ts";

/** Mutants that accept an invalid request, or refuse it for the wrong reason. */
export const refusalMutants = mutantsOf({
  "body.malformed-json": {
    breaks: "overlooks what follows the last brace of a body",
    mutate: rewriting((text) => text.slice(0, text.lastIndexOf("}") + 1)),
  },
  "body.not-an-object": {
    breaks: "unwraps a body that is an array of one object",
    mutate: rewriting((text) => text.replace(/^\[|\]$/g, "")),
  },
  "body.empty": {
    breaks: "answers 404 to an empty body",
    mutate: naming(({ kind }) => kind === "body-empty", 404, "ResourceNotFoundException"),
  },
  "body.letter-case": {
    breaks: "finds members in any letter case, as some readers of JSON do",
    mutate: change(({ pick }) => ({
      pick: (body, member) => {
        const isMeant = ([name]: [string, unknown]) => name.toLowerCase() === member.toLowerCase();
        return pick(body, member) ?? Object.entries(body).find(isMeant)?.[1];
      },
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
    breaks: "grants on functions that do not exist",
    mutate: finding("no-function"),
  },
  "resource.deleted-function": {
    breaks: "looks functions up in a cache that outlives them",
    mutate: change(({ found }) => {
      const cache = new Set<string>();
      return {
        found: (lookup, draft) => {
          if (lookup === "present") cache.add(draft.arn);
          return lookup === "no-function" && cache.has(draft.arn) ? "present" : found(lookup, draft);
        },
      };
    }),
  },
  "resource.unknown-version": {
    breaks: "grants on versions that were never published",
    mutate: finding("no-version"),
  },
  "resource.unknown-alias": {
    breaks: "grants on aliases that do not exist",
    mutate: finding("no-alias"),
  },
  "resource.other-region": { breaks: "overlooks the region of an ARN", mutate: overlookingPlace("region") },
  "resource.other-account": {
    breaks: "overlooks the account of an ARN",
    mutate: overlookingPlace("account"),
  },
  "resource.other-partition": {
    breaks: "overlooks the partition of an ARN, and the region with it",
    mutate: overlookingPlace("partition", "region"),
  },
});

function servingAs(pattern: RegExp): Mutation {
  return change(({ principal }) => ({
    principal: (value, partition) =>
      principal(value, partition) ?? (pattern.test(value) ? { Service: value } : null),
  }));
}

function overlookingPlace(...parts: readonly ("partition" | "region" | "account")[]): Mutation {
  const unsaid = Object.fromEntries(parts.map((part) => [part, undefined]));
  return change(({ isAccessible }) => ({
    isAccessible: (name, home) => isAccessible({ ...name, ...unsaid }, home),
  }));
}

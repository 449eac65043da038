import type { Mutation } from "../behaviour.ts";
import type { RefusalKind } from "../errors.ts";
import { dropPolicy, policyAt, type SideOperation } from "../state.ts";
import {
  afterRefusing,
  afterwards,
  change,
  finding,
  functionOf,
  ignoringRevision,
  isAlias,
  isOfSameFunction,
  type Mutant,
  refusing,
  rewriting,
  searching,
  taking,
  written,
} from "./mutant.ts";

/** Defects of the store that an implementation uses, and of the language that it is written in. */
export const storeDefects: Readonly<Record<string, Mutant>> = {
  "functions found by their beginning": {
    breaks: "takes the beginning of a function's name for the function",
    mutate: findingFunctions((wanted, held) => held.startsWith(wanted)),
    kills: ["resource.unknown-function"],
  },
  "functions found with LIKE": {
    breaks: "lets _ in a function's name stand for any character",
    mutate: findingFunctions((wanted, held) => like(wanted).test(held)),
    kills: ["resource.unknown-function"],
  },
  "names without an underscore": {
    breaks: "refuses an underscore in a function's name",
    mutate: change(({ faults }) => ({
      faults: (member, value) =>
        member === "FunctionName" && /^[^:]*_/.test(String(value)) ? ["pattern"] : faults(member, value),
    })),
    kills: ["resource.unknown-function"],
  },
  "aliases found with LIKE": {
    breaks: "lets _ in an alias stand for any character",
    mutate: findingAliases((wanted, held) => like(wanted).test(held)),
    kills: ["resource.unknown-alias"],
  },
  "aliases in any letter case": {
    breaks: "looks aliases up without regard to letter case",
    mutate: findingAliases((wanted, held) => held.toLowerCase() === wanted.toLowerCase()),
    kills: ["resource.unknown-alias"],
  },
  "$latest for $LATEST": {
    breaks: "knows $LATEST in lower case, too",
    mutate: finding("no-version", ({ qualifier }) => qualifier === "$latest"),
    kills: ["resource.unknown-alias"],
  },
  "versions as numbers of 32 bits": {
    breaks: "looks versions up by their number, in 32 bits",
    mutate: finding("no-version", ({ state, arn, qualifier }) => {
      const { versions = [] } = state.functions.get(arn) ?? {};
      return versions.includes(String(Number(qualifier) | 0));
    }),
    kills: ["resource.unknown-version"],
  },
  "zero for nothing": {
    breaks: "takes the texts 0 and false for absent",
    mutate: taking("EventSourceToken", (value) => (value === "0" || value === "false" ? undefined : value)),
    kills: ["statement.event-source-token"],
  },
  "no id zero": {
    ...refusing("the id 0", ({ values }) => values.StatementId === "0"),
    kills: ["StatementId.shortest"],
  },
  "escaped pairs": {
    breaks: "reads two escapes of one character as two characters",
    mutate: rewriting((text) => text.replace(/\\ud[89ab]..\\ud[c-f]../gi, String.raw`\ufffd\ufffd`), true),
    kills: ["statement.source-arn"],
  },
  "elements of a statement": {
    breaks: "takes the Principal of a statement for that of a request",
    mutate: taking("Principal", (value) =>
      typeof value === "object" && value !== null ? Object.values(value)[0] : value,
    ),
    kills: ["Principal.type"],
  },
  "dots for any character": {
    breaks: "does not escape the dots in the pattern of services",
    mutate: serving(/^[a-z0-9.-]+.amazonaws.com$/),
    kills: ["Principal.neither"],
  },
  "suffix amid a domain": {
    breaks: "looks for .amazonaws.com anywhere in a principal",
    mutate: serving(/^[a-z0-9.-]+\.amazonaws\.com/),
    kills: ["Principal.neither"],
  },
  "ids of the first page": {
    breaks: "looks for a taken id among the first ten statements",
    mutate: searching((statements) => statements.slice(0, 10)),
    kills: ["StatementId.duplicate"],
  },
  "ids of the last page": {
    breaks: "looks for a taken id among the latest ten statements",
    mutate: searching((statements) => statements.slice(-10)),
    kills: ["StatementId.duplicate"],
  },
  "ids of aliases": {
    breaks: "takes an id for taken that another alias of the function has",
    mutate: change(({ taken }) => ({
      taken: (statements, sid, draft) =>
        taken(statements, sid, draft) ||
        (isAlias(draft.key) &&
          [...draft.state.policies].some(
            ([key, policy]) =>
              isAlias(key) &&
              isOfSameFunction(key, draft.key) &&
              policy.statements.some((one) => one.sid === sid),
          )),
    })),
    kills: ["StatementId.on-other-qualifier"],
  },
  "ids of malformed requests": {
    breaks: "keeps the id of a request taken that it refused as malformed",
    mutate: reserving("pattern"),
    kills: ["request.accepted"],
  },
  "ids of guarded requests": {
    breaks: "keeps the id of a request taken that it refused for its RevisionId",
    mutate: reserving("revision"),
    kills: ["request.accepted"],
  },
  "ids of large requests": {
    breaks: "keeps the id of a request taken that it refused for the size",
    mutate: reserving("size"),
    kills: ["policy.room-again"],
  },
  "revision moved by a malformed value": {
    breaks: "moves the revision on where it refuses a value for its pattern",
    mutate: afterRefusing("pattern", written),
    kills: ["refusal.keeps-revision"],
  },
  "revision trimmed": {
    breaks: "removes white space around a RevisionId",
    mutate: change(({ revisionMatches }) => ({
      revisionMatches: (given, current, draft) => revisionMatches(given.trim(), current, draft),
    })),
    kills: ["RevisionId.never-seen"],
  },
  "revision ignored beside a source": {
    breaks: "compares RevisionId only without SourceArn",
    mutate: ignoringRevision(({ values }) => values.SourceArn !== undefined),
    kills: ["RevisionId.never-seen"],
  },
  "revision ignored at an ARN": {
    breaks: "compares RevisionId only where the function is named by its name",
    mutate: ignoringRevision(({ name }) => name.full),
    kills: ["RevisionId.never-seen"],
  },
  "revision read again": {
    breaks: "takes a stale RevisionId the second time",
    mutate: change(({ revisionMatches }) => {
      const refused = new Set<string>();
      return {
        revisionMatches: (given, current, draft) => {
          const key = `${draft.key} ${given}`;
          if (revisionMatches(given, current, draft) || refused.delete(key)) return true;
          refused.add(key);
          return false;
        },
      };
    }),
    kills: ["RevisionId.used"],
  },
  "removal in any letter case": {
    breaks: "removes the ids that are equal without regard to letter case",
    mutate: removing((wanted, held) => held.toLowerCase() === wanted.toLowerCase()),
    kills: ["remove.one-statement"],
  },
  "removal with LIKE": {
    breaks: "lets _ in the id to be removed stand for any character",
    mutate: removing((wanted, held) => like(wanted).test(held)),
    kills: ["remove.one-statement"],
  },
  "removal by the end": {
    breaks: "removes every statement whose id ends in the one given",
    mutate: removing((wanted, held) => held.endsWith(wanted)),
    kills: ["remove.one-statement"],
  },
  "aliases deleted by their beginning": {
    breaks: "deletes the policies of all aliases that begin like the deleted one",
    mutate: dropping("DeleteAlias", (key, other) => other.startsWith(key)),
    kills: ["alias.leaves-policies"],
  },
  "policies of other aliases": {
    breaks: "deletes the policies of all other aliases when it updates one",
    mutate: dropping(
      "UpdateAlias",
      (key, other) => key !== other && isAlias(other) && isOfSameFunction(key, other),
    ),
    kills: ["alias.leaves-policies"],
  },
  "policy of the version before": {
    breaks: "gives a new version the policy of the version before",
    mutate: afterwards("PublishVersion", ({ state, key }) => {
      const [before, latest] = state.functions.get(functionOf(key))?.versions.slice(-2) ?? [];
      const policy = policyAt(state, `${functionOf(key)}:${before}`);
      if (latest !== undefined && policy.statements.length > 0) state.policies.set(key, policy);
    }),
    kills: ["published.starts-empty"],
  },
};

type Match = (wanted: string, held: string) => boolean;

function findingFunctions(match: Match): Mutation {
  return finding("no-function", ({ state, arn }) =>
    [...state.functions.keys()].some((held) => match(arn, held)),
  );
}

function findingAliases(match: Match): Mutation {
  return finding("no-alias", ({ state, arn, qualifier = "" }) =>
    [...(state.functions.get(arn)?.aliases.keys() ?? [])].some((held) => match(qualifier, held)),
  );
}

/** SQL's LIKE, where `_` stands for any character. */
function like(wanted: string): RegExp {
  return new RegExp(`^${wanted.replace(/[$.]/g, "\\$&").replaceAll("_", ".")}$`);
}

function serving(service: RegExp): Mutation {
  return change(({ principal }) => ({
    principal: (value, partition) => (service.test(value) ? { Service: value } : principal(value, partition)),
  }));
}

/** Keeps the id of a request taken that was refused in that way. */
function reserving(kind: RefusalKind): Mutation {
  return change(({ afterRefusal, taken }) => {
    const kept = new Set<string>();
    return {
      afterRefusal: (refusal, draft) => {
        if (refusal.kind === kind) kept.add(`${draft.key} ${draft.values.StatementId}`);
        return afterRefusal(refusal, draft);
      },
      taken: (statements, sid, draft) => taken(statements, sid, draft) || kept.has(`${draft.key} ${sid}`),
    };
  });
}

function removing(match: Match): Mutation {
  return change(() => ({ remove: (statements, sid) => statements.filter((one) => !match(sid, one.sid)) }));
}

function dropping(after: SideOperation, isDropped: (key: string, other: string) => boolean): Mutation {
  return afterwards(after, ({ state, key }) => {
    for (const other of [...state.policies.keys()]) if (isDropped(key, other)) dropPolicy(state, other);
  });
}

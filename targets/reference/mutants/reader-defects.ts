import type { Mutation } from "../behaviour.ts";
import type { Draft } from "../draft.ts";
import { policyAt } from "../state.ts";
import {
  change,
  finding,
  functionOf,
  ignoringRevision,
  isAlias,
  type Mutant,
  refusing,
  rewriting,
  searching,
  taking,
} from "./mutant.ts";

/** Defects outside the operation: of the reader of JSON, the router and the store, and of variables that requests share. */
export const readerDefects: Readonly<Record<string, Mutant>> = {
  "numbers with a zero before": {
    breaks: "reads 01 as a number",
    mutate: rewriting((text) => text.replace(/:0(?=\d)/g, ":")),
    kills: ["body.malformed-json"],
  },
  "any letter escaped": {
    breaks: "reads a backslash before any letter as that letter",
    mutate: rewriting((text) => text.replace(/\\([^"\\/bfnrtu])/g, "$1")),
    kills: ["body.malformed-json"],
  },
  "tabs in strings": {
    breaks: "takes a raw tab in a string",
    mutate: rewriting((text) => text.replaceAll("\t", "\\t")),
    kills: ["body.malformed-json"],
  },
  "decoded in pieces": {
    breaks: "decodes a body in pieces of 4 KiB, so that a character between two of them is lost",
    mutate: change(({ readBody }) => ({
      readBody: (bytes) => {
        const pieces = Array.from({ length: Math.ceil(bytes.length / 4096) }, (_, at) =>
          String(bytes.subarray(at * 4096, (at + 1) * 4096)),
        );
        return pieces.length < 2 ? readBody(bytes) : readBody(Buffer.from(pieces.join("")));
      },
    })),
    kills: ["statement.source-arn"],
  },
  "entities in sources": {
    breaks: "reads HTML entities in SourceArn",
    mutate: textOf("SourceArn", (arn) => arn.replaceAll("&amp;", "&")),
    kills: ["statement.source-arn"],
  },
  "log groups without a wildcard": {
    breaks: "drops :* at the end of a SourceArn",
    mutate: textOf("SourceArn", (arn) => arn.replace(/(?<=:.*:.*:.*:.*:.+):\*$/, "")),
    kills: ["statement.source-arn"],
  },
  "three partitions": {
    ...refusing("a SourceArn of another partition than aws, aws-cn and aws-us-gov", ({ values }) =>
      /^arn:(?!aws:|aws-cn:|aws-us-gov:)/.test(values.SourceArn ?? ""),
    ),
    kills: ["SourceArn.any-resource"],
  },
  "some regions": {
    ...refusing("a SourceArn of the regions that are not in its list", ({ values }) =>
      /^(?:[^:]*:){3}(?:me|af|il|mx)-/.test(values.SourceArn ?? ""),
    ),
    kills: ["SourceArn.any-resource"],
  },
  "accounts as numbers": {
    breaks: "drops the zeros before an account",
    mutate: change(({ principal }) => ({
      principal: (value, partition) =>
        /^0[1-9]\d{10}$/.test(value)
          ? { AWS: `arn:${partition}:iam::${Number(value)}:root` }
          : principal(value, partition),
    })),
    kills: ["statement.account"],
  },
  "SourceAccount of an alias beside SourceArn only": {
    breaks: "on versions and aliases keeps SourceAccount only together with SourceArn",
    mutate: change(({ condition }) => ({
      condition: (parts) =>
        condition(
          parts.sourceArn === undefined && parts.resource !== functionOf(parts.resource)
            ? { ...parts, sourceAccount: undefined }
            : parts,
        ),
    })),
    kills: ["statement.source-account"],
  },
  "yes and no": {
    breaks: "reads yes and no as true and false in a token",
    mutate: textOf("EventSourceToken", (token) =>
      /^(yes|no)$/.test(token) ? String(token === "yes") : token,
    ),
    kills: ["statement.event-source-token"],
  },
  "tokens as numbers": {
    breaks: "drops a zero at the end of a token that is a decimal number",
    mutate: textOf("EventSourceToken", (token) => (/^\d+\.\d+$/.test(token) ? String(Number(token)) : token)),
    kills: ["statement.event-source-token"],
  },
  "Qualifier decoded twice": {
    breaks: "decodes Qualifier twice",
    mutate: change(({ qualifier }) => ({
      qualifier: (values, body) => qualifier(values, body)?.replace("%6c", "l"),
    })),
    kills: ["Qualifier.pattern"],
  },
  "Qualifier until an ampersand": {
    breaks: "decodes the query before it splits it",
    mutate: change(({ qualifier }) => ({
      qualifier: (values, body) => qualifier(values, body)?.split("&")[0],
    })),
    kills: ["Qualifier.pattern"],
  },
  "functions that were asked for": {
    breaks: "finds an unknown function at the second request",
    mutate: change(({ found }) => {
      const asked = new Set<string>();
      return {
        found: (lookUp, draft) => {
          if (lookUp !== "no-function" || asked.has(draft.arn))
            return lookUp === "no-function" ? "present" : found(lookUp, draft);
          asked.add(draft.arn);
          return lookUp;
        },
      };
    }),
    kills: ["resource.unknown-function"],
  },
  "aliases that outlive their function": {
    breaks: "finds the aliases of a function that was deleted and created again",
    mutate: change(({ found, sideEffect }) => {
      const created = new Set<string>();
      return {
        sideEffect: (operation, on) => {
          sideEffect(operation, on);
          if (operation === "CreateAlias") created.add(on.key);
          if (operation === "DeleteAlias") created.delete(on.key);
        },
        found: (lookUp, draft) =>
          lookUp === "no-alias" && created.has(draft.key) ? "present" : found(lookUp, draft),
      };
    }),
    kills: ["resource.unknown-alias"],
  },
  "fifty statements shown": {
    breaks: "shows the first 50 statements of a policy",
    mutate: change(() => ({ shown: (statements) => statements.slice(0, 50) })),
    kills: ["policy.shows-what-it-holds"],
  },
  "ids of the first 25": {
    breaks: "looks for a taken id among the first 25 statements",
    mutate: searching((statements) => statements.slice(0, 25)),
    kills: ["StatementId.duplicate"],
  },
  "ids of one kind of principal": {
    breaks: "compares an id only with those of statements for the same kind of principal",
    mutate: searching((statements, { values }) => {
      const isAccount = /^\d+$/.test(values.Principal ?? "");
      return statements.filter(({ json }) => json.includes('"AWS":') === isAccount);
    }),
    kills: ["StatementId.duplicate"],
  },
  "one statement for each token": {
    breaks: "takes a second statement with the same token for a duplicate",
    mutate: change(({ taken }) => ({
      taken: (statements, sid, draft) => {
        const token = draft.values.EventSourceToken;
        const isKnown = token !== undefined && statements.some(({ json }) => json.includes(`"${token}"`));
        return isKnown || taken(statements, sid, draft);
      },
    })),
    kills: ["EventSourceToken.accepted"],
  },
  "name that begins with another": {
    breaks: "finds a function whose name is the beginning of the one given",
    mutate: finding("no-function", ({ state, arn }) =>
      [...state.functions.keys()].some((held) => arn.startsWith(held)),
    ),
    kills: ["resource.unknown-function"],
  },
  "revision of the function on an alias": {
    breaks: "takes the function's revision for an alias, too",
    mutate: change(({ policyKey, revisionMatches }) => ({
      revisionMatches: (given, current, draft) => {
        const { revision } = policyAt(draft.state, policyKey(draft.arn, undefined));
        return revisionMatches(given, current, draft) || (isAlias(draft.key) && given === revision);
      },
    })),
    kills: ["RevisionId.foreign"],
  },
  "revisions with an ARN and Qualifier": {
    breaks: "compares no revision where Qualifier comes with an ARN",
    mutate: ignoringRevision(({ name, values }) => name.full && values.Qualifier !== undefined),
    kills: ["RevisionId.stale"],
  },
  "ids with a partial ARN": {
    breaks: "looks for no taken id where the function is named by a partial ARN",
    mutate: searching((statements, { name }) => (name.full || name.account === undefined ? statements : [])),
    kills: ["StatementId.duplicate"],
  },
  "first statements of an alias": {
    breaks: "creates the policy of a version or alias anew for each of its first additions in flight",
    mutate: change(({ base, taken }) => {
      let latest = "";
      return {
        taken: (statements, sid, draft) => {
          latest = draft.key;
          return taken(statements, sid, draft);
        },
        pause: () => new Promise((resolve) => setTimeout(resolve, 2)),
        base: (read, current) =>
          read.statements.length === 0 && latest !== functionOf(latest) ? read : base(read, current),
      };
    }),
    kills: ["race.acknowledged-are-kept"],
  },
  "lock of the name as written": {
    breaks:
      "locks a function by its name as it is written, so that calls by name and by ARN write over each other",
    mutate: change(({ taken }) => {
      const lastWritten = new Map<string, string>();
      let latest: Draft | undefined;
      const isOverwritten = () =>
        latest !== undefined && (lastWritten.get(latest.key) ?? latest.label) !== latest.label;
      return {
        taken: (statements, sid, draft) => {
          latest = draft;
          return taken(statements, sid, draft);
        },
        pause: () => new Promise((resolve) => setTimeout(resolve, 2)),
        base: (read, current) => (isOverwritten() ? read : current),
        added: ({ key, label }) => {
          lastWritten.set(key, label);
        },
      };
    }),
    kills: ["race.acknowledged-are-kept"],
  },
  "Action of the latest request": {
    breaks: "keeps the Action of a request in a variable that all requests share",
    mutate: change(({ readBody, stored, created }) => {
      let latest: unknown;
      const withLatest = (json: string) => JSON.stringify({ ...JSON.parse(json), Action: latest });
      return {
        readBody: (bytes) => {
          const analysis = readBody(bytes);
          if (analysis.kind === "object") latest = analysis.object.Action ?? latest;
          return analysis;
        },
        pause: () => new Promise((resolve) => setTimeout(resolve, 2)),
        stored: (sid, json) => stored(sid, withLatest(json)),
        created: (json) => created(withLatest(json)),
      };
    }),
    kills: ["statement.action"],
  },
};

/** Changes the text of a member before anything else reads it. */
function textOf(member: Parameters<typeof taking>[0], change: (text: string) => string): Mutation {
  return taking(member, (value) => (typeof value === "string" ? change(value) : value));
}

import type { Member } from "../../../spec/constraint.ts";
import type { Mutation } from "../behaviour.ts";
import type { HttpReply, HttpRequest } from "../http.ts";
import { change, type Mutant, replying, rewriting, taking } from "./mutant.ts";

/** A defect that exactly one malformed request of the wire suite shows. */
export type WireMutant = Pick<Mutant, "breaks" | "mutate">;

const leniencies: Readonly<Record<string, readonly [breaks: string, tail: string]>> = {
  "trailing-5d": ["overlooks a closing bracket after the body", "]"],
  "trailing-7d": ["overlooks a closing brace after the body", "}"],
  "trailing-0": ["reads the body as a text that a NUL ends", "\0"],
  "trailing-a-7b-7d": ["reads the first of several JSON texts, one a line", "\n{}"],
  "trailing-2c": ["overlooks a comma after the body", ","],
  "trailing-2f-2f": ["takes two slashes for a comment", "//"],
  "trailing-a0": ["takes a no-break space for white space", "\u00a0"],
  "trailing-2028": ["takes a line separator for white space", "\u2028"],
  "trailing-b": ["takes a vertical tab for white space", "\v"],
};

const tokens: Readonly<Record<string, readonly [breaks: string, token: string]>> = {
  "no-number-NaN": ["reads NaN", "NaN"],
  "no-number-Infinity": ["reads Infinity", "Infinity"],
  "no-number-01": ["reads a number with a leading zero", "01"],
  "no-number-+1": ["reads a number with a plus", "+1"],
  "no-number-.5": ["reads a number that begins with its point", ".5"],
  "no-number-0x10": ["reads a hexadecimal number", "0x10"],
  "number-as-id-1e400": ["takes a number beyond double precision for a text", "1e400"],
  "number-as-id--1e400": ["takes a number below double precision for a text", "-1e400"],
  "number-as-id--0": ["takes the negative zero for a text", "-0"],
  "number-as-id-5e-324": ["takes the smallest number for a text", "5e-324"],
  "number-as-id-9007199254740993": ["takes a number that no double holds for a text", "9007199254740993"],
  "number-as-id-9999999999999999": ["takes a number of 10 000 digits for a text", "9".repeat(10_000)],
};

const hangs: Readonly<Record<string, readonly [where: string, begins: string]>> = {
  "slow-Action-0": ["Action", '"Action":"lambda:aaaaaaaa'],
  "slow-SourceAccount-2": ["SourceAccount", '"SourceAccount":"1111111111111'],
  "slow-SourceArn-3": ["a partition", '"SourceArn":"arn:aws:aaaaaaaa'],
  "slow-SourceArn-4": ["a partition with hyphens", '"SourceArn":"arn:aws-a-a-a'],
  "slow-SourceArn-6": ["a region", '"SourceArn":"arn:aws:s3:us-a-a-a'],
  "slow-EventSourceToken-7": ["EventSourceToken", '"EventSourceToken":"a.-a.-a.-'],
  "slow-StatementId-8": ["StatementId", '"StatementId":"a-_a-_a-_'],
  "label-slow": ["a name", "/functions/a-a-a-"],
  "label-slow-arn": ["the partition of a name", "/functions/arn:aws-a-a-a"],
  "label-slow-digits": ["the account of a name", "/functions/1111111111111"],
  "query-slow": ["Qualifier", "?Qualifier=a$a$a$"],
};

const crashes: Readonly<Record<string, readonly [breaks: string, when: (text: string) => boolean]>> = {
  empty: ["fails without a body", (text) => text === ""],
  "deep-array": ["fails on arrays in arrays", (text) => text.startsWith("[[[[") && text.endsWith("]]]]")],
  "deep-unclosed": [
    "fails on arrays without an end",
    (text) => text.startsWith("[[[[") && text.endsWith("[["),
  ],
  "deep-object": ["fails on objects in objects", (text) => text.startsWith('{"a":{"a":{"a":')],
  "deep-action": ["fails on arrays in arrays of a member", (text) => text.includes('"Action":[[[[')],
};

const others: Readonly<Record<string, WireMutant>> = {
  "raw-control-character": {
    breaks: "accepts an unescaped control character in a string",
    mutate: rewriting((text) => text.replaceAll("\u0001", "\\u0001")),
  },
  "object-in-member": {
    breaks: "takes an object for an absent member",
    mutate: taking("SourceArn", (value) => (isPlainObject(value) ? undefined : value)),
  },
  "nul-in-id": { breaks: "ends a StatementId at a NUL", mutate: taking("StatementId", untilNul) },
  "nul-in-action": {
    breaks: "leaves a NUL in an Action out",
    mutate: taking("Action", (value) => (typeof value === "string" ? value.replace("\0", "") : value)),
  },
  "proto-as-required": {
    breaks: "finds members under __proto__",
    mutate: finding((body, member) => Object.assign(Object.create(null), ownProto(body))[member]),
  },
  "upper-case-members": {
    breaks: "finds members in capitals",
    mutate: finding((body, member) => body[member.toUpperCase()]),
  },
  "lower-case-members": {
    breaks: "finds members in lower case",
    mutate: finding((body, member) => body[member.toLowerCase()]),
  },
  "camel-case-members": {
    breaks: "finds members with a small first letter",
    mutate: finding((body, member) => body[member.replace(/^./, (first) => first.toLowerCase())]),
  },
  "type-APPLICATION_JSON": {
    breaks: "knows a media type in lower case only",
    mutate: change(() => ({ acceptsMedia: (type) => !/[A-Z]/.test(type?.split(";")[0] ?? "") })),
  },
  "type-application_json_charset_UTF-8": {
    breaks: "knows a charset in lower case only",
    mutate: change(() => ({ acceptsMedia: (type) => type?.includes("UTF-8") !== true })),
  },
  "label-double": {
    breaks: "decodes the path twice",
    mutate: change(({ decode }) => ({ decode: (raw) => decode(decode(raw) ?? "%") })),
  },
  "label-nul": {
    breaks: "ends a name at a NUL",
    mutate: change(({ decode }) => ({ decode: (raw) => decode(raw)?.split("\0", 1)[0] ?? null })),
  },
  "version-one": {
    breaks: "takes v1 for the version",
    mutate: change(({ route }) => ({
      route: (method, path, query) => route(method, path.replace(/^\/v1\//, "/2015-03-31/"), query),
    })),
  },
  "version-longer": {
    breaks: "looks only at the beginning of the version",
    mutate: change(({ route }) => ({
      route: (method, path, query) =>
        route(method, path.replace(/^\/2015-03-31[^/]+\//, "/2015-03-31/"), query),
    })),
  },
};

/** Mutants by the label of their request: each one with a specified answer has a mutant of its own. */
export const wireMutants: Readonly<Record<string, WireMutant>> = {
  ...mapped(leniencies, ([breaks, tail]) => ({
    breaks,
    mutate: rewriting((text) => (text.endsWith(tail) ? text.slice(0, -tail.length) : text)),
  })),
  ...mapped(tokens, ([breaks, token]) => ({
    breaks,
    mutate: rewriting((text) => text.replace(`"StatementId":${token}}`, '"StatementId":"number"}'), true),
  })),
  ...mapped(hangs, ([where, begins]) => ({
    breaks: `gives up on a long value that nearly matches the pattern of ${where}`,
    mutate: change(({ intercept }) => ({
      intercept: (request) =>
        `${request.target}${request.body}`.includes(begins) ? "drop" : intercept(request),
    })),
  })),
  ...mapped(crashes, ([breaks, when]) => ({ breaks, mutate: failing(when) })),
  ...others,
};

function mapped<T>(
  table: Readonly<Record<string, T>>,
  make: (of: T) => WireMutant,
): Readonly<Record<string, WireMutant>> {
  return Object.fromEntries(Object.entries(table).map(([label, of]) => [label, make(of)]));
}

/** Reads a missing member from another place. */
function finding(elsewhere: (body: Readonly<Record<string, unknown>>, member: Member) => unknown): Mutation {
  return change(({ pick }) => ({ pick: (body, member) => pick(body, member) ?? elsewhere(body, member) }));
}

function failing(when: (text: string) => boolean): Mutation {
  const failed: HttpReply = { status: 500, headers: [["Content-Type", "text/html"]], body: "<h1>Error</h1>" };
  const isSent = ({ method, target, body }: HttpRequest) =>
    method === "POST" && target.endsWith("/policy") && when(String(body));
  return replying((reply, _operation, request) => (isSent(request) ? failed : reply));
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function ownProto(body: Readonly<Record<string, unknown>>): unknown {
  return Object.getOwnPropertyDescriptor(body, "__proto__")?.value;
}

function untilNul(value: unknown): unknown {
  return typeof value === "string" ? value.split("\0", 1)[0] : value;
}

// Bodies and content types that no SDK writes: unusual bytes, text or JSON, very long, or slow to match.

import { addPermission } from "../spec/calls.ts";
import type { Call } from "../spec/exchange.ts";
import { canonicalBody } from "./valid-requests.ts";

/** A request that no SDK sends: what reports call it, and how to make it for a function with an id of its own. */
export interface WireRequest {
  readonly label: string;
  /** The request for a function, an id and an alias of the function. */
  readonly make: (name: string, sid: string, alias: string) => Call;
  /** True if such requests are known to end servers: the stack or the memory is exhausted, or a pattern never ends. */
  readonly ends?: true;
}

/** The same request, known to end servers. */
export function ending(one: WireRequest): WireRequest {
  return { ...one, ends: true };
}

const json = (sid: string): string => JSON.stringify(canonicalBody(sid));

function text(label: string, body: (sid: string) => string): WireRequest {
  return { label, make: (name, sid) => addPermission({ functionName: name, body: body(sid) }) };
}

function bytes(label: string, body: (sid: string) => Buffer): WireRequest {
  return {
    label,
    make: (name, sid) => ({
      ...addPermission({ functionName: name, body: body(sid).toString("base64") }),
      encoding: "base64",
    }),
  };
}

function extra(label: string, members: string): WireRequest {
  return text(label, (sid) => `${json(sid).slice(0, -1)},${members}}`);
}

function nested(depth: number): string {
  return `${"[".repeat(depth)}${"]".repeat(depth)}`;
}

/** Bodies that are unusual, but no danger to a server. */
export const plainBodies: readonly WireRequest[] = [
  extra("proto", '"__proto__":{"StatementId":"polluted","Condition":{}}'),
  extra("constructor", '"constructor":{"prototype":{"SourceArn":"arn:aws:s3:::polluted"}}'),
  extra("to-string", '"toString":null,"hasOwnProperty":1'),
  text("camel-case-members", (sid) => json(sid).replace(/"\w(?=\w+":)/g, (first) => first.toLowerCase())),
  text("proto-as-required", (sid) => `{"__proto__":${json(sid)}}`),
  extra("unknown-member-of-200-kib", `"Unknown":"${"x".repeat(200 * 1024)}"`),
];

const numbers = ["1e400", "-1e400", "-0", "5e-324", "9007199254740993", "9".repeat(10_000)];

const megabyte = 1024 * 1024;

/** Bodies of unusual bytes, text or JSON. */
export const wireBodies: readonly WireRequest[] = [
  text("empty", () => ""),
  ...["]", "}", "\0", "\n{}", ",", "//", "\u00a0", "\u2028", "\v"].map((tail) =>
    text(`trailing-${codes(tail)}`, (sid) => json(sid) + tail),
  ),
  text("byte-order-mark", (sid) => `\uFEFF${json(sid)}`),
  bytes("utf-16-little-endian", (sid) => Buffer.from(`\uFEFF${json(sid)}`, "utf16le")),
  bytes("utf-16-big-endian", (sid) => Buffer.from(`\uFEFF${json(sid)}`, "utf16le").swap16()),
  bytes("utf-16-without-a-mark", (sid) => Buffer.from(json(sid), "utf16le")),
  bytes("latin-1", (sid) => Buffer.from(`${json(sid).slice(0, -1)},"SourceArn":"arn:aws:s3:::é"}`, "latin1")),
  ...["ff", "c080", "eda080", "f4908080", "e282"].map((hex) =>
    bytes(`invalid-utf-8-${hex}`, (sid) => {
      const [before = "", after = ""] = `${json(sid).slice(0, -1)},"SourceArn":"arn:aws:s3:::|"}`.split("|");
      return Buffer.concat([Buffer.from(before), Buffer.from(hex, "hex"), Buffer.from(after)]);
    }),
  ),
  extra("raw-control-character", '"SourceArn":"arn:aws:s3:::\u0001"'),
  extra("object-in-member", '"SourceArn":{"a":{"b":[]}}'),
  extra("lone-high-surrogate", '"SourceArn":"arn:aws:s3:::\\uD800"'),
  extra("lone-low-surrogate", '"SourceArn":"arn:aws:s3:::\\udc00x"'),
  extra("nul-in-source-arn", '"SourceArn":"arn:aws:s3:::a\\u0000b"'),
  text("nul-in-id", (sid) => JSON.stringify(canonicalBody(`${sid}\0`))),
  text("nul-in-action", (sid) =>
    JSON.stringify({ ...canonicalBody(sid), Action: "lambda:Invoke\0Function" }),
  ),
  text("nul-in-principal", (sid) =>
    JSON.stringify({ ...canonicalBody(sid), Principal: "s3.amazonaws.com\0" }),
  ),
  extra("id-twice-number-last", '"StatementId":7'),
  extra("id-twice-escaped", '"\\u0053tatementId":"other"'),
  text("upper-case-members", (sid) => json(sid).replace(/"(\w+)":/g, (name) => name.toUpperCase())),
  text("lower-case-members", (sid) => json(sid).replace(/"(\w+)":/g, (name) => name.toLowerCase())),
  extra("lower-case-optional", '"sourcearn":7'),
  ...numbers.map((number) =>
    text(`number-as-id-${number.slice(0, 16)}`, (sid) => json(sid).replace(`"${sid}"`, number)),
  ),
  ...numbers.map((number) => extra(`number-unknown-${number.slice(0, 16)}`, `"Unknown":${number}`)),
  ...["NaN", "Infinity", "01", "+1", ".5", "0x10"].map((token) =>
    text(`no-number-${token}`, (sid) => json(sid).replace(`"${sid}"`, token)),
  ),
  ...[
    text("deep-array", () => nested(10_000)),
    text("deep-unclosed", () => "[".repeat(10_000)),
    text("deep-object", (sid) => `${'{"a":'.repeat(10_000)}${json(sid)}${"}".repeat(10_000)}`),
    text("deep-action", (sid) => json(sid).replace('"lambda:InvokeFunction"', nested(10_000))),
    extra("deep-unknown", `"Unknown":${nested(10_000)}`),
    text("mebibyte-of-white-space", (sid) => json(sid) + " ".repeat(megabyte)),
    text("mebibyte-of-id", (sid) => JSON.stringify(canonicalBody(sid.padEnd(megabyte, "x")))),
    text("eight-mebibytes", (sid) => json(sid) + "\n".repeat(8 * megabyte)),
  ].map(ending),
];

function codes(tail: string): string {
  return Array.from(tail, (one) => (one.codePointAt(0) ?? 0).toString(16)).join("-");
}

const untyped: WireRequest = {
  label: "type-none",
  make: (name, sid) => addPermission({ functionName: name, body: canonicalBody(sid), headers: [] }),
};

const typed = (type: string): WireRequest => ({
  label: `type-${type.replace(/[^\w.-]+/g, "_")}`,
  make: (name, sid) =>
    addPermission({ functionName: name, body: canonicalBody(sid), headers: [["Content-Type", type]] }),
});

/** Content types other than the documented one. */
export const wireTypes: readonly WireRequest[] = [
  untyped,
  ...[
    "APPLICATION/JSON",
    "application/json;charset=UTF-8",
    "application/json; charset=utf-16",
    "application/json; charset=nonsense",
    'application/json; boundary="x',
    "application/json;",
    "application/json, text/plain",
    "application/vnd.api+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "json",
    "",
  ].map(typed),
];

/** Long values that nearly match a pattern: backtracking engines may hang on them. */
export const slowBodies: readonly WireRequest[] = [
  member("Action", `lambda:${"a".repeat(50_000)}!`),
  member("Principal", `${"a.".repeat(25_000)}\n`),
  member("SourceAccount", `${"1".repeat(50_000)}!`),
  member("SourceArn", `arn:aws:${"a".repeat(50_000)}!`),
  member("SourceArn", `arn:aws${"-a".repeat(25_000)}!`),
  member("SourceArn", `arn:aws:${"a:".repeat(25_000)}\n`),
  member("SourceArn", `arn:aws:s3:us-${"a-".repeat(25_000)}:`),
  member("EventSourceToken", `${"a.-".repeat(16_000)}!`),
  member("StatementId", `${"a-_".repeat(16_000)}!`),
].map((one, index) => ending({ ...one, label: `${one.label}-${index}` }));

function member(name: string, value: string): WireRequest {
  return text(`slow-${name}`, (sid) => JSON.stringify({ ...canonicalBody(sid), [name]: value }));
}

// Paths, queries, methods, header lines and frames that no SDK writes; frames go over a raw socket.

import { addPermission } from "../spec/calls.ts";
import type { RawFraming } from "../spec/exchange.ts";
import { canonicalBody } from "./valid-requests.ts";
import { ending, type WireRequest } from "./wire-bodies.ts";

type Framing = Omit<RawFraming, "pieces"> & { readonly pieces: readonly string[] };

const head = ["Host: {host}", "Content-Type: application/json", "Authorization: {authorization}"];

const canonicalJson = (sid: string): string => JSON.stringify(canonicalBody(sid));

function raw(
  label: string,
  framing: (body: string) => Framing,
  { method = "POST", aim = (target: string) => target, body = canonicalJson } = {},
): WireRequest {
  return {
    label,
    make: (name, sid) => {
      const call = addPermission({ functionName: name, body: body(sid), method });
      const { pieces, ...rest } = framing(call.body ?? "");
      const inBase64 = pieces.map((piece) => Buffer.from(piece).toString("base64"));
      return { ...call, target: aim(call.target), raw: { ...rest, pieces: inBase64 } };
    },
  };
}

/** A valid message with more header lines. */
function more(label: string, lines: readonly string[], invalid = false): WireRequest {
  return raw(label, (body) => whole(body, lines, invalid));
}

/** A valid message with another request-target. */
function aimed(label: string, aim: (target: string) => string, invalid = false): WireRequest {
  return raw(label, (body) => whole(body, [], invalid), { aim });
}

function whole(body: string, lines: readonly string[], invalid: boolean): Framing {
  const all = [...head, `Content-Length: ${body.length}`, ...lines];
  return { lines: all, pieces: [body], ...(invalid ? { invalid: true } : {}) };
}

function chunked(label: string, pieces: (body: string) => readonly string[], invalid = false): WireRequest {
  return raw(label, (body) => ({
    lines: [...head, "Transfer-Encoding: chunked"],
    pieces: pieces(body),
    ...(invalid ? { invalid: true, halfClose: true } : {}),
  }));
}

const hex = (body: string): string => body.length.toString(16);

/** Messages in frames that no HTTP client writes; a server may close the connection on those marked invalid. */
export const wireFramings: readonly WireRequest[] = [
  raw("length-too-long", (body) => ({
    lines: [...head, `Content-Length: ${body.length + 10}`],
    pieces: [body],
    halfClose: true,
    invalid: true,
  })),
  raw("length-too-short", (body) => ({
    lines: [...head, `Content-Length: ${body.length - 5}`, "Connection: close"],
    pieces: [body],
    invalid: true,
  })),
  ...["-1", "+9", "0x10", "abc", "99999999999999999999"].map((length) =>
    raw(`length-${length}`, (body) => ({
      lines: [...head, `Content-Length: ${length}`],
      pieces: [body],
      halfClose: true,
      invalid: true,
    })),
  ),
  raw("no-length", (body) => ({ lines: head, pieces: [body], halfClose: true, invalid: true })),
  raw("length-and-chunked", (body) => ({
    lines: [...head, `Content-Length: ${body.length}`, "Transfer-Encoding: chunked"],
    pieces: [`${hex(body)}\r\n${body}\r\n0\r\n\r\n`],
    halfClose: true,
    invalid: true,
  })),
  more("length-twice", ["Content-Length: 3"], true),
  chunked("chunks-of-one", (body) => [...Array.from(body, (one) => `1\r\n${one}\r\n`), "0\r\n\r\n"]),
  chunked("chunk-in-pieces", (body) => [hex(body), "\r", "\n", body, "\r\n0", "\r\n\r", "\n"]),
  chunked("chunk-extension", (body) => [`${hex(body)};a=b\r\n${body}\r\n0\r\n\r\n`]),
  chunked("chunk-zeros", (body) => [`0000${hex(body).toUpperCase()}\r\n${body}\r\n0\r\n\r\n`]),
  chunked("chunk-trailer", (body) => [`${hex(body)}\r\n${body}\r\n0\r\nX-Trailer: 1\r\n\r\n`]),
  chunked("chunk-no-hex", (body) => [`zz\r\n${body}\r\n0\r\n\r\n`], true),
  chunked("chunk-too-long", (body) => [`fffff\r\n${body}`], true),
  chunked("chunk-without-end", (body) => [`${hex(body)}\r\n${body}\r\n`], true),
  raw("no-body-no-length", () => ({ lines: head, pieces: [] }), { body: () => "" }),
  raw("no-body-chunked", () => ({ lines: [...head, "Transfer-Encoding: chunked"], pieces: ["0\r\n\r\n"] }), {
    body: () => "",
  }),
  more("expect-continue", ["Expect: 100-continue"]),
  more("expect-other", ["Expect: miracles"], true),
  more("type-twice", ["Content-Type: text/plain"]),
  more("host-twice", ["Host: other.example"], true),
  more("folded-header", ["X-Folded: a", " b"], true),
  more("space-before-colon", ["X-Spaced : a"], true),
  more("header-of-64-kib", [`X-Long: ${"a".repeat(65_536)}`], true),
  more("type-of-64-kib", [`Content-Type: application/json;a=${"b".repeat(65_536)}`], true),
  raw("folded-type", (body) => ({
    lines: [
      "Host: {host}",
      "Content-Type: application/json;",
      "\tcharset=utf-8",
      "Authorization: {authorization}",
      `Content-Length: ${body.length}`,
    ],
    pieces: [body],
    invalid: true,
  })),
  aimed("absolute-form", (target) => `http://lambda.invalid${target}`),
  aimed("asterisk-form", () => "*", true),
  aimed("space-in-target", (target) => `${target} x`, true),
  aimed("raw-utf-8-in-target", (target) => target.replace("/policy", "\u00c3\u00a9/policy"), true),
  raw(
    "method-post",
    (body) => ({ lines: [...head, `Content-Length: ${body.length}`], pieces: [body], invalid: true }),
    { method: "post" },
  ),
];

function at(label: string, target: (name: string, alias: string) => string, method = "POST"): WireRequest {
  return {
    label,
    make: (name, sid, alias) => ({
      ...addPermission({ functionName: name, body: canonicalBody(sid), method }),
      target: target(name, alias),
    }),
  };
}

const functions = "/2015-03-31/functions";
const named = (label: string, change: (name: string) => string): WireRequest =>
  at(`label-${label}`, (name) => `${functions}/${change(name)}/policy`);
const asked = (label: string, query: string): WireRequest =>
  at(`query-${label}`, (name) => `${functions}/${name}/policy?${query}`);

/** Path labels, paths, queries and methods that no SDK writes. */
export const wireTargets: readonly WireRequest[] = [
  named("lower-case-hex", (name) => `function%3a${name}`),
  named("double", (name) => `${name.slice(0, -1)}%25${name.slice(-1).charCodeAt(0).toString(16)}`),
  ...[
    named("overlong", (name) => `${name}%c1%81`),
    named("overlong-dot", () => "%c0%ae"),
    named("no-hex", (name) => `${name}%zz`),
    named("cut-escape", (name) => `${name}%4`),
    named("lone-percent", (name) => `${name}%`),
    named("surrogate", (name) => `${name}%ed%a0%80`),
  ].map(ending),
  named("nul", (name) => `${name}%00`),
  named("dot", () => "."),
  named("dots", () => ".."),
  named("encoded-dots", () => "%2e%2E"),
  ...[
    named("slow", () => `${"a-".repeat(1500)}!`),
    named("slow-arn", () => `arn:aws${"-a".repeat(1000)}:lambda:!`),
    named("slow-digits", () => `${"1".repeat(3000)}:!`),
  ].map(ending),
  at("dot-segment", (name) => `${functions}/./${name}/policy`),
  at("dot-segments", (name) => `${functions}/x/../${name}/policy`),
  at("dots-past-the-root", (name) => `/../..${functions}/${name}/policy`),
  at("empty-segment", (name) => `${functions}//${name}/policy`),
  at("empty-first-segment", (name) => `/${functions}/${name}/policy`),
  at("trailing-slash", (name) => `${functions}/${name}/policy/`),
  at("trailing-slashes", (name) => `${functions}/${name}//policy`),
  at("encoded-segment", (name) => `/2015%2D03-31/functions/${name}/%70olicy`),
  at("upper-case-path", (name) => `/2015-03-31/FUNCTIONS/${name}/Policy`),
  at("matrix-parameter-of-name", (name) => `${functions}/${name};v=1/policy`),
  at("matrix-parameter", (name) => `${functions}/${name}/policy;a=b`),
  at("version-one", (name) => `/v1/functions/${name}/policy`),
  at("version-longer", (name) => `/2015-03-311/functions/${name}/policy`),
  asked("nothing", ""),
  at("query-twice", (name, alias) => `${functions}/${name}/policy?Qualifier=${alias}&Qualifier=${alias}`),
  asked("empty", "Qualifier="),
  asked("no-value", "Qualifier"),
  ...[
    asked("cut-escape", "Qualifier=%e"),
    asked("overlong", "Qualifier=%c1%81"),
    asked("slow", `Qualifier=${"a$".repeat(1500)}!`),
  ].map(ending),
  at("query-other-case", (name, alias) => `${functions}/${name}/policy?qualifier=${alias}`),
  asked("unknown", "a=b"),
  asked("ampersands", "&&&"),
  ...["HEAD", "OPTIONS", "DELETE", "TRACE", "PROPFIND", "FOO"].map((method) =>
    at(`method-${method}`, (name) => `${functions}/${name}/policy`, method),
  ),
];

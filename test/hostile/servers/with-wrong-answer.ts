import { deep, type Hostile, head, wrong } from "../hostile-server.ts";
import {
  always,
  answersForAnother,
  around,
  body,
  bomb,
  compressed,
  instead,
  rewritten,
} from "../misdeeds.ts";
import { onAddPermission, said, wire } from "../server.ts";

/** The body is not a JSON object. */
const unreadable = ["success.has-statement"] as const;
const json = ["Content-Type: application/json"];
const html = ["Content-Type: text/html"];

/** A JSON statement without the sent values. */
const saysNothing = [
  "statement.sid",
  "statement.action",
  "statement.resource",
  "statement.qualified-resource",
  "statement.one-resource",
  "statement.account",
  "statement.service",
  "statement.source-arn",
  "statement.source-account",
  "statement.event-source-token",
] as const;

/** Takes every refusal for a success. */
const onRefusal = instead((reply) => (reply.status < 300 ? wire(reply) : said(201, "{}", json)));

/** Servers that add the statement and then give a wrong answer. */
export const withWrongAnswer: readonly Hostile[] = [
  wrong(
    "gives a length that is too short",
    onAddPermission(instead((reply) => `${head}Content-Length: 5\r\n\r\n${reply.body}`)),
    unreadable,
  ),
  wrong("compresses with gzip", onAddPermission(compressed("gzip")), unreadable),
  wrong("compresses with brotli", onAddPermission(compressed("br")), unreadable),
  wrong("sends a gzip bomb", onAddPermission(bomb("gzip")), unreadable),
  wrong("sends a brotli bomb", onAddPermission(bomb("br")), unreadable),
  wrong("answers AddPermission with HTML", onAddPermission(body("<html></html>", html)), [
    "success.is-json",
    ...unreadable,
  ]),
  wrong("answers in invalid UTF-8", onAddPermission(body(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))), unreadable),
  wrong("nests its answer deeply", onAddPermission(body(deep)), unreadable),
  wrong("answers with 1.9 MiB", onAddPermission(body(" ".repeat(1_900_000))), unreadable),
  wrong("nests its statement deeply", onAddPermission(body(JSON.stringify({ Statement: deep }))), [
    "statement.is-json",
  ]),
  wrong("puts NaN into the statement", onAddPermission(rewritten((text) => text.replace("{", '{"A":NaN,'))), [
    "statement.is-json",
  ]),
  wrong(
    "nests a member of its statement deeply",
    onAddPermission(body(JSON.stringify({ Statement: `{"Sid":${deep}}` }))),
    ["statement.is-json"],
  ),
  wrong(
    "puts nothing but __proto__ into the statement",
    onAddPermission(body(JSON.stringify({ Statement: '{"__proto__":{"Sid":"a"},"constructor":1}' }))),
    ["statement.effect", ...saysNothing],
  ),
  wrong(
    "puts an object that is no text where the principal belongs",
    onAddPermission(
      rewritten((text) => text.replace(/("AWS":)"[^"]*"/, '$1{"toString":1,"valueOf":1,"toJSON":1}')),
    ),
    ["statement.account", "policy.stored-as-returned"],
  ),
  wrong(
    "repeats the keys of the statement with other values",
    onAddPermission(around("", '"Effect":"Deny"')),
    ["statement.effect", "policy.stored-as-returned"],
  ),
  {
    ...wrong("answers every AddPermission with a success", onAddPermission(onRefusal), []),
    byDefault: true,
    expect: {
      exit: 1,
      breaks: ["StatementId.pattern", "StatementId.duplicate", "success.has-statement"],
      breaksMore: true,
    },
  },
  {
    ...wrong("gives the answer to another request", onAddPermission(answersForAnother()), [
      "statement.sid",
      "statement.action",
      "statement.account",
      "statement.service",
      "statement.source-arn",
      "statement.source-account",
      "statement.event-source-token",
      "statement.no-condition",
    ]),
    // The misbehaviour needs two requests to a new function, so what the next request decides is inconclusive.
    budget: 10_000,
  },
  wrong(
    "redirects AddPermission",
    onAddPermission(always(said(307, "", ["Location: /"]))),
    ["request.accepted", "errors.documented-status"],
    /307/,
  ),
];

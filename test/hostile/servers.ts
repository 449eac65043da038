import { createServer as createTls } from "node:tls";
import { selfSigned } from "./certificate.ts";
import {
  always,
  answersForAnother,
  body,
  bomb,
  compressed,
  drip,
  endless,
  forgetful,
  instead,
  thenReset,
} from "./misdeeds.ts";
import {
  behind,
  fromTheStart,
  honestly,
  onAddPermission,
  said,
  toEveryRequest,
  type Up,
  up,
  wire,
} from "./server.ts";

/** A server that means no good, and how a run against it must end. */
export interface Hostile {
  readonly name: string;
  listen(): Promise<Up>;
  readonly expect: {
    readonly exit: number | readonly number[];
    /** What the terminal or the sentence of the fault says. */
    readonly says?: RegExp;
    /** The rules that it really breaks; none unless told. */
    readonly breaks?: RegExp;
    /** Runs that can arrange nothing write no report. */
    readonly report: boolean;
  };
}

const head = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n";

/** Nothing can be arranged: one sentence, and exit 2. */
function never(name: string, listen: Hostile["listen"], says: RegExp): Hostile {
  return { name, listen, expect: { exit: 2, says, report: false } };
}

/** Arranges, and then gives AddPermission no complete answer. */
function silent(name: string, listen: Hostile["listen"]): Hostile {
  return { name, listen, expect: { exit: 1, breaks: /^answer\.arrives$/, report: true } };
}

/** Arranges, and then answers AddPermission with what no AddPermission answers. */
function wrong(name: string, listen: Hostile["listen"], breaks: RegExp): Hostile {
  return { name, listen, expect: { exit: 1, breaks, report: true } };
}

/** Odd, but within what HTTP and the document allow. */
function odd(name: string, listen: Hostile["listen"], exit: number | readonly number[] = 3): Hostile {
  return { name, listen, expect: { exit, report: true } };
}

const gone = (): Hostile => ({
  name: "goes away in the middle of the run",
  listen: () => {
    let server: Up | undefined;
    let closed = false;
    const listen = behind(
      (_request, number) => number > 80,
      (socket) => {
        socket.destroy();
        if (!closed) void server?.close();
        closed = true;
      },
    );
    return listen().then((one) => {
      server = one;
      return one;
    });
  },
  expect: { exit: 2, says: /stopped answering/, report: true },
});

const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

const fromOutside: readonly Hostile[] = [
  never("throttles everything", toEveryRequest(always(tooMany())), /429|TooManyRequests/),
  never("is never available", toEveryRequest(always(said(503, ""))), /503/),
  never(
    "never answers",
    fromTheStart((socket) => void socket.resume()),
    /within the deadline/,
  ),
  never(
    "resets every connection",
    fromTheStart((socket) => void socket.resetAndDestroy()),
    /dropped/,
  ),
  never("resets within the headers", toEveryRequest(thenReset("HTTP/1.1 200 OK\r\nConte")), /dropped/),
  never("sends the body without end", toEveryRequest(endless(`${head}\r\n`)), /larger/),
  never(
    "sends headers over 1 MiB",
    toEveryRequest(always(`${head}X-A: ${"a".repeat(1_100_000)}\r\n\r\n`)),
    /larger/,
  ),
  never(
    "speaks another protocol",
    toEveryRequest(always("220 mail.example ESMTP\r\n")),
    /not a correct HTTP/,
  ),
  never(
    "answers with a page of HTML",
    toEveryRequest(always(said(200, "<html>Welcome</html>", ["Content-Type: text/html"]))),
    /markup/,
  ),
  never(
    "redirects in a circle",
    toEveryRequest(always(said(307, "", ["Location: /2015-03-31/functions"]))),
    /nothing that a Lambda API says/,
  ),
  never("answers in deeply nested JSON", toEveryRequest(always(said(201, deep))), /Lambda API/),
  never(
    "has a self-signed certificate",
    () =>
      up(
        createTls({ ...selfSigned }, (socket) => void socket.on("error", () => {}).end()),
        "127.0.0.1",
        "https",
      ),
    /TLS/,
  ),
  never(
    "stops in the TLS handshake",
    () =>
      fromTheStart((socket) => void socket.resume())().then((one) => ({
        ...one,
        url: one.url.replace("http:", "https:"),
      })),
    /within the deadline/,
  ),
  never(
    "resets in the TLS handshake",
    () =>
      fromTheStart((socket) => void socket.once("data", () => socket.resetAndDestroy()))().then((one) => ({
        ...one,
        url: one.url.replace("http:", "https:"),
      })),
    /TLS|dropped/,
  ),
];

const withoutAnswer: readonly Hostile[] = [
  silent(
    "never answers AddPermission",
    onAddPermission(() => {}),
  ),
  silent(
    "answers AddPermission after the deadline",
    onAddPermission(
      (socket, request, reference) => void setTimeout(() => honestly(socket, request, reference), 700),
    ),
  ),
  silent("resets before the headers", onAddPermission(thenReset(""))),
  silent("resets within the headers of AddPermission", onAddPermission(thenReset(`${head}Conte`))),
  silent("resets after the headers", onAddPermission(thenReset(`${head}Content-Length: 40\r\n\r\n`))),
  silent("sends half the body", onAddPermission(thenReset(`${head}Content-Length: 40\r\n\r\n{"Statement":`))),
  silent("promises more than it sends", onAddPermission(always(`${head}Content-Length: 40\r\n\r\n{}`))),
  silent(
    "sends one byte a second",
    onAddPermission(drip(1000, (index) => `${head}Content-Length: 40\r\n\r\n{}`[index] ?? " ")),
  ),
  silent("sends the body of AddPermission without end", onAddPermission(endless(`${head}\r\n`))),
  silent(
    "sends chunks that are none",
    onAddPermission(always(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`)),
  ),
  silent(
    "sends headers over 1 MiB for AddPermission",
    onAddPermission(always(`${head}X-A: ${"a".repeat(1_100_000)}\r\n\r\n`)),
  ),
  silent(
    "sends two lengths",
    onAddPermission(always(`${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} `)),
  ),
  silent(
    "sends interim responses without end",
    onAddPermission(drip(2, () => "HTTP/1.1 103 Early Hints\r\n\r\n")),
  ),
  silent(
    "floods with interim responses",
    onAddPermission(
      instead((reply) => Buffer.concat([Buffer.from("HTTP/1.1 103 Hint\r\n\r\n".repeat(5000)), wire(reply)])),
    ),
  ),
  silent(
    "answers in HTTP/3.7",
    onAddPermission(always("HTTP/3.7 201 Created\r\nContent-Length: 2\r\n\r\n{}")),
  ),
];

const badBody = /^(success|answer)\./;

const withWrongAnswer: readonly Hostile[] = [
  wrong(
    "sends less than all with a length that is too short",
    onAddPermission(instead((reply) => `${head}Content-Length: 5\r\n\r\n${reply.body}`)),
    badBody,
  ),
  wrong("compresses with gzip", onAddPermission(compressed("gzip")), badBody),
  wrong("compresses with brotli", onAddPermission(compressed("br")), badBody),
  wrong("sends a gzip bomb", onAddPermission(bomb("gzip")), badBody),
  wrong("sends a brotli bomb", onAddPermission(bomb("br")), badBody),
  wrong(
    "answers AddPermission with HTML",
    onAddPermission(body("<html></html>", ["Content-Type: text/html"])),
    badBody,
  ),
  wrong("answers in invalid UTF-8", onAddPermission(body(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))), badBody),
  wrong("nests its answer deeply", onAddPermission(body(deep)), badBody),
  wrong("nests its statement deeply", onAddPermission(body(JSON.stringify({ Statement: deep }))), badBody),
  wrong(
    "nests a member of its statement deeply",
    onAddPermission(body(JSON.stringify({ Statement: `{"Sid":${deep}}` }))),
    badBody,
  ),
  wrong("answers with 1.9 MiB", onAddPermission(body(" ".repeat(1_900_000))), badBody),
  wrong(
    "puts __proto__ into the statement",
    onAddPermission(body(JSON.stringify({ Statement: '{"__proto__":{"Sid":"a"},"constructor":1}' }))),
    badBody,
  ),
  wrong(
    "puts NaN into the statement",
    onAddPermission(body(JSON.stringify({ Statement: '{"Sid":NaN}' }))),
    badBody,
  ),
  wrong(
    "repeats the keys of the statement",
    onAddPermission(
      body(JSON.stringify({ Statement: '{"Sid":"a","Sid":"b","Effect":"Allow","Effect":"Deny"}' })),
    ),
    badBody,
  ),
  wrong("gives the answer to another request", onAddPermission(answersForAnother()), /./),
  wrong("redirects AddPermission", onAddPermission(always(said(307, "", ["Location: /"]))), /./),
];

const withoutBlame: readonly Hostile[] = [
  odd(
    "repeats its headers",
    onAddPermission(instead((reply) => wire(reply, ["X-A: 1", "X-A: 2", "Content-Type: application/json"]))),
  ),
  odd(
    "sends a few interim responses",
    onAddPermission(
      instead(
        (reply) => `HTTP/1.1 103 Hint\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${wire(reply).toString("latin1")}`,
      ),
    ),
  ),
  odd("throttles every AddPermission", onAddPermission(always(tooMany()))),
  odd("is unavailable for every AddPermission", onAddPermission(always(said(503, "")))),
  odd(
    "throttles everything after a while",
    behind((_request, number) => number > 80, always(tooMany())),
    [2, 3],
  ),
  odd("is reached over IPv6 only", () =>
    behind(
      () => false,
      () => {},
    )("::1"),
  ),
  gone(),
  odd(
    "goes away and comes back empty",
    behind((_request, number) => number > 80, forgetful()),
    [1, 2, 3],
  ),
];

/** The hostile servers; those that take longest stand first. */
export const servers: readonly Hostile[] = [
  ...fromOutside,
  ...withoutBlame,
  ...withoutAnswer,
  ...withWrongAnswer,
];

function tooMany(): Buffer {
  return said(429, '{"Reason":"CallerRateLimitExceeded","message":"slow down"}', [
    "Content-Type: application/json",
    "x-amzn-errortype: TooManyRequestsException",
  ]);
}

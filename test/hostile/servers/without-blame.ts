import { createReference } from "../../../targets/reference/reference.ts";
import { type Hostile, odd } from "../hostile-server.ts";
import { always, around, instead, tooMany, twice } from "../misdeeds.ts";
import { behind, honestly, type Misdeed, onAddPermission, said, type Up, wire } from "../server.ts";

/** Number of requests after which a server changes: after the set-up, before the end of the run. */
const midway = 80;
const afterAWhile = (_request: unknown, number: number): boolean => number > midway;

/** Interim responses. A target may send the first one unasked. */
const hints = "HTTP/1.1 103 Hint\r\n\r\n";
const proceed = "HTTP/1.1 100 Continue\r\n\r\n";

/** Loses its state once and then behaves correctly; `abruptly` also drops the connection of the first request. */
function forgetful(abruptly: boolean): Misdeed {
  const memory = createReference();
  let dropped = !abruptly;
  return (socket, request) => {
    if (dropped) return honestly(socket, request, memory);
    dropped = true;
    socket.destroy();
  };
}

/** Takes the longer for each request the more are in flight: alone 3 ms, and 32 together seconds. */
function crowded(): Misdeed {
  let now = 0;
  return (socket, request, reference) => {
    now += 1;
    const answer = async () => {
      await honestly(socket, request, reference);
      now -= 1;
    };
    setTimeout(() => void answer(), 3 * now ** 2);
  };
}

/** Closes its port during the run. */
function gone(): Hostile["listen"] {
  return async () => {
    let server: Up | undefined;
    let closed = false;
    server = await behind(afterAWhile, (socket) => {
      socket.destroy();
      if (!closed) void server?.close();
      closed = true;
    })();
    return server;
  };
}

/** Servers that violate no rule. */
export const withoutBlame: readonly Hostile[] = [
  odd("throttles every AddPermission", onAddPermission(always(tooMany())), 3, /429/),
  odd("is unavailable for every AddPermission", onAddPermission(always(said(503, ""))), 3, /503/),
  odd(
    "throttles everything after a while",
    behind(afterAWhile, always(tooMany())),
    2,
    /turns every request away/,
  ),
  odd(
    "is unavailable after a while",
    behind(afterAWhile, always(said(503, ""))),
    2,
    /turns every request away/,
  ),
  odd("goes away in the middle of the run", gone(), 2, /stopped answering/),
  odd("goes away and comes back empty", behind(afterAWhile, forgetful(false)), 2, /no longer knows/),
  odd("is started anew in the middle of the run", behind(afterAWhile, forgetful(true)), 2, /no longer knows/),
  {
    name: "slows down with the number of requests in flight",
    listen: () => behind(() => true, crowded())(),
    byDefault: true,
    // The reference behind it answers the names of the document, which the aws column does not expect.
    expect: { exit: 0, says: /calls in flight together/, breaks: ["observed.validation-exception"] },
  },
  odd("is reached over IPv6 only", () => behind(() => false, always(""))("::1")),
  odd(
    "repeats its headers",
    onAddPermission(instead((reply) => wire(reply, ["X-A: 1", "X-A: 2", "Content-Type: application/json"]))),
  ),
  odd(
    "sends a few interim responses",
    onAddPermission(instead((reply) => Buffer.concat([Buffer.from(hints.repeat(3)), wire(reply)]))),
  ),
  odd(
    "sends 100 Continue although nobody asked",
    onAddPermission(instead((reply) => Buffer.concat([Buffer.from(proceed), wire(reply)]))),
  ),
  odd(
    "answers in HTTP/1.0",
    onAddPermission(
      instead((reply) =>
        Buffer.from(
          wire(reply, ["Connection: keep-alive"]).toString("latin1").replace("HTTP/1.1", "HTTP/1.0"),
          "latin1",
        ),
      ),
    ),
  ),
  odd("answers twice", onAddPermission(twice())),
  odd("puts __proto__ into the statement", onAddPermission(around("", ""))),
  odd("repeats the keys of the statement", onAddPermission(around('"Effect":"Deny","Sid":"x"', ""))),
];

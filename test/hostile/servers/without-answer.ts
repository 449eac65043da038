import { type Hostile, head, mute, silent, slow } from "../hostile-server.ts";
import { always, drip, endless, instead, thenReset } from "../misdeeds.ts";
import { behind, honestly, isAddPermission, onAddPermission, wire } from "../server.ts";

const dropped = /dropped before the response was complete/;
const incorrect = /not a correct HTTP/;
const large = /larger than the limit/;

/** Each answer takes a while, so that a run stops early on a slow machine. */
const slowly = { incomplete: null };

/** Leaves the body of an AddPermission that is not JSON without an answer. */
const onMalformed = behind(
  (request) => isAddPermission(request) && request.body.length > 0 && !isJson(String(request.body)),
  () => {},
);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Servers that allow the set-up and then give AddPermission no complete answer. */
export const withoutAnswer: readonly Hostile[] = [
  mute("never answers malformed JSON", onMalformed, /body.malformed-json/, {
    // The reference behind it answers the names of the document, which the aws column does not expect.
    breaks: ["answer.arrives", "observed.validation-exception"],
  }),
  mute(
    "never answers AddPermission, at the default options",
    onAddPermission(() => {}),
    /stopped answering/,
    {
      incomplete: true,
    },
  ),
  slow(
    "never answers AddPermission",
    onAddPermission(() => {}),
  ),
  slow(
    "answers AddPermission after the deadline",
    onAddPermission(
      (socket, request, reference) => void setTimeout(() => honestly(socket, request, reference), 700),
    ),
  ),
  silent("resets before the headers", onAddPermission(thenReset("")), dropped),
  silent(
    "resets within the headers of AddPermission",
    onAddPermission(thenReset(`${head}Conte`)),
    dropped,
    slowly,
  ),
  silent(
    "resets after the headers",
    onAddPermission(thenReset(`${head}Content-Length: 40\r\n\r\n`)),
    dropped,
    slowly,
  ),
  silent(
    "sends half the body",
    onAddPermission(thenReset(`${head}Content-Length: 40\r\n\r\n{"Statement":`)),
    dropped,
    slowly,
  ),
  slow("promises more than it sends", onAddPermission(always(`${head}Content-Length: 40\r\n\r\n{}`))),
  slow(
    "sends one byte a second",
    onAddPermission(drip(1000, (index) => `${head}Content-Length: 40\r\n\r\n{}`[index] ?? " ")),
  ),
  silent(
    "sends the body of AddPermission without end",
    onAddPermission(endless(`${head}\r\n`)),
    large,
    slowly,
  ),
  {
    ...silent(
      "sends the body of AddPermission without end, at the default options",
      onAddPermission(endless(`${head}\r\n`)),
      large,
      slowly,
    ),
    byDefault: true,
  },
  silent(
    "sends chunks that are none",
    onAddPermission(always(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`)),
    incorrect,
  ),
  slow(
    "sends a last chunk that never ends",
    onAddPermission(always(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n`)),
  ),
  silent(
    "sends headers over 1 MiB for AddPermission",
    onAddPermission(always(`${head}X-A: ${"a".repeat(1_100_000)}\r\n\r\n`)),
    large,
  ),
  silent(
    "sends two lengths",
    onAddPermission(always(`${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} `)),
    incorrect,
  ),
  silent(
    "sends a length that is no number",
    onAddPermission(always(`${head}Content-Length: two\r\n\r\n{}`)),
    incorrect,
  ),
  mute(
    "sends interim responses without end, at the default options",
    onAddPermission(drip(5, () => "HTTP/1.1 103 Early Hints\r\n\r\n")),
    /stopped answering: no complete response came to \d+ valid requests/,
    { incomplete: true },
  ),
  silent(
    "floods with interim responses",
    onAddPermission(
      instead((reply) => Buffer.concat([Buffer.from("HTTP/1.1 103 Hint\r\n\r\n".repeat(5000)), wire(reply)])),
    ),
    incorrect,
  ),
  silent(
    "changes the protocol",
    onAddPermission(always("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")),
    incorrect,
  ),
  silent(
    "answers in HTTP/3.7",
    onAddPermission(always("HTTP/3.7 201 Created\r\nContent-Length: 2\r\n\r\n{}")),
    incorrect,
  ),
];

import { Buffer } from "node:buffer";
import type { Call, Header, RawFraming } from "../spec/exchange.ts";
import { bytesOf, printBytes, quote } from "./shell.ts";

/** What a request over a bare socket needs to know. */
export interface BareSocketInput {
  /** Base URL of the target. */
  readonly endpoint: string;
  /** Fills the line with `{authorization}`, and what else is here follows it; left out where requests are signed. */
  readonly authorization: readonly Header[];
  readonly sign: boolean;
}

/** Seconds of silence after which the connection is given up; a kept-alive connection never ends by itself. */
const waitTimeout = 5;

/**
 * A command for bash alone (its /dev/tcp) that writes the request byte for byte and prints what comes back.
 * `output` is curl's: "-i" shows the answer, "-o FILE" puts it there. For https it needs openssl.
 */
export function bareSocket(call: Call, framing: RawFraming, output: string, input: BareSocketInput): string {
  const { protocol, hostname, port, pathname } = new URL(input.endpoint);
  const host = hostname.replace(/^\[|\]$/g, "");
  const writes = requestBytes(call, framing, pathname.replace(/\/+$/, ""), input);
  const into = intoFile(output);
  if (protocol === "https:") {
    const connect = quote(`${hostname}:${port || "443"}`);
    const pipe = `{ ${writes.map((bytes) => printBytes([bytes])).join("; ")}; sleep ${waitTimeout}; }`;
    return `${pipe} | openssl s_client -quiet -connect ${connect} -servername ${quote(host)} 2>/dev/null${into}`;
  }
  return `( ${opened(host, port)}; ${spoken(writes, waitTimeout)} )${into}`;
}

/** Opens the connection to a target that is not behind TLS; for `talk`. */
export function openSocket({ endpoint }: BareSocketInput): string {
  const { hostname, port } = new URL(endpoint);
  return opened(hostname.replace(/^\[|\]$/g, ""), port);
}

/** Writes one request to the connection that `openSocket` has opened, and prints what comes back within a second. */
export function talk(call: Call, output: string, input: BareSocketInput): string {
  const { pathname } = new URL(input.endpoint);
  const framing = call.raw ?? plainFraming(call);
  const writes = requestBytes(call, framing, pathname.replace(/\/+$/, ""), input);
  return `{ ${spoken(writes, 1)}; }${intoFile(output)}`;
}

function plainFraming(call: Call): RawFraming {
  const body = Buffer.from(call.body ?? "", call.encoding ?? "utf8");
  const headers = call.headers.map(([name, value]) => `${name}: ${value}`);
  return {
    lines: ["Host: {host}", ...headers, "Authorization: {authorization}", `Content-Length: ${body.length}`],
    pieces: [body.toString("base64")],
  };
}

function opened(host: string, port: string): string {
  return `exec 3<>${quote(`/dev/tcp/${host}/${port || "80"}`)}`;
}

function spoken(writes: readonly Buffer[], seconds: number): string {
  const sent = writes.map((bytes) => `${printBytes([bytes])} >&3`).join("; ");
  return `${sent}; while IFS= read -r -t ${seconds} -u 3 L; do printf '%s\\n' "$L"; done; printf '%s\\n' "$L"`;
}

function intoFile(output: string): string {
  return output.startsWith("-o ") ? ` >${output.slice(3)}` : "";
}

function requestBytes(
  call: Call,
  framing: RawFraming,
  base: string,
  { endpoint, authorization, sign }: BareSocketInput,
): readonly Buffer[] {
  const { host } = new URL(endpoint);
  const granted = sign ? [] : authorization;
  const lines = framing.lines.flatMap((line) => filled(line.replaceAll("{host}", host), granted));
  const head = [`${call.method} ${base}${call.target} HTTP/1.1`, ...lines, "", ""].join("\r\n");
  return [bytesOf(head, "latin1"), ...framing.pieces.map((piece) => Buffer.from(piece, "base64"))];
}

function filled(line: string, granted: readonly Header[]): readonly string[] {
  if (!line.includes("{authorization}")) return [line];
  return granted.map(([name, value]) =>
    name.toLowerCase() === "authorization" ? line.replaceAll("{authorization}", value) : `${name}: ${value}`,
  );
}

import { Buffer } from "node:buffer";
import type { Call, Header, RawFraming } from "../spec/exchange.ts";
import { bytesOf, printBytes, quote } from "./shell.ts";

/** What is needed to send a request over a raw socket. */
export interface RawSocketInput {
  /** Base URL of the target. */
  readonly endpoint: string;
  /** Headers that replace the line with `{authorization}`; unused when requests are signed. */
  readonly authorization: readonly Header[];
  readonly sign: boolean;
}

/** Seconds without data after which the command stops reading; a kept-alive connection does not end by itself. */
const waitTimeout = 5;

/**
 * A command for bash alone (its /dev/tcp) that writes the request byte for byte and prints the answer.
 * `output` is a curl option: "-i" prints the answer, "-o FILE" writes it to a file. For https it needs openssl.
 */
export function rawSocket(call: Call, framing: RawFraming, output: string, input: RawSocketInput): string {
  const { protocol, hostname, port, pathname } = new URL(input.endpoint);
  const host = hostname.replace(/^\[|\]$/g, "");
  const writes = requestBytes(call, framing, pathname.replace(/\/+$/, ""), input);
  const into = intoFile(output);
  if (protocol === "https:") {
    const connect = quote(`${hostname}:${port || "443"}`);
    const pipe = `{ ${writes.map((bytes) => printBytes([bytes])).join("; ")}; sleep ${waitTimeout}; }`;
    return `${pipe} | openssl s_client -quiet -connect ${connect} -servername ${quote(host)} 2>/dev/null${into}`;
  }
  return `( ${openCommand(host, port)}; ${exchangeCommands(writes, waitTimeout)} )${into}`;
}

/** Opens the connection for `requestOnSocket`, without TLS. */
export function openSocket({ endpoint }: RawSocketInput): string {
  const { hostname, port } = new URL(endpoint);
  return openCommand(hostname.replace(/^\[|\]$/g, ""), port);
}

/** Writes one request to the connection of `openSocket`, and prints what arrives within one second. */
export function requestOnSocket(call: Call, output: string, input: RawSocketInput): string {
  const { pathname } = new URL(input.endpoint);
  const framing = call.raw ?? canonicalFraming(call);
  const writes = requestBytes(call, framing, pathname.replace(/\/+$/, ""), input);
  return `{ ${exchangeCommands(writes, 1)}; }${intoFile(output)}`;
}

function canonicalFraming(call: Call): RawFraming {
  const body = Buffer.from(call.body ?? "", call.encoding ?? "utf8");
  const headers = call.headers.map(([name, value]) => `${name}: ${value}`);
  return {
    lines: ["Host: {host}", ...headers, "Authorization: {authorization}", `Content-Length: ${body.length}`],
    pieces: [body.toString("base64")],
  };
}

function openCommand(host: string, port: string): string {
  return `exec 3<>${quote(`/dev/tcp/${host}/${port || "80"}`)}`;
}

function exchangeCommands(writes: readonly Buffer[], seconds: number): string {
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
  { endpoint, authorization, sign }: RawSocketInput,
): readonly Buffer[] {
  const { host } = new URL(endpoint);
  const authorizationHeaders = sign ? [] : authorization;
  const lines = framing.lines.flatMap((line) =>
    fillLine(line.replaceAll("{host}", host), authorizationHeaders),
  );
  const head = [`${call.method} ${base}${call.target} HTTP/1.1`, ...lines, "", ""].join("\r\n");
  return [bytesOf(head, "latin1"), ...framing.pieces.map((piece) => Buffer.from(piece, "base64"))];
}

function fillLine(line: string, authorizationHeaders: readonly Header[]): readonly string[] {
  if (!line.includes("{authorization}")) return [line];
  return authorizationHeaders.map(([name, value]) =>
    name.toLowerCase() === "authorization" ? line.replaceAll("{authorization}", value) : `${name}: ${value}`,
  );
}

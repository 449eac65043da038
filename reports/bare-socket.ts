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
const patience = 5;

/**
 * A command for bash alone (its /dev/tcp) that writes the request byte for byte and prints what comes back.
 * `output` is curl's: "-i" shows the answer, "-o FILE" puts it there. For https it needs openssl.
 */
export function bareSocket(call: Call, framing: RawFraming, output: string, input: BareSocketInput): string {
  const { protocol, hostname, port, pathname } = new URL(input.endpoint);
  const host = hostname.replace(/^\[|\]$/g, "");
  const writes = requestBytes(call, framing, pathname.replace(/\/+$/, ""), input);
  const into = output.startsWith("-o ") ? ` >${output.slice(3)}` : "";
  if (protocol === "https:") {
    const connect = quote(`${hostname}:${port || "443"}`);
    const pipe = `{ ${writes.map((bytes) => printBytes([bytes])).join("; ")}; sleep ${patience}; }`;
    return `${pipe} | openssl s_client -quiet -connect ${connect} -servername ${quote(host)} 2>/dev/null${into}`;
  }
  const sent = writes.map((bytes) => `${printBytes([bytes])} >&3`).join("; ");
  const read = `while IFS= read -r -t ${patience} -u 3 L; do printf '%s\\n' "$L"; done; printf '%s\\n' "$L"`;
  return `( exec 3<>${quote(`/dev/tcp/${host}/${port || "80"}`)}; ${sent}; ${read} )${into}`;
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

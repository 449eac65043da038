import type { Header } from "../spec/exchange.ts";
import type { Outgoing } from "./transport.ts";

/**
 * The pieces of bytes that go over a bare socket, the head first. Characters up to U+00FF are one byte each, any
 * other text is UTF-8. A line with `{authorization}` is followed by what else authorizes, such as X-Amz-Date.
 */
export function framed(call: Outgoing, host: string, signed: readonly Header[]): readonly Buffer[] {
  const lines = call.raw?.lines ?? plainLines(call);
  const written = lines.flatMap((line) => filled(line, host, signed));
  const head = [`${call.method} ${call.target} HTTP/1.1`, ...written, "", ""].join("\r\n");
  const pieces = call.raw?.pieces.map((piece) => Buffer.from(piece, "base64")) ?? [bodyOf(call)];
  return [bytes(head), ...pieces.filter((piece) => piece.length > 0)];
}

/** What a signature has to cover: the type that is in the lines and the bytes that are in the pieces. */
export function signable(call: Outgoing): Outgoing {
  if (call.raw === undefined) return call;
  const types = call.raw.lines.flatMap((line): readonly Header[] => {
    const found = /^content-type:[ \t]*(.*?)[ \t]*$/i.exec(line);
    return found === null ? [] : [["Content-Type", found[1] ?? ""]];
  });
  if (call.body !== null) return { ...call, headers: types };
  const body = Buffer.concat(call.raw.pieces.map((piece) => Buffer.from(piece, "base64")));
  return { ...call, headers: types, body: body.toString("base64"), encoding: "base64" };
}

function plainLines(call: Outgoing): readonly string[] {
  return [
    "Host: {host}",
    ...call.headers.map(([name, value]) => `${name}: ${value}`),
    "Authorization: {authorization}",
    ...(call.body === null && call.method === "GET" ? [] : [`Content-Length: ${bodyOf(call).length}`]),
  ];
}

function bodyOf(call: Outgoing): Buffer {
  return Buffer.from(call.body ?? "", call.encoding ?? "utf8");
}

function filled(line: string, host: string, signed: readonly Header[]): readonly string[] {
  const withHost = line.replaceAll("{host}", host);
  if (!withHost.includes("{authorization}")) return [withHost];
  const isAuthorization = ([name]: Header): boolean => name.toLowerCase() === "authorization";
  const value = signed.find(isAuthorization)?.[1] ?? "";
  const others = signed
    .filter((header) => !isAuthorization(header))
    .map(([name, each]) => `${name}: ${each}`);
  return [withHost.replaceAll("{authorization}", value), ...others];
}

function bytes(text: string): Buffer {
  return Buffer.from(text, /^[\u0000-\u00ff]*$/.test(text) ? "latin1" : "utf8");
}

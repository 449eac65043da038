import { createHash, createHmac } from "node:crypto";
import type { Header } from "../spec/exchange.ts";
import { decoded } from "../spec/target.ts";
import type { Authorizer, Credentials } from "./authorize.ts";
import type { Outgoing, Service } from "./transport.ts";

const algorithm = "AWS4-HMAC-SHA256";

/** Signs every call with Signature Version 4. `now` is the wall clock. */
export function signingAuthorizer(options: {
  readonly credentials: Credentials;
  readonly region: string;
  readonly now: () => Date;
}): Authorizer {
  const { accessKeyId, secretAccessKey, sessionToken = "" } = options.credentials;
  const keyFor = keyCache(secretAccessKey, options.region);
  const token: readonly Header[] = sessionToken === "" ? [] : [["X-Amz-Security-Token", sessionToken]];
  return (call, host, service) => {
    const time = options
      .now()
      .toISOString()
      .replace(/[-:]|\.\d+/g, "");
    const day = time.slice(0, 8);
    const scope = `${day}/${options.region}/${service}/aws4_request`;
    const added: readonly Header[] = [["X-Amz-Date", time], ...token];
    const headers = canonicalHeaders([...contentType(call), ["Host", host], ...added]);
    const names = headers.map(([name]) => name).join(";");
    const request = [
      call.method,
      canonicalPath(call.target.replace(/\?.*$/s, "")),
      canonicalQuery(call.target.replace(/^[^?]*\??/, "")),
      ...headers.map(([name, value]) => `${name}:${value}`),
      "",
      names,
      sha256(call.body === null ? "" : Buffer.from(call.body, call.encoding ?? "utf8")),
    ].join("\n");
    const signature = hmac(keyFor(day, service), [algorithm, time, scope, sha256(request)].join("\n"));
    const credential = `Credential=${accessKeyId}/${scope}`;
    const value = `${algorithm} ${credential}, SignedHeaders=${names}, Signature=${signature.toString("hex")}`;
    return [...added, ["Authorization", value]];
  };
}

/** Caches the key of the last day of each service: making one takes four hashes. */
function keyCache(secret: string, region: string): (day: string, service: Service) => Buffer {
  const last = new Map<Service, { readonly day: string; readonly key: Buffer }>();
  return (day, service) => {
    const known = last.get(service);
    if (known?.day === day) return known.key;
    const key = [region, service, "aws4_request"].reduce(hmac, hmac(`AWS4${secret}`, day));
    last.set(service, { day, key });
    return key;
  };
}

/** Only Host and this header are signed: any other header may change on the way. */
function contentType(call: Outgoing): readonly Header[] {
  const types = call.headers.filter(([name]) => name.toLowerCase() === "content-type");
  return types.length === 0 ? [] : [["content-type", types.map(([, value]) => value).join(",")]];
}

/** Sorted by name in lower case; each run of white space becomes one space, and none is at the ends. */
function canonicalHeaders(headers: readonly Header[]): readonly Header[] {
  return headers
    .map(
      ([name, value]): Header => [
        name.toLowerCase(),
        value.replace(/[\r\n \t]+/g, " ").replace(/^ | $/g, ""),
      ],
    )
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The path without empty and dot segments, each segment encoded once more, as all services but S3 require. */
function canonicalPath(path: string): string {
  const normalized: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") normalized.pop();
    else if (segment !== "" && segment !== ".") normalized.push(encoded(segment));
  }
  const end = normalized.length > 0 && path.endsWith("/") ? "/" : "";
  return `/${normalized.join("/")}${end}`;
}

/** Sorted by name, then by value. Escapes are decoded and encoded again; the signature itself is left out. */
function canonicalQuery(text: string): string {
  return text
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return [decoded(name), decoded(value.join("="))] as const;
    })
    .filter(([name]) => name.toLowerCase() !== "x-amz-signature")
    .map(([name, value]): readonly [string, string] => [encoded(name), encoded(value)])
    .sort((one, other) => (one[0] === other[0] ? order(one[1], other[1]) : order(one[0], other[0])))
    .map((pair) => pair.join("="))
    .join("&");
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

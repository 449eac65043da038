import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Header } from "../spec/exchange.ts";
import type { Authorizer, Credentials } from "./authorize.ts";
import type { Outgoing, Service } from "./transport.ts";

/** Signs every call with Signature Version 4. `now` is the wall clock. */
export function signingAuthorizer(options: {
  readonly credentials: Credentials;
  readonly region: string;
  readonly now: () => Date;
}): Authorizer {
  const signers: Record<Service, SignatureV4> = {
    lambda: signer(options.credentials, options.region, "lambda"),
    iam: signer(options.credentials, options.region, "iam"),
  };
  return async (call, host, service) => {
    const signed = await signers[service].sign(canonical(call, host), { signingDate: options.now() });
    return Object.entries(signed.headers).flatMap(([name, value]): readonly Header[] => {
      const spelled = sentAs[name];
      return spelled === undefined ? [] : [[spelled, value]];
    });
  };
}

const sentAs: Readonly<Record<string, string>> = {
  authorization: "Authorization",
  "x-amz-date": "X-Amz-Date",
  "x-amz-security-token": "X-Amz-Security-Token",
};

function signer(credentials: Credentials, region: string, service: Service): SignatureV4 {
  return new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: false });
}

/** Only Host and Content-Type are signed: every other header may be changed on the way without harm. */
function canonical(call: Outgoing, host: string) {
  const mark = call.target.indexOf("?");
  const types = call.headers
    .filter(([name]) => name.toLowerCase() === "content-type")
    .map(([, value]) => value);
  return {
    method: call.method,
    protocol: "https:",
    hostname: host,
    path: mark < 0 ? call.target : call.target.slice(0, mark),
    query: mark < 0 ? {} : queryOf(call.target.slice(mark + 1)),
    headers: { host, ...(types.length === 0 ? {} : { "content-type": types.join(",") }) },
    body: call.body === null ? "" : Buffer.from(call.body, call.encoding ?? "utf8"),
  };
}

/** Decoded names with all their values in order; an escape that cannot be decoded stays as it is written. */
function queryOf(text: string): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : decoded(pair.slice(equals + 1));
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return Object.fromEntries(values);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The signer makes its hashes with `new`, so that this one has to be a class. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", keyOf(secret));
  }

  update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(keyOf(chunk));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

function keyOf(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}

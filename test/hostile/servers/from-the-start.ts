import { createServer as createTls } from "node:tls";
import { deep, type Hostile, head, never } from "../hostile-server.ts";
import { always, endless, thenReset, tooMany } from "../misdeeds.ts";
import { fromTheStart, said, toEveryRequest, up } from "../server.ts";

/** A self-signed certificate for 127.0.0.1, for these tests only. No system trusts it, and its key protects nothing. */
const selfSigned = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0JGVx9O/BPftidVf
+MdgYCIZtkIYK4RLxd+edg0UwkGhRANCAARDcS4fzfP+X7lOIhjkvhbNl4uOIyUE
/y5m3PXahPDmsGNZWRfyGKjWTgI5+ybxkhrIIbRgWyWqAoYaE9hB9PXf
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBjzCCATagAwIBAgIUPIN/4xRrxJxaRnPFR4BEF9CWcuUwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMzExMTg0NloYDzIxMjYxMDMw
MTExODQ2WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARDcS4fzfP+X7lOIhjkvhbNl4uOIyUE/y5m3PXahPDmsGNZWRfyGKjW
TgI5+ybxkhrIIbRgWyWqAoYaE9hB9PXfo2QwYjAdBgNVHQ4EFgQUMqTvRfs2adsM
h3EMCdWFsDXhil0wHwYDVR0jBBgwFoAUMqTvRfs2adsMh3EMCdWFsDXhil0wDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cAMEQC
IEP7lRV0fZN+yURqENhwDP5yq/pIw650579RxuRTqF0AAiBZVawAC/ewFSgEU1S4
tb28UyfaYT8UTEDQvBT/hgoPaw==
-----END CERTIFICATE-----
`,
} as const;

/** The address of a server with the scheme https, without TLS. */
function asTls(listen: Hostile["listen"]): Hostile["listen"] {
  return async () => {
    const one = await listen();
    return { ...one, url: one.url.replace("http:", "https:") };
  };
}

/** A TLS server with an untrusted certificate. */
function overTls(scheme: "http" | "https"): Hostile["listen"] {
  const serve = () => createTls({ ...selfSigned }, (socket) => void socket.on("error", () => {}).end());
  return () => up(serve(), "127.0.0.1", scheme);
}

/** Servers on which the set-up fails; those with the longest runs are first. */
export const fromTheFirstRequest: readonly Hostile[] = [
  never("throttles everything", toEveryRequest(always(tooMany())), /429 TooManyRequests/),
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
    "speaks HTTP/2",
    toEveryRequest(always(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]))),
    /not a correct HTTP/,
  ),
  never(
    "answers with a page of HTML",
    toEveryRequest(always(said(200, "<html>Welcome</html>", ["Content-Type: text/html"]))),
    /an HTML page/,
  ),
  never(
    "redirects in a circle",
    toEveryRequest(always(said(307, "", ["Location: /2015-03-31/functions"]))),
    /a body that is not a Lambda answer/,
  ),
  never("answers in deeply nested JSON", toEveryRequest(always(said(201, deep))), /Lambda API/),
  never("has a self-signed certificate", overTls("https"), /TLS/),
  never("speaks TLS where HTTP is spoken to it", overTls("http"), /not a correct HTTP|dropped/),
  never(
    "stops in the TLS handshake",
    asTls(fromTheStart((socket) => void socket.resume())),
    /within the deadline/,
  ),
  never(
    "resets in the TLS handshake",
    asTls(fromTheStart((socket) => void socket.once("data", () => socket.resetAndDestroy()))),
    /TLS|dropped/,
  ),
];

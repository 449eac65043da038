import { execFile } from "node:child_process";
import type { HttpReply, HttpRequest } from "../../targets/reference/http.ts";
import { command, compiled, type Ended } from "./command.ts";
import { failing, onServer, type Scenario, type Tried } from "./scenario.ts";
import { behind, isAddPermission, type Misdeed, said, wire } from "./server.ts";

/** Fake secrets, with characters that encodings change. */
const planted = {
  AWS_ACCESS_KEY_ID: "AKIAPLANTED0000KEY00",
  AWS_SECRET_ACCESS_KEY: "planted/Secret+Key/with=odd&characters<00>",
  AWS_SESSION_TOKEN: `IQoJplanted/Token+That/Is=Long${"//wEaCXVzLWVhc3QtMSJIMEYCIQ".repeat(8)}==`,
} as const;

const everyFormat = "json,html,junit,markdown,github,ndjson,sarif";
const settings = ["--sign", "--concurrency", "2", "--runs", "1", "--suite", "spellings"];
const json = ["Content-Type: application/json"];

/** Targets that return the keys in different places. No output may contain a key. */
export const secrets: readonly Scenario[] = [
  echoing("secrets in a refusal", isAddPermission, (echo) => said(400, refusal(echo), headers(echo))),
  echoing("secrets in a statement", isAddPermission, (echo) =>
    said(201, JSON.stringify({ Statement: JSON.stringify({ Sid: echo, Effect: echo }) }), headers(echo)),
  ),
  echoing("secrets in a page of HTML", isAddPermission, (echo) => said(500, `<p>${echo}</p>`, headers(echo))),
  echoing("secrets in the policy", isGetPolicy, (echo) =>
    said(
      200,
      JSON.stringify({ Policy: JSON.stringify({ Statement: [{ Sid: echo }] }), RevisionId: echo }),
      json,
    ),
  ),
  echoing("secrets in what cannot be arranged", isVersion, (echo) => said(400, refusal(echo), headers(echo))),
  echoing("secrets in the refusal to create", isCreation, (echo) => said(403, refusal(echo), headers(echo))),
  echoing("secrets in an ARN", isCreation, async (_echo, key, real) => {
    const reply = await real();
    return wire({ ...reply, body: String(reply.body).replaceAll(/(?<=:)\d{12}(?=:)/g, key) });
  }),
  echoing(
    "secrets in the status line",
    isAddPermission,
    (echo) =>
      `HTTP/1.1 201 ${echo.slice(0, 4000)}\r\nContent-Length: 0\r\nX-Echo: ${echo.slice(0, 8000)}\r\n\r\n`,
  ),
  echoing("secrets in what is no HTTP", isAddPermission, (echo) => `${echo}\r\n\r\n`),
];

/** The answer, from every secret in many spellings, the access key, and the correct answer. */
type Answer = (
  echo: string,
  key: string,
  real: () => Promise<HttpReply>,
) => string | Buffer | Promise<Buffer>;
type Picks = (request: HttpRequest) => boolean;

function echoing(name: string, picks: Picks, answer: Answer): Scenario {
  const run = () => {
    const signatures = new Set<string>();
    const misdeed: Misdeed = async (socket, request, reference) => {
      const authorization = String(request.headers.authorization);
      const signature = /Signature=([0-9a-f]{64})/.exec(authorization)?.[1];
      if (signature !== undefined) signatures.add(signature);
      const real = async (): Promise<HttpReply> => {
        const reply = await reference.handle(request);
        return reply === "drop" ? { status: 500, headers: [], body: "" } : reply;
      };
      socket.write(await answer(echoOf(request, authorization), planted.AWS_ACCESS_KEY_ID, real));
    };
    return onServer(behind(picks, misdeed), (folder, { url }) => echoed(folder, url, signatures));
  };
  return { name, run };
}

async function echoed(folder: string, url: string, signatures: ReadonlySet<string>): Promise<Tried> {
  const around = { folder, env: { ...planted, AWS_REGION: "us-east-1" } };
  const endpoint = ["--endpoint", url];
  const formats = ["--format", everyFormat];
  const recording = ["--record", "recorded", "--out", "out"];
  const commands = [
    [...endpoint, ...settings, "--verbose", ...formats, ...recording],
    ["replay", ...endpoint, "--sign", "--verbose", "--report", "out/report.json"],
    ["judge", "recorded", ...formats, "--out", "judged"],
    ["sweep", ...endpoint, "--sign", "--verbose"],
  ];
  const ended: Ended[] = [];
  for (const args of commands) ended.push(await command(args, around));
  const output = ended.map((one) => one.output).join("\n");
  const hidden = [...Object.values(planted), ...signatures];
  const { files, found, redacted } = await search({ folder, secrets: hidden, terminal: output });
  const wanted = ["out/report.json", "out/report.sarif", "recorded/exchanges.ndjson"];
  const complaints = failing([
    [signatures.size > 0, "the target was never asked, so that nothing is shown"],
    [wanted.every((file) => files.includes(file)), "files are missing"],
    [redacted, "nothing was taken out, so that nothing is shown"],
    ...found.slice(0, 10).map((what) => [false, what] as const),
  ]);
  const note = `exit ${ended[0]?.exit}, ${files.length} outputs, ${signatures.size} signatures`;
  return { complaints, note, output };
}

/** The result of a search in a folder and in the terminal output. */
interface Searched {
  readonly files: readonly string[];
  readonly found: readonly string[];
  readonly redacted: boolean;
}

async function search(wanted: {
  readonly folder: string;
  readonly secrets: readonly string[];
  readonly terminal: string;
}): Promise<Searched> {
  const script = await compiled("search");
  const options = { maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [script], options, (error, out) => {
      if (error === null) resolve(JSON.parse(out) as Searched);
      else reject(error);
    });
    child.stdin?.end(JSON.stringify(wanted));
  });
}

/** Every secret of a request, in the spellings that servers use when they quote a request. */
function echoOf(request: HttpRequest, authorization: string): string {
  const query = `X-Amz-Credential=${planted.AWS_ACCESS_KEY_ID}%2F20260101%2Fus-east-1%2Flambda%2Faws4_request&X-Amz-Security-Token=${encodeURIComponent(planted.AWS_SESSION_TOKEN)}&X-Amz-Signature=${/Signature=(\w+)/.exec(authorization)?.[1]}`;
  const token = String(request.headers["x-amz-security-token"]);
  const spell = (text: string) => [
    text,
    encodeURIComponent(text),
    encodeURIComponent(text).toLowerCase() === encodeURIComponent(text)
      ? ""
      : encodeURIComponent(encodeURIComponent(text)),
    JSON.stringify(text).replaceAll("/", "\\/"),
    [...text].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
    Buffer.from(text).toString("base64"),
    Buffer.from(`user:${text}`).toString("base64url"),
  ];
  const all = [authorization, token, planted.AWS_SECRET_ACCESS_KEY, planted.AWS_ACCESS_KEY_ID];
  return [...all.flatMap(spell), `${request.target}?${query}`].join(" ; ");
}

function refusal(echo: string): string {
  return JSON.stringify({ message: echo, Message: echo, Type: "User" });
}

function headers(echo: string): readonly string[] {
  const key = planted.AWS_ACCESS_KEY_ID;
  return [...json, `X-Echo: ${echo.slice(0, 8000)}`, `X-${key}: 1`, `x-amzn-errortype: Invalid${key}`];
}

function isGetPolicy({ method, target }: HttpRequest): boolean {
  return method === "GET" && /\/policy(\?|$)/.test(target);
}

function isVersion({ method, target }: HttpRequest): boolean {
  return method === "POST" && /\/(versions|aliases)$/.test(target);
}

function isCreation({ method, target }: HttpRequest): boolean {
  return method === "POST" && /\/functions\/?$/.test(target);
}

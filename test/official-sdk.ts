import { LambdaClient } from "@aws-sdk/client-lambda";
import type { Outgoing, Transport } from "../client/transport.ts";
import type { Header } from "../spec/exchange.ts";

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const clients = new WeakMap<Pick<Transport, "send">, LambdaClient>();

/** The official SDK over a transport of this project. It shares no code with the client of this project. */
export function officialSdk(transport: Pick<Transport, "send">): LambdaClient {
  const client = clients.get(transport) ?? clientOver(transport);
  clients.set(transport, client);
  return client;
}

function clientOver(transport: Pick<Transport, "send">): LambdaClient {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  return new LambdaClient({
    region: "us-east-1",
    endpoint: "http://lambda.invalid",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "unused" },
    maxAttempts: 1,
    requestHandler: {
      async handle(request: SdkRequest) {
        const answer = await transport.send(outgoing(request), { deadlineMs: 5000 });
        if (answer.kind === "none") throw new Error(answer.detail);
        const { status: statusCode, headers, body } = answer;
        return { response: { statusCode, headers: joined(headers), body: Buffer.from(body) } };
      },
    },
  });
}

function outgoing(request: SdkRequest): Outgoing {
  const query = Object.entries(request.query ?? {}).flatMap(([name, value]) =>
    [value ?? ""].flat().map((each) => `${encodeURIComponent(name)}=${encodeURIComponent(each)}`),
  );
  const type = request.headers["content-type"];
  return {
    method: request.method,
    target: query.length === 0 ? request.path : `${request.path}?${query.join("&")}`,
    headers: type === undefined ? [] : [["Content-Type", type]],
    body: textOf(request.body),
  };
}

function textOf(body: unknown): string | null {
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : null;
}

function joined(headers: readonly Header[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    record[key] = record[key] === undefined ? value : `${record[key]}, ${value}`;
  }
  return record;
}

import type { FetchHandler } from "./target-types.ts";

/** What a function behind a function URL or an HTTP API is called with, as far as a request decides it. */
export interface LambdaEvent {
  readonly version: "2.0";
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly http: { readonly method: string; readonly path: string; readonly protocol: "HTTP/1.1" };
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** What such a function returns. */
export interface LambdaResult {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** A fetch-like function over a Lambda-shaped handler: events of payload version 2.0 in, results out. */
export function lambdaHandler(
  handler: (event: LambdaEvent, context: object) => LambdaResult | Promise<LambdaResult>,
): FetchHandler {
  return async (request) => responseOf(await handler(await eventOf(request), {}));
}

async function eventOf(request: Request): Promise<LambdaEvent> {
  const url = new URL(request.url);
  const text = await request.text();
  const query = [...url.searchParams.keys()].map((key) => [key, url.searchParams.getAll(key).join(",")]);
  return {
    version: "2.0",
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers: Object.fromEntries(request.headers),
    ...(query.length === 0 ? {} : { queryStringParameters: Object.fromEntries(query) }),
    requestContext: { http: { method: request.method, path: url.pathname, protocol: "HTTP/1.1" } },
    ...(text === "" ? {} : { body: text }),
    isBase64Encoded: false,
  };
}

function responseOf(result: LambdaResult): Response {
  const { statusCode = 200, headers = {}, body = "", isBase64Encoded = false } = result;
  const lines = Object.entries(headers).map(([name, value]): [string, string] => [name, `${value}`]);
  const bare = statusCode === 204 || statusCode === 205 || statusCode === 304;
  const bytes = isBase64Encoded ? Buffer.from(body, "base64") : body;
  return new Response(bare ? null : bytes, { status: statusCode, headers: lines });
}

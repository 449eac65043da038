import type { Answer, Header } from "../spec/exchange.ts";
import { notSent } from "./silence.ts";
import type { Clock, Outgoing, SendOptions, Service } from "./transport.ts";

/**
 * Gives the headers that authorize a call: Authorization, X-Amz-Date and, for temporary credentials, the token.
 * `call.target` is the request-target on the wire, `host` the value of Host.
 */
export type Authorizer = (
  call: Outgoing,
  host: string,
  service: Service,
) => readonly Header[] | Promise<readonly Header[]>;

const date = "20260101";

/**
 * A constant, well-formed header with dummy keys, for targets that read the scope and check nothing.
 * Signing each request would cost more than sending it.
 */
export function constantAuthorizer(region: string): Authorizer {
  const made: Record<Service, readonly Header[]> = {
    lambda: constantHeaders(region, "lambda"),
    iam: constantHeaders(region, "iam"),
  };
  return (_call, _host, service) => made[service];
}

function constantHeaders(region: string, service: Service): readonly Header[] {
  const scope = `AKIDEXAMPLE/${date}/${region}/${service}/aws4_request`;
  const signature = "0123456789abcdef".repeat(4);
  return [
    ["X-Amz-Date", `${date}T000000Z`],
    [
      "Authorization",
      `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    ],
  ];
}

/** Asks for the authorization headers and goes on with them; stays synchronous where the authorizer is. */
export function authorized(
  authorize: Authorizer,
  call: Outgoing,
  host: string,
  how: SendOptions,
  go: (signed: readonly Header[]) => Promise<Answer>,
  clock: Clock,
): Promise<Answer> {
  const failed = (error: unknown): Answer =>
    notSent(`it could not be signed: ${error instanceof Error ? error.message : "unknown"}`, clock());
  try {
    const signed = authorize(call, host, how.service ?? "lambda");
    return "then" in signed ? signed.then(go, failed) : go(signed);
  } catch (error) {
    return Promise.resolve(failed(error));
  }
}

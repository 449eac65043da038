import { MockAgent } from "undici";
import { Refusal, readPermission, shapes } from "./permission.ts";

/** A stateless mock as an undici MockAgent. The planted one lets any StatementId and any SourceAccount pass. */
export function mockAgent({ planted }: { readonly planted: boolean }): MockAgent {
  const table = planted ? { ...shapes, StatementId: { required: true }, SourceAccount: {} } : shapes;
  const agent = new MockAgent();
  agent.disableNetConnect();
  agent
    .get("https://lambda.us-east-1.amazonaws.com")
    .intercept({ method: "POST", path: (path) => /\/functions\/[^/]+\/policy(\?|$)/.test(path) })
    .reply(({ path, body }) => {
      const url = new URL(path, "https://lambda.us-east-1.amazonaws.com");
      const name = decodeURIComponent(url.pathname.split("/").at(-2) ?? "");
      const qualifier = url.searchParams.get("Qualifier") ?? undefined;
      try {
        const { statement } = readPermission(name, qualifier, Buffer.from(`${body ?? ""}`), table);
        return { statusCode: 201, data: { Statement: statement }, responseOptions: json };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const { status, body: data, headers } = error;
        return { statusCode: status, data, responseOptions: { headers } };
      }
    })
    .persist();
  return agent;
}

const json = { headers: { "content-type": "application/json" } };

import { type Behaviour, faithful } from "../targets/reference/behaviour.ts";
import { createReference } from "../targets/reference/reference.ts";

/** A handler with its received requests, one line for each. */
export interface Handler {
  readonly seen: string[];
  (request: Request): Promise<Response>;
}

/** The reference, or a variant, as a function from Request to Response. */
export function referenceHandler(change: Partial<Behaviour> = {}): Handler {
  const reference = createReference({ behaviour: { ...faithful, ...change } });
  const seen: string[] = [];
  const handle = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    const target = `${pathname}${search}`;
    const body = Buffer.from(await request.arrayBuffer());
    seen.push(`${request.method} ${target} ${body.toString("latin1")}`);
    const headers = Object.fromEntries(request.headers);
    const outcome = await reference.handle({ method: request.method, target, headers, body });
    if (outcome === "drop") throw new Error("dropped");
    const lines = outcome.headers.map(([name, value]): [string, string] => [name, value]);
    const bare = outcome.status === 204;
    return new Response(bare ? null : new Uint8Array(Buffer.from(outcome.body)), {
      status: outcome.status,
      headers: lines,
    });
  };
  return Object.assign(handle, { seen });
}

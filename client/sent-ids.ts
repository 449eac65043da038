import { jsonObject } from "../spec/answer.ts";
import type { Outgoing, Transport } from "./transport.ts";

/** A transport that notes the id of each statement that is sent over it. */
export interface Noting {
  readonly transport: Transport;
  /** Each id once, the latest last. */
  ids(): readonly string[];
}

/** Notes ids, so that a statement can be removed where the policy cannot be read any more. */
export function noting(transport: Transport): Noting {
  const ids = new Set<string>();
  return {
    transport: {
      unable: (call) => transport.unable?.(call) ?? null,
      forget: (connection) => transport.forget?.(connection),
      close: () => transport.close(),
      send(call, options) {
        const id = idIn(call);
        if (id !== null) {
          ids.delete(id);
          ids.add(id);
        }
        return transport.send(call, options);
      },
    },
    ids: () => [...ids],
  };
}

function idIn({ method, target, body }: Outgoing): string | null {
  if (method !== "POST" || body === null || !/\/policy(\?|$)/.test(target)) return null;
  const id = jsonObject(body)?.StatementId;
  return typeof id === "string" ? id : null;
}

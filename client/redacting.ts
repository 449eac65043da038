import type { Redactor } from "./redact.ts";
import type { Transport } from "./transport.ts";

/**
 * A transport whose answers carry no secrets any more: whatever a target says of our keys is gone before anybody reads
 * it, so that it can stand in no record, no message and no further request.
 */
export function redacting(transport: Transport, redact: Redactor): Transport {
  return {
    unable: (call) => transport.unable?.(call) ?? null,
    forget: (connection) => transport.forget?.(connection),
    close: () => transport.close(),
    send: async (call, options) => redact.answer(await transport.send(call, options)),
  };
}

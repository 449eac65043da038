import type { Transport } from "./transport.ts";

/**
 * Sends again what was not accepted, once the target listens again. What may have reached the target is sent once, and
 * its answer stays what it was.
 */
export function reviving(transport: Transport, revive: () => Promise<boolean>): Transport {
  return {
    ...transport,
    send: async (call, options) => {
      const answer = await transport.send(call, options);
      if (answer.kind !== "none" || answer.reason !== "refused") return answer;
      return (await revive()) ? transport.send(call, options) : answer;
    },
  };
}

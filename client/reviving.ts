import type { Transport } from "./transport.ts";

/**
 * Has the target started again where it is gone, and sends again what it did not accept. What may have reached it is
 * sent once, and its answer stays what it was.
 */
export function reviving(transport: Transport, revive: () => Promise<boolean>): Transport {
  return {
    ...transport,
    send: async (call, options) => {
      const answer = await transport.send(call, options);
      if (answer.kind !== "none" || (answer.reason !== "refused" && answer.reason !== "reset")) return answer;
      const isUp = await revive();
      return isUp && answer.reason === "refused" ? transport.send(call, options) : answer;
    },
  };
}

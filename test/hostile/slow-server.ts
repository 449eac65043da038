import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { isRecord } from "../../spec/body.ts";
import { faithful } from "../../targets/reference/behaviour.ts";
import { mutants } from "../../targets/reference/mutants/index.ts";
import { createReference } from "../../targets/reference/reference.ts";
import { bodyOf, up } from "./server.ts";

/** Milliseconds until the held request takes effect. */
const heldMs = 400;

// A separate process that serves slow targets and reports every request when its head arrives.
process.on("message", (message) => {
  if (!isRecord(message)) return;
  const { open: id, hold, number } = message;
  if (typeof id === "number") open(id);
  if (typeof hold === "number" && typeof number === "number") held.set(hold, number);
});
process.on("disconnect", () => process.exit());

/** The number of the slowest request of each target. */
const held = new Map<number, number>();

/** The reference with a delay and one defect, so that a run has a candidate to confirm. */
function open(id: number): void {
  const { mutate } = mutants["success.is-201"];
  const reference = createReference({ behaviour: mutate(faithful) });
  let number = 0;
  const server = createServer({ keepAliveTimeout: 0 }, async (message, response) => {
    const { method = "", url: target = "", headers } = message;
    process.send?.({ id, at: Date.now(), method, target });
    number += 1;
    const delayMs = held.get(id) === number ? heldMs : 5 + ((number * 7) % 25);
    const body = await bodyOf(message);
    if (!message.complete) return;
    // A request takes effect even when its client has gone.
    await wait(delayMs);
    const reply = await reference.handle({ method, target, headers, body });
    if (reply === "drop") return message.socket.destroy();
    response.writeHead(reply.status, reply.headers.flat());
    response.end(reply.body);
  });
  void up(server, "127.0.0.1").then(({ url }) => process.send?.({ id, url }));
}

import { writeSync } from "node:fs";
import { processContext } from "../../bin/context.ts";
import { main } from "../../bin/main.ts";

/** How long the process may need to end by itself once the command has, in milliseconds. */
const graceMs = 3000;

let surprises = 0;
const surprise = (error: unknown): void => {
  surprises += 1;
  writeSync(2, `surprise: ${error instanceof Error ? error.stack : String(error)}\n`);
};
process.on("unhandledRejection", surprise).on("uncaughtException", surprise);
let open: readonly string[] = [];
process.on("exit", () => {
  const maxRssMib = Math.round(process.resourceUsage().maxRSS / 1024);
  writeSync(3, JSON.stringify({ code: process.exitCode ?? 0, maxRssMib, surprises, open }));
});
process.exitCode = await main(process.argv.slice(2), processContext());
// A handle that is still open would keep the process alive: it is told by its name.
setTimeout(() => {
  open = process.getActiveResourcesInfo();
  process.exit();
}, graceMs).unref();

import { writeSync } from "node:fs";
import { processContext } from "../../bin/context.ts";
import { main } from "../../bin/main.ts";

/** Milliseconds that the process may take to exit after the command has ended. */
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
// An open handle would keep the process alive. Its name is printed.
setTimeout(() => {
  open = process.getActiveResourcesInfo();
  process.exit();
}, graceMs).unref();

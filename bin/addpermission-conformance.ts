#!/usr/bin/env node
import { main } from "./main.ts";

// A reader that has gone, such as head, must not keep a run from cleaning up and writing its reports.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
process.exitCode = await main(process.argv.slice(2));
// What was printed must reach a pipe first; then nothing is waited for, although a target may hold sockets open.
await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
process.exit();

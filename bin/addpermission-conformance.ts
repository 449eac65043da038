#!/usr/bin/env node
import { processContext } from "./context.ts";
import { main } from "./main.ts";

const streams = [process.stdout, process.stderr];
let unwritten: string | null = null;

// A closed or failing output must not keep a run from cleaning up and writing its reports.
for (const stream of streams) {
  stream.on("error", ({ code = "" }: NodeJS.ErrnoException) => {
    // EPIPE is no failure: a reader such as head has read enough.
    if (code !== "EPIPE") unwritten = code;
  });
}
const code = await main(process.argv.slice(2), processContext());
// Printed text must reach a pipe first. After that the process exits at once, because a target may hold sockets
// open.
const flushed = async () => {
  const written = streams.map((stream) => new Promise<void>((resolve) => stream.write("", () => resolve())));
  await Promise.all(written);
};
await flushed();
if (unwritten !== null) {
  process.stderr.write(`addpermission-conformance: The output could not be written (${unwritten}).\n`);
  await flushed();
}
// The exit code of a signal takes precedence over a failed output.
process.exit(unwritten !== null && code < 128 ? 2 : code);

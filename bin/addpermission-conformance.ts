#!/usr/bin/env node
import { processContext } from "./context.ts";
import { main } from "./main.ts";

const streams = [process.stdout, process.stderr];
let unwritten: string | null = null;

// An output that fails, or whose reader has gone, must not keep a run from cleaning up and writing its reports.
for (const stream of streams) {
  stream.on("error", ({ code = "" }: NodeJS.ErrnoException) => {
    // A reader that has gone, such as head, has seen what it wanted.
    if (code !== "EPIPE") unwritten = code;
  });
}
const code = await main(process.argv.slice(2), processContext());
// What was printed must reach a pipe first; then nothing is waited for, although a target may hold sockets open.
const flushed = async () => {
  const written = streams.map((stream) => new Promise<void>((resolve) => stream.write("", () => resolve())));
  await Promise.all(written);
};
await flushed();
if (unwritten !== null) {
  process.stderr.write(
    `addpermission-conformance: What was to be printed could not be written (${unwritten}).\n`,
  );
  await flushed();
}
// A signal says more than what became of the output.
process.exit(unwritten !== null && code < 128 ? 2 : code);

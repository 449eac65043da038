#!/usr/bin/env node
import { main } from "./main.ts";

process.exitCode = await main(process.argv.slice(2));
// What was printed must reach a pipe first; then nothing is waited for, although a target may hold sockets open.
await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
process.exit();

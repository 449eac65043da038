import { text } from "node:stream/consumers";
import { filesIn } from "./scenario.ts";
import { whereFound } from "./traces.ts";

/** What is searched, and for what; given as JSON on standard input. */
interface Wanted {
  readonly folder: string;
  readonly secrets: readonly string[];
  readonly terminal: string;
}

// A process of its own: searching megabytes takes seconds, in which no hostile server could answer.
const { folder, secrets, terminal } = JSON.parse(await text(process.stdin)) as Wanted;
const files = new Map(await filesIn(folder)).set("the terminal", terminal);
const found = [...files].flatMap(([file, held]) =>
  whereFound(secrets, held).map((what) => `${file} holds ${what}`),
);
const redacted = [...files.values()].some((held) => held.includes("[redacted]"));
process.stdout.write(JSON.stringify({ files: [...files.keys()], found, redacted }));

import { text } from "node:stream/consumers";
import { filesIn } from "./scenario.ts";
import { whereFound } from "./traces.ts";

/** The input, as JSON on standard input. */
interface SearchInput {
  readonly folder: string;
  readonly secrets: readonly string[];
  readonly terminal: string;
}

// A separate process, because a search in megabytes takes seconds and would block the hostile servers.
const { folder, secrets, terminal } = JSON.parse(await text(process.stdin)) as SearchInput;
const files = new Map(await filesIn(folder)).set("the terminal", terminal);
const found = [...files].flatMap(([file, held]) =>
  whereFound(secrets, held).map((what) => `${file} holds ${what}`),
);
const redacted = [...files.values()].some((held) => held.includes("[redacted]"));
process.stdout.write(JSON.stringify({ files: [...files.keys()], found, redacted }));

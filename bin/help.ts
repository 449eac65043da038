import { tool } from "../api/tool.ts";
import type { Environment } from "../client/authorize.ts";
import type { OptionDoc } from "./arguments.ts";
import { optionDocs } from "./options.ts";

const about: Readonly<Record<keyof typeof optionDocs, readonly [usage: string, text: string]>> = {
  "": ["[options]", "Holds an implementation of AWS Lambda AddPermission to its documentation."],
  rules: ["rules [--json]", "Lists every rule and question, and which clause of the document each judges."],
  replay: ["replay [options]", "Resends the counterexample of a report: exit code 1 when it still shows."],
  mutants: ["mutants [options]", "Runs the suite against faulty variants of the reference: the kill matrix."],
  compare: [
    "compare A.json B.json …",
    "Says what got better or worse between two reports; with more, draws the matrix.",
  ],
  diff: [
    "diff --target X --endpoint URL [options]",
    "Shows where two targets answer the same requests differently: exit code 1.",
  ],
  sweep: [
    "sweep [options]",
    "Deletes what killed runs left behind, and gives back the policies that they emptied.",
  ],
  judge: ["judge DIR [options]", "Computes verdicts from a recording made with --record, without a target."],
  completion: ["completion bash|zsh|fish", "Prints a completion script for the shell."],
};

const exits = `Exit code
  0  every stated and implied rule that applies was exercised and holds
  1  a violation that is not known, or a stale known entry
  2  wrong usage, target not reachable, or a fault of ours
  3  nothing violated, but something inconclusive or unexercised`;

/** The help text of a subcommand; of the run itself for "" and for names that are none. `command` is how it is called. */
export function help(name: string, command: string): string {
  const key = isDocumented(name) ? name : "";
  const [usage, text] = about[key];
  const lines = [`Usage: ${command} ${usage}`, "", text, "", "Options", ...optionLines(optionDocs[key])];
  if (key !== "") return lines.join("\n");
  const others = Object.entries(about).filter(([one]) => one !== "");
  const wide = Math.max(...others.map(([one]) => one.length)) + 2;
  return [
    ...lines,
    "",
    "Subcommands (each has --help)",
    ...others.map(([one, [, what]]) => `  ${one.padEnd(wide)}${what}`),
    "",
    exits,
  ].join("\n");
}

function isDocumented(name: string): name is keyof typeof optionDocs {
  return Object.hasOwn(optionDocs, name);
}

/** Two columns that fit 80; what an option does is wrapped under itself. */
function optionLines(docs: readonly OptionDoc[]): readonly string[] {
  const left = docs.map(({ name, value }) => `  --${name}${value === undefined ? "" : ` ${value}`}`);
  const indent = Math.max(...left.map(({ length }) => length)) + 2;
  return docs.flatMap(({ about: text }, index) => {
    const [first = "", ...more] = wrapped(text, 80 - indent);
    return [
      `${(left[index] ?? "").padEnd(indent)}${first}`,
      ...more.map((line) => " ".repeat(indent) + line),
    ];
  });
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

export { tool } from "../api/tool.ts";

/** The package's version. */
export const version = tool.version;

/** How the command is called in this environment, for messages that tell what to run. */
export function commandIn({ npm_lifecycle_event: script }: Environment): string {
  return script === "conform" ? "npm run -s conform --" : "npx addpermission-conformance";
}

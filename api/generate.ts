import { readFile } from "node:fs/promises";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { type GeneratedFile, writeOrCheck } from "../spec/generated-file.ts";
import {
  boundsOf,
  type CommandName,
  commands,
  type Option,
  optionsOf,
  type Taker,
  wordsFor,
} from "./options.ts";

const root = new URL("../", import.meta.url);

/** The generated tables of each document, by the name in their marks. */
const tables: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  "docs/command.md": {
    "options of the command": () => optionTable("run"),
    subcommands: subcommandTable,
    "options of the subcommands": ownOptionTable,
  },
  "docs/library.md": { "options of conform": libraryTable },
};

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function table(heads: readonly string[], rows: readonly string[]): string {
  return [row(...heads), row(...heads.map(() => "---")), ...rows].join("\n");
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

/** A default as a value, or in words if it is not constant. */
function defaultOf(option: Option, taker: Taker): string {
  const { default: usual } = wordsFor(option, taker);
  if (option.type === "switch") return taker === "library" ? code("false") : "off";
  if (usual === null) return "";
  const isName = option.type === "names" && typeof option.default === "string";
  return isName || /[ A-Z]/.test(String(usual)) ? String(usual) : code(String(usual));
}

function cells(option: Option, taker: CommandName): readonly string[] {
  const { flag = "" } = option;
  return [code(flag), valuesOf(option), defaultOf(option, taker), wordsFor(option, taker).about];
}

function valuesOf(option: Option): string {
  if (option.type === "whole") return boundsOf(option);
  return option.type === "choice" ? option.of.map(code).join(", ") : "";
}

const heads = ["option", "values", "default", "what it does"];

function optionTable(taker: CommandName): string {
  return table(
    heads,
    optionsOf(taker).map(([, option]) => row(...cells(option, taker))),
  );
}

const subcommands = Object.keys(commands).filter(
  (name): name is Exclude<CommandName, "run"> => name !== "run" && Object.hasOwn(commands, name),
);

/** True if the option is the same for a subcommand as for the command itself. */
function isShared(option: Option, taker: CommandName): boolean {
  return option.takers.includes("run") && String(cells(option, taker)) === String(cells(option, "run"));
}

function subcommandTable(): string {
  const rows = subcommands.map((name) => {
    const words = commands[name];
    const usage = "operands" in words ? `${name} ${words.operands}` : name;
    const shared = optionsOf(name).filter(([, option]) => isShared(option, name));
    return row(code(usage), words.about, shared.map(([, { flag = "" }]) => code(flag)).join(" "));
  });
  return table(["subcommand", "what it does", "options of the table above"], rows);
}

function ownOptionTable(): string {
  const rows = subcommands.flatMap((name) =>
    optionsOf(name)
      .filter(([, option]) => !isShared(option, name))
      .map(([, option]) => row(code(name), ...cells(option, name))),
  );
  return table(["subcommand", ...heads], rows);
}

function libraryTable(): string {
  const rows = optionsOf("vitest").map(([name, option]) =>
    row(code(name), typeOf(option), defaultOf(option, "library"), wordsFor(option, "library").about),
  );
  return table(["option", "type", "default", "what it does"], rows);
}

function typeOf(option: Option): string {
  switch (option.type) {
    case "whole":
      return `number, ${boundsOf(option)}`;
    case "choice":
      return option.of.map((name) => code(JSON.stringify(name))).join(" or ");
    case "names":
      return option.of === "rules" ? "array of `RuleId`" : "array of names";
    case "switch":
      return "boolean";
    case "file":
      return "path, or a `URL`";
    case "url":
      return "URL as text";
    case "unsupported":
      return "array of `UnsupportedCapability`";
    case "signal":
      return "`AbortSignal`";
    case "progress":
      return "function";
    case "text":
    case "folder":
    case "shard":
      return "string";
  }
}

function programTypes(): string {
  const members = (taker: "library" | "vitest") =>
    optionsOf("vitest")
      .filter(([, { takers }]) => takers.includes(taker))
      .map(([name, option]) => {
        const { about, default: usual } = wordsFor(option, taker);
        const otherwise = usual === null ? "" : ` The default is ${usual}.`;
        return `  /** ${about}${otherwise} */\n  readonly ${name}?: ProgramOptions["${name}"];`;
      })
      .join("\n");
  return `// Generated from api/options.ts by \`npm run generate\`. Do not edit.
import type { ProgramOptions } from "./options.ts";

/** How \`conform\` runs; times are in milliseconds. */
export interface ConformOptions {
${members("library")}
}

/** How \`defineConformance\` runs. */
export interface ConformanceTestOptions extends ConformOptions {
${members("vitest")}
}
`;
}

/** The generated files as they should be; in documents, only the text between marks is generated. */
export async function generate(): Promise<readonly GeneratedFile[]> {
  const documents = await Promise.all(
    Object.entries(tables).map(async ([path, own]) => {
      const before = await readFile(new URL(path, root), "utf8");
      const text = Object.entries(own).reduce((now, [name, make]) => filled(now, name, make()), before);
      return { path, text };
    }),
  );
  return [{ path: "api/program-options.ts", text: programTypes() }, ...documents];
}

const end = "<!-- end -->";

function filled(text: string, name: string, body: string): string {
  const mark = `<!-- ${name}: generated from api/options.ts by \`npm run generate\` -->`;
  const [before, after, ...more] = text.split(mark);
  const close = after?.indexOf(end) ?? -1;
  if (before === undefined || after === undefined || more.length > 0 || close < 0)
    throw new Error(`Where ${JSON.stringify(name)} belongs, ${mark} and ${end} must appear exactly once.`);
  return `${before}${mark}\n${body}\n${after.slice(close)}`;
}

if (argv[1] === fileURLToPath(import.meta.url)) await writeOrCheck(await generate());

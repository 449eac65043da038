import { readdir, readFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { checkOptions, commandOptions } from "../api/check-options.ts";
import { generate } from "../api/generate.ts";
import { conform, Fault } from "../api/index.ts";
import {
  type CommandName,
  commands,
  flagOf,
  inPrograms,
  type Option,
  onCommandLine,
  options,
  optionsOf,
} from "../api/options.ts";
import type { ConformanceTestOptions } from "../api/program-options.ts";
import { readCommandLine } from "../bin/command-line.ts";
import { formats } from "../reports/collector.ts";
import { comparedSuites } from "../runner/diff/diff.ts";
import { outOfDate } from "../spec/generated-file.ts";
import { suites, usualPlan } from "../suites/index.ts";
import { builtin } from "../targets/builtin.ts";
import { referenceHandler } from "./reference-handler.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const rows: readonly (readonly [name: string, option: Option])[] = Object.entries<Option>(options);
const names = Object.keys(commands).filter((name): name is CommandName => Object.hasOwn(commands, name));
const mutants = { names: ["one", "two"], where: "run mutants, which names them" };

/** The parsed arguments of a command, or the sentence of a refusal. */
function given(command: CommandName, args: readonly string[]): object | string {
  try {
    const asked = readCommandLine(command === "run" ? args : [command, ...args], "conform");
    return "given" in asked ? commandOptions(asked.given, mutants) : asked.text;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

/** The message for an invalid option of a program; null for a valid one. */
function said(name: string, value: unknown): string | null {
  try {
    checkOptions({ [name]: value }, "vitest");
    return null;
  } catch (error) {
    if (error instanceof Fault && error.option === name) return error.message;
    throw error;
  }
}

/** Texts that an option accepts on the command line, with their values. */
function taken(option: Option): readonly (readonly [text: string, value: unknown])[] {
  switch (option.type) {
    case "whole": {
      const { least, most = Number.MAX_SAFE_INTEGER } = option;
      return [least, most].map((value) => [`${value}`, value]);
    }
    case "choice":
      return option.of.map((name) => [name, name]);
    case "names": {
      const [first = "", second = first] =
        option.of === "rules"
          ? ["success.is-201", "StatementId.pattern"]
          : option.of === "mutants"
            ? mutants.names
            : option.of;
      return [
        [first, [first]],
        [`${first}, ${second},`, [first, second]],
      ];
    }
    case "shard":
      return [
        ["1/1", { index: 1, of: 1 }],
        ["3/8", { index: 3, of: 8 }],
      ];
    default:
      return [["some-text", "some-text"]];
  }
}

/** Texts that an option refuses. */
function refused(option: Option): readonly string[] {
  switch (option.type) {
    case "whole":
      return ["x", "1.5", "", `${option.least - 1}`, `${(option.most ?? Number.MAX_SAFE_INTEGER) + 1}`];
    case "choice":
      return ["", "nonsense", `${option.of[0]}x`, option.of.join()];
    case "names":
      return ["nonsense", ...(option.mayBeEmpty ? [] : ["", ","])];
    case "shard":
      return ["", "2", "0/3", "4/3", "1/0", "1/3/5", "-1/3", "1.5/3", "a/b"];
    default:
      return "mayBeEmpty" in option ? [] : [""];
  }
}

/** Value, expectation and remedy. */
const sentence = /^\S+ (is|holds) .+, but must .+: .*(give|did you mean|leave|run) .+[.?]$/;

describe.each(rows.filter(([, { flag }]) => flag !== undefined))("%s on the command line", (name, option) => {
  const flag = flagOf(option);
  const takers = names.filter((command) => option.takers.includes(command));
  const others = names.filter((command) => !optionsOf(command).some(([, other]) => flagOf(other) === flag));

  it("is accepted by its commands, with each valid value", () => {
    expect(takers.length).toBeGreaterThan(0);
    for (const command of takers) {
      if (option.type === "switch") expect(given(command, [flag])).toEqual({ [name]: true });
      else
        for (const [text, value] of taken(option))
          for (const args of [[flag, text], [`${flag}=${text}`]])
            expect(given(command, args)).toEqual({ [name]: value });
    }
  });

  it("is refused by other commands", () => {
    for (const command of others)
      expect(given(command, [flag, "1"])).toMatch(new RegExp(`^Unknown option ${flag}( of ${command})?: `));
  });

  it("is refused without a value or with an invalid one, in a sentence with a remedy", () => {
    for (const command of takers) {
      if (option.type === "switch") {
        expect(given(command, [`${flag}=yes`])).toBe(
          `${flag} takes no value, and got ${flag}=yes: give ${flag} alone.`,
        );
        continue;
      }
      expect(given(command, [flag])).toBe(`${flag} needs a value: give ${option.flag}.`);
      expect(given(command, [flag, "--verbose"])).toMatch(
        /^\S+ is followed by --verbose, but needs a value: /,
      );
      for (const text of refused(option)) {
        const message = given(command, [flag, text]);
        expect(message).toMatch(sentence);
        expect(message).toMatch(new RegExp(`^${flag} `));
      }
    }
  });

  it("is in the help of its commands and in the documentation", async () => {
    const document = await readFile(join(root, "docs/command.md"), "utf8");
    for (const command of takers) {
      const help = readCommandLine([command, "--help"], "conform");
      expect(help).toMatchObject({ text: expect.stringContaining(`  ${option.flag} `) });
    }
    expect(document).toContain(`| \`${option.flag?.replaceAll("|", "\\|")}\` |`);
  });
});

/** A value for each option of a program. The compiler checks the types against the table. */
const some: Required<ConformanceTestOptions> = {
  name: "mine",
  origin: "http://lambda.test",
  region: "",
  functionName: "my-function",
  disposable: true,
  role: "arn:aws:iam::123456789012:role/my-role",
  sign: false,
  stateless: true,
  cannot: [{ needs: "policy", reason: "there is no GetPolicy" }],
  profile: "aws",
  suites: ["boundary"],
  rules: ["success.is-201"],
  seed: 1,
  runs: 1,
  rounds: 1,
  minutes: 1,
  corpus: "corpus",
  budget: 1,
  bail: 1,
  rate: 1,
  concurrency: 1,
  timeoutMs: 1,
  settleMs: 0,
  runTimeoutMs: 1,
  known: new URL("file:///known.yaml"),
  signal: new AbortController().signal,
  progress: () => {},
};

describe.each(
  rows.filter(([, { takers }]) => takers.some((taker) => taker === "library" || taker === "vitest")),
)("%s in a program", (name, option) => {
  it("is accepted with a value of its type", () => {
    expect(said(name, Object.entries(some).find(([one]) => one === name)?.[1])).toBeNull();
    expect(said(name, undefined)).toBeNull();
  });

  it("is refused with another value, in a sentence with a remedy and without options of the command", () => {
    const numbers = option.type === "whole" ? [option.least - 1, (option.most ?? 2 ** 53) + 1, "1"] : [1];
    const empty = option.type === "text" && option.mayBeEmpty ? [] : [""];
    const lists = option.type === "names" ? [[], ["nonsense"], "boundary"] : [];
    for (const value of [...numbers, ...empty, ...lists, 1.5, null, {}, Symbol("s")]) {
      const message = said(name, value);
      expect(message).toMatch(sentence);
      expect(message).toMatch(new RegExp(`^${name} (?!.* --[a-z])`));
    }
  });

  it("is in the documentation", async () => {
    expect(await readFile(join(root, "docs/library.md"), "utf8")).toContain(`| \`${name}\` |`);
  });
});

describe("The table of options", () => {
  it("gives no command two options with equal names", () => {
    for (const command of names) {
      const flags = optionsOf(command).map(([, option]) => flagOf(option));
      expect(new Set(flags).size).toBe(flags.length);
    }
  });

  it("names every target, suite and format, and the defaults", () => {
    const named = suites.map(({ name }) => name);
    expect(options.target.of).toEqual(builtin.map(({ name }) => name));
    expect(options.target.default).toBe(builtin[0]?.name);
    expect(options.suites.of).toEqual([...named, "all"]);
    expect(options.comparedSuites.of).toEqual(named);
    expect(options.formats.of).toEqual(Object.keys(formats));
    expect([options.runs.default, options.rounds.default]).toEqual([usualPlan.runs, usualPlan.rounds]);
    const left = (usual: typeof suites) => named.filter((name) => !usual.some((one) => one.name === name));
    expect(options.suites.default).toBe("all, with wire last; a signed run sends all but wire");
    for (const name of left(comparedSuites)) expect(options.comparedSuites.default).toContain(name);
  });

  it("matches the tables in the documentation", async () => {
    expect(await outOfDate(await generate())).toEqual([]);
  });

  it("has every option that an error mentions", async () => {
    const files = await sources(["api", "bin", "client", "reports", "runner", "targets"]);
    const spoken = files.flatMap((text) =>
      [...text.matchAll(/optionName\("(\w+)"\)|\boption: "(\w+)"/g)].map(
        ([, named, about]) => named ?? about,
      ),
    );
    expect(spoken.length).toBeGreaterThan(20);
    expect(spoken.filter((name) => !Object.hasOwn(options, name ?? ""))).toEqual([]);
  });

  it("spells an option for the command or the program", () => {
    expect([inPrograms("timeoutMs"), onCommandLine("timeoutMs")]).toEqual(["timeoutMs", "--timeout"]);
    expect([inPrograms("endpoint"), onCommandLine("endpoint")]).toEqual(["the endpoint", "--endpoint"]);
  });
});

describe("The command line", () => {
  it("keeps the order in which targets are given", () => {
    const args = ["diff", "--endpoint", "http://a.test", "--target", "moto", "--endpoint=http://b.test"];
    expect(readCommandLine(args, "conform")).toMatchObject({
      given: {
        command: "diff",
        options: [
          { name: "endpoint", text: "http://a.test" },
          { name: "target", text: "moto" },
          { name: "endpoint", text: "http://b.test" },
        ],
      },
    });
  });

  it.each([
    [["rules", "--sign"], "Unknown option --sign of rules: see rules --help for the options."],
    [["diff", "--targte=moto"], "Unknown option --targte of diff: did you mean --target?"],
    [["--seed", "1", "rules"], "--seed is before a subcommand: put it after the subcommand."],
    [
      ["--seed", "1", "rulez"],
      '"rulez" is neither an option nor a subcommand: name a subcommand first, or see --help.',
    ],
    [["-x"], "Unknown option -x: see --help for the options."],
  ])("refuses %j", (args, message) => {
    expect(() => readCommandLine(args, "conform")).toThrow(
      expect.objectContaining({ name: "Fault", message }),
    );
  });

  it("accepts a value that starts like an option after an equals sign, and arguments after -- unchanged", () => {
    expect(given("run", ["--out=--odd"])).toEqual({ out: "--odd" });
    expect(readCommandLine(["judge", "--", "-odd"], "conform")).toMatchObject({
      given: { operands: ["-odd"] },
    });
  });

  it("prints help without loading the modules of a run", async () => {
    const loaded = await reachedFrom("bin/addpermission-conformance.ts");
    expect(loaded).toContain("bin/command-line.ts");
    const light = /^(api\/(options|tool)|bin\/[^/]+|reports\/escape|spec\/[^/]+)\.ts$/;
    expect(loaded.filter((path) => !light.test(path))).toEqual([]);
    expect(loaded.length).toBeLessThan(20);
  });
});

describe("A Fault", () => {
  it("names its option, also when it is thrown deep inside", async () => {
    const wrong = await conform(referenceHandler(), { seed: 1.5 }).catch((error: unknown) => error);
    const deep = await conform(referenceHandler(), { functionName: "none" }).catch((error: unknown) => error);
    expect([wrong, deep]).toMatchObject([{ option: "seed" }, { option: "functionName" }]);
  });
});

async function sources(folders: readonly string[]): Promise<readonly string[]> {
  const paths = await Promise.all(
    folders.map(async (folder) => {
      const found = await readdir(join(root, folder), { recursive: true });
      return found.filter((path) => path.endsWith(".ts")).map((path) => join(root, folder, path));
    }),
  );
  return Promise.all(paths.flat().map((path) => readFile(path, "utf8")));
}

/** The files that a file imports, directly or indirectly. */
async function reachedFrom(start: string): Promise<readonly string[]> {
  const found = new Set([start]);
  for (const path of found) {
    const text = await readFile(join(root, path), "utf8");
    for (const [, to = ""] of text.matchAll(/^(?:import|export) (?!type)[^;]*?from "(\.[^"]+)";/gm))
      found.add(posix.join(dirname(path), to));
  }
  return [...found];
}

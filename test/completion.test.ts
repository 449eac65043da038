import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { completionFor } from "../bin/completion.ts";
import { optionDocs } from "../bin/options.ts";
import { formatNames } from "../reports/collector.ts";

const folder = mkdtempSync(join(tmpdir(), "completion-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function scriptOf(shell: string): string {
  const path = join(folder, shell);
  writeFileSync(path, completionFor(shell));
  return path;
}

function has(shell: string): boolean {
  return spawnSync(shell, ["-c", "true"]).status === 0;
}

/** Printed after what is offered for one case. */
const end = "-- end --";

/** Scripts that print what a shell offers for the last of some words, for one case after the other. */
const scripts: Readonly<Record<string, (each: readonly string[]) => readonly [string, ...string[]]>> = {
  bash: (each) => {
    const asks = each.flatMap((words) => [
      `COMP_WORDS=(addpermission-conformance ${words}); [[ "${words}" == *" " ]] && COMP_WORDS+=("")`,
      "COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )); COMPREPLY=(); _addpermission_conformance",
      `printf '%s\\n' "\${COMPREPLY[@]}" "${end}"`,
    ]);
    return ["-euc", [`source "${scriptOf("bash")}"`, ...asks].join("\n")];
  },
  fish: (each) => {
    const asks = each.map((words) => `complete -C "addpermission-conformance ${words}"; echo "${end}"`);
    return ["--no-config", "-c", [`source "${scriptOf("fish")}"`, ...asks].join("\n")];
  },
};

/** What a shell offers for each of these, in one process; null where it is not installed. */
function offersOf(shell: string, each: readonly string[]): readonly (readonly string[])[] | null {
  const script = scripts[shell];
  if (script === undefined || !has(shell)) return null;
  const { stdout } = spawnSync(shell, script(each), { encoding: "utf8" });
  return stdout.split(`${end}\n`).map(linesOf);
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

const cases: readonly (readonly [words: string, offered: readonly string[]])[] = [
  ["--pro", ["--profile"]],
  ["rep", ["replay"]],
  ["rules --j", ["--json"]],
  ["--seed 1 --up", ["--update-known"]],
  ["--profile ", ["aws", "document"]],
  ["--target p", ["prism"]],
  ["completion z", ["zsh"]],
  ["--format s", ["sarif"]],
  ["compare --format ", ["html", "markdown", "text"]],
  ["diff --format m", ["markdown"]],
  ["judge --format m", ["markdown"]],
  ["--out runn", ["runner"]],
  ["--record runn", ["runner"]],
  ["--known package-l", ["package-lock.json"]],
  ["replay --report package-l", ["package-lock.json"]],
];

it("offers every format that there is", () => {
  const format = optionDocs[""].find(({ name }) => name === "format");
  expect(format).toMatchObject({ choices: formatNames });
});

describe.each(["bash", "fish"])("%s", (shell) => {
  const all = offersOf(
    shell,
    cases.map(([words]) => words),
  );

  it.for(cases.map((one, index) => [...one, index] as const))(
    "completes %j",
    ([, offered, index], { skip }) => {
      if (all === null) skip(`${shell} is not installed`);
      // fish describes what it offers.
      const found = (all?.[index] ?? []).map((line) => (line.split("\t")[0] ?? "").replace(/\/$/, ""));
      expect(found.sort()).toEqual(offered);
    },
  );
});

describe("zsh", () => {
  it("reads its script", ({ skip }) => {
    if (!has("zsh")) skip("zsh is not installed");
    expect(spawnSync("zsh", ["-fn", scriptOf("zsh")], { encoding: "utf8" })).toMatchObject({
      status: 0,
      stderr: "",
    });
  });
});

describe("Any other shell", () => {
  it("is refused with the names of those there are", () => {
    expect(() => completionFor("bsh")).toThrow(/did you mean bash\? Use one of bash, zsh, fish\./);
  });
});

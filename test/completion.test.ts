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

/** What a shell offers for the last of these words. */
const offers: Readonly<Record<string, (words: string) => readonly string[]>> = {
  bash: (words) => {
    const ask = `source "${scriptOf("bash")}"; COMP_WORDS=(addpermission-conformance ${words}); [[ "${words}" == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )); _addpermission_conformance; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return linesOf(spawnSync("bash", ["-euc", ask], { encoding: "utf8" }).stdout);
  },
  fish: (words) => {
    const ask = `source "${scriptOf("fish")}"; complete -C "addpermission-conformance ${words}"`;
    const { stdout } = spawnSync("fish", ["--no-config", "-c", ask], { encoding: "utf8" });
    return linesOf(stdout).map((line) => line.split("\t")[0] ?? "");
  },
};

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
  it.for(cases)("completes %j", ([words, offered], { skip }) => {
    if (!has(shell)) skip(`${shell} is not installed`);
    const found = (offers[shell]?.(words) ?? []).map((one) => one.replace(/\/$/, ""));
    expect(found.sort()).toEqual(offered);
  });
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

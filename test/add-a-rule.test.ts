import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ts } from "./typescript.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The file that the first walk-through in docs/architecture.md changes, and the one that lists the mutants of all rules. */
const walk = {
  rule: `${root}rules/success.ts`,
  mutants: `${root}targets/reference/mutants/index.ts`,
} as const;

const added = `"success.test-of-the-walk": guarantee("A claim", ["R137"], response, "stated", () => holds),`;

/** The compiler errors in the mutants after a change to a rules file. */
function complaints(change: (text: string) => string): readonly string[] {
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  // The files do not need the types of Node, which would take most of the time.
  const options = { ...parsed.options, types: [] };
  const host = ts.createCompilerHost(options);
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
  const read = host.readFile;
  host.readFile = (path) => {
    const text = read(path);
    return path === walk.rule && text !== undefined ? change(text) : text;
  };
  const getSourceFile = host.getSourceFile;
  host.getSourceFile = (path, version, ...rest) =>
    path === walk.rule
      ? ts.createSourceFile(path, host.readFile(path) ?? "", version)
      : getSourceFile(path, version, ...rest);
  const program = ts.createProgram([walk.mutants], options, host);
  const file = program.getSourceFile(walk.mutants);
  return program
    .getSemanticDiagnostics(file)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("A new rule in a rules file", () => {
  it("makes the compiler require its mutant, by name", () => {
    const asked = complaints((text) => text.replace('"success.is-201": guarantee(', `${added}\n  $&`));
    expect(asked).toHaveLength(1);
    expect(asked.join()).toContain("success.test-of-the-walk");
  }, 120_000);
});

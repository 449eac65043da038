import { readdir, readFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import type TS from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { ts } from "./typescript.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

const product = [
  "spec",
  "generators",
  "client",
  "oracle",
  "rules",
  "targets",
  "suites",
  "reports",
  "runner",
] as const;

/** The folders that each folder may import from, besides itself. */
const table: Readonly<Record<string, readonly string[]>> = {
  spec: [],
  generators: ["spec"],
  client: ["spec"],
  oracle: ["spec"],
  rules: ["spec", "oracle"],
  targets: ["spec", "client", "rules"],
  suites: ["spec", "generators"],
  reports: ["spec", "oracle", "rules"],
  runner: product,
  api: product,
  bin: [...product, "api"],
  examples: [],
  test: [...product, "api", "bin"],
};

/** The files of the spec that the reference may execute; from the others it may import types. */
const referenceMayRun = ["spec/constraint.ts", "spec/contract.generated.ts"];

interface Import {
  readonly from: string;
  /** Relative to the root, or the name of a package. */
  readonly to: string;
  readonly typeOnly: boolean;
}

let imports: readonly Import[] = [];
beforeAll(async () => {
  imports = await readImports();
});

describe("The import table", () => {
  it("names every folder that holds TypeScript", async () => {
    const folders = new Set((await sources()).map(folderOf));
    expect([...folders].sort()).toEqual(Object.keys(table).sort());
  });

  it("matches every import", () => {
    const broken = imports.filter(
      ({ from, to }) =>
        folderOf(from) !== folderOf(to) && !(table[folderOf(from)] ?? []).includes(folderOf(to)),
    );
    expect(broken).toEqual([]);
  });

  it("lets the reference execute only the constraints of the spec, and no rules", () => {
    const ofReference = imports.filter(({ from }) => from.startsWith("targets/reference/"));
    const judging = ["spec", "oracle", "rules"];
    const run = ofReference.filter(({ to, typeOnly }) => judging.includes(folderOf(to)) && !typeOnly);
    expect(run.length).toBeGreaterThan(0);
    expect(run.filter(({ to }) => !referenceMayRun.includes(to))).toEqual([]);
  });

  it("is checked by a parser that finds every form of import", () => {
    const text = `
      import a, { type B } from "./a.ts";
      import type { C } from "./c.ts";
      import { type D } from "./d.ts";
      export * from "./e.ts";
      const f = await import("../spec/f.ts");
      type G = import("../g/g.ts").G;
      import "node:fs";`;
    expect(importsOf("bin/x.ts", text).map(({ to, typeOnly }) => [to, typeOnly])).toEqual([
      ["bin/a.ts", false],
      ["bin/c.ts", true],
      ["bin/d.ts", true],
      ["bin/e.ts", false],
      ["spec/f.ts", false],
      ["g/g.ts", true],
    ]);
  });
});

function folderOf(path: string): string {
  return path.split("/")[0] ?? "";
}

async function sources(): Promise<readonly string[]> {
  const found = await Promise.all(
    (await readdir(root, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() && !/^(\..*|node_modules|dist|coverage)$/.test(entry.name))
      .map(async ({ name }) => {
        const paths = await readdir(join(root, name), { recursive: true });
        return paths.map((path) => posix.join(name, path.replaceAll("\\", "/")));
      }),
  );
  return found.flat().filter((path) => /(?<!\.d)\.ts$/.test(path));
}

async function readImports(): Promise<readonly Import[]> {
  const read = async (path: string) => importsOf(path, await readFile(join(root, path), "utf8"));
  return (await Promise.all((await sources()).map(read))).flat();
}

/** Imports of project files, without packages. */
function importsOf(from: string, text: string): readonly Import[] {
  const found: Import[] = [];
  const add = (specifier: TS.Node | undefined, typeOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier) || !specifier.text.startsWith("."))
      return;
    found.push({ from, to: posix.join(dirname(from), specifier.text), typeOnly });
  };
  const visit = (node: TS.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  // Nothing after the last import needs to be parsed.
  const last = ts.preProcessFile(text, true, false).importedFiles.at(-1)?.end ?? 0;
  visit(ts.createSourceFile(from, text.slice(0, text.indexOf(";", last) + 1), ts.ScriptTarget.ESNext));
  return found;
}

function isTypeOnly(clause: TS.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  return (
    clause.name === undefined &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.every((element) => element.isTypeOnly)
  );
}

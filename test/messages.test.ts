import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Node } from "typescript";
import { expect, it } from "vitest";
import { ts } from "./typescript.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders = ["api", "bin", "client", "oracle", "reports", "rules", "runner", "spec", "suites"];

/** The texts of a source file that a person reads: those with two words or more, without markup; `…` stands for a value. */
function messagesIn(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), {
    languageVersion: ts.ScriptTarget.Latest,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });
  const found: string[] = [];
  const visit = (node: Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const text =
      ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)
        ? node.text
        : ts.isTemplateExpression(node)
          ? node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("")
          : "";
    if (/[a-z]{2,} [a-z…]/i.test(text) && !/<\/|\{ /.test(text)) found.push(text.replaceAll("\n", "⏎"));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

it("All texts that people read are in one list", async () => {
  const files = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && /^(?!generate\.|.*generated).*\.ts$/.test(entry.name))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    }),
  );
  const sections = files
    .flat()
    .sort()
    .flatMap((file) => {
      const messages = messagesIn(join(root, file));
      return messages.length === 0 ? [] : [`${file}\n${messages.map((one) => `  ${one}\n`).join("")}`];
    });
  await expect(sections.join("\n")).toMatchFileSnapshot("golden/messages.txt");
});

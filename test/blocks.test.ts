import { describe, expect, it } from "vitest";
import {
  type Block,
  type Document,
  fold,
  list,
  type Mark,
  paragraph,
  type Table,
} from "../reports/blocks.ts";
import { printMarkdown } from "../reports/print-markdown.ts";
import { printTerminal, width } from "../reports/print-terminal.ts";
import { hostile } from "./sample-report.ts";

const marks: readonly Mark[] = ["good", "bad", "differs", "tolerated", "unsure", "idle", "aside", "problem"];

function table(rest: Partial<Table>): Table {
  const rows = ["first", hostile].map(
    (name) => [[{ code: name }], "12", "345", [{ mark: "bad" }, " 500"]] as const,
  );
  return { kind: "table", head: ["name", "some", "more", "most"], rows, tooWide: "stack", ...rest };
}

/** A document unrelated to a run, with every kind of block. */
function documentOf(body: readonly Block[]): Document {
  return {
    title: "A title",
    facts: [
      ["one", "1"],
      ["longer", [{ code: hostile }]],
    ],
    body,
    totals: [],
    conclusion: { text: "The end.", mark: "good" },
    source: "all.json",
  };
}

const everything = documentOf([
  { kind: "heading", text: `About ${hostile}` },
  ...marks.map((mark) => paragraph([{ strong: mark }, ` ${hostile}`], mark)),
  ...list(["::error::x", [{ code: hostile }], hostile]),
  table({ overview: true, rows: [["only in the overview"]] }),
  table({ numbers: true }),
  table({ tooWide: "split" }),
  fold(hostile, [{ kind: "quote", lines: [{ label: "1. ", text: hostile.repeat(3) }] }], "bad"),
]);

const plain = { columns: 80, color: false } as const;

describe("A document", () => {
  it.each([20, 40, 80, 120])("fits a terminal of %d columns", (columns) => {
    const lines = printTerminal(everything, { ...plain, columns }).split("\n");
    expect(lines.filter((line) => width(line) > columns)).toEqual([]);
  });

  it("has no terminal control character and no line that is a CI command", () => {
    const text = printTerminal(everything, { ...plain, verbose: true });
    expect(text).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/,
    );
    const commands = printTerminal(documentOf([paragraph("::error::x"), fold("::add-mask::y", [])]), plain);
    for (const shown of [text, commands]) expect(shown).not.toMatch(/^\s*::|##\[/m);
  });

  it("has only its own markup in Markdown", () => {
    const outside = printMarkdown(everything).replaceAll(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, "");
    const tags = new Set([...outside.matchAll(/<\/?([a-z]+)/g)].map(([, name]) => name));
    expect([...tags].sort()).toEqual(["code", "details", "summary"]);
  });

  it("has its conclusion last on a terminal and first in Markdown", () => {
    expect(printTerminal(everything, plain)).toMatch(/\nThe end\.\n$/);
    expect(printMarkdown(everything)).toMatch(/^## A title\n\n✅ \*\*The end\.\*\*\n/);
  });

  it("shows an overview only where folds can be closed", () => {
    expect(printTerminal(everything, plain)).not.toContain("only in the overview");
    expect(printMarkdown(everything)).toContain("only in the overview");
  });

  it("is truncated in Markdown after a complete block, and says where the rest is", () => {
    const long = documentOf(Array.from({ length: 50 }, () => fold("one", [paragraph("x".repeat(400))])));
    const text = printMarkdown(long, 5000);
    expect(Buffer.byteLength(text)).toBeLessThan(5000);
    expect(text).toContain("See all.json.");
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });
});

describe("A table on a terminal", () => {
  const wide: Table = {
    kind: "table",
    head: ["name", "a".repeat(20), "b".repeat(20)],
    rows: [["first", "1", "2"]],
    tooWide: "stack",
  };

  it("aligns its columns when they fit, with numbers on the right", () => {
    const text = printTerminal(documentOf([{ ...wide, numbers: true }]), plain);
    expect(text).toContain(
      `\nname   ${"a".repeat(20)}  ${"b".repeat(20)}\nfirst                     1                     2\n`,
    );
  });

  it("puts each cell on its own line when they do not fit", () => {
    const text = printTerminal(documentOf([wide]), { ...plain, columns: 40 });
    expect(text).toContain(`\n  first\n      ${"a".repeat(20)}  1\n      ${"b".repeat(20)}  2\n`);
  });

  it("is split into tables with the same rows when the block asks for it", () => {
    const text = printTerminal(documentOf([{ ...wide, tooWide: "split" }]), { ...plain, columns: 40 });
    expect(text).toContain(`\nname   ${"a".repeat(20)}\nfirst  1\n\nname   ${"b".repeat(20)}\nfirst  2\n`);
  });
});

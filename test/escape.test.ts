import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import {
  codeFence,
  codeSpan,
  escapeHtml,
  escapeMarkdown,
  escapeTerminal,
  escapeWorkflowCommand,
  escapeXml,
  escapeXmlAttribute,
} from "../reports/escape.ts";
import { hostile } from "./sample-report.ts";

const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff\u{e0000}-\u{e0fff}]/u;

describe("every escape", () => {
  it.each([
    ["terminal", escapeTerminal],
    ["XML text", escapeXml],
    ["XML attribute", escapeXmlAttribute],
    ["HTML", escapeHtml],
    ["Markdown", escapeMarkdown],
    ["Markdown code span", codeSpan],
    ["Markdown fence", codeFence],
    ["workflow command", (text: string) => escapeWorkflowCommand(text, "data")],
  ])("for %s escapes control and invisible characters", (_, escaped) => {
    expect(escaped(hostile)).not.toMatch(unseen);
  });

  it.each([escapeTerminal, escapeXml, escapeHtml, escapeMarkdown])(
    "keeps other scripts readable (%#)",
    (escaped) => {
      expect(escaped("é ٣ 日本 😀")).toBe("é ٣ 日本 😀");
    },
  );
});

describe("text for a terminal", () => {
  it.each([
    ["\u001b[2J", "\\u001b[2J"],
    ["\u009b31m", "\\u009b31m"],
    ["a\nb\r\tc", "a\\nb\\r\\tc"],
    ["\u202eabc", "\\u202eabc"],
    ["\u{e0041}", "\\u{e0041}"],
    ["\ud800x", "\\ud800x"],
    ["##[add-mask]x", "#\\u0023[add-mask]x"],
    ['{"a":"b\\n"}', '{"a":"b\\n"}'],
  ])("turns %j into %j", (text, expected) => {
    expect(escapeTerminal(text)).toBe(expected);
  });
});

describe("text for XML", () => {
  it("is restored by an independent parser, except for characters that XML forbids", () => {
    const text = "]]> <a b='c'> \"q\" &amp; &#0; x\ny\tz";
    const xml = `<r a="${escapeXmlAttribute(text)}">${escapeXml(text)}</r>`;
    expect(XMLValidator.validate(xml)).toBe(true);
    const options = { ignoreAttributes: false, trimValues: false, processEntities: true, htmlEntities: true };
    expect(new XMLParser(options).parse(xml)).toEqual({ r: { "#text": text, "@_a": text } });
  });

  it("contains no character that XML 1.0 forbids", () => {
    expect(escapeXml(hostile)).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
  });
});

describe("text for HTML", () => {
  it("cannot end an element or an attribute", () => {
    expect(escapeHtml(`</script><a b='c' d="e">\`&`)).toBe(
      "&lt;/script&gt;&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&#96;&amp;",
    );
  });
});

describe("text for Markdown", () => {
  it.each([
    "`code`",
    "a|b",
    "[x](javascript:y)",
    "**b** _i_ ~s~",
    "<b>",
    "a@b",
    "#1",
    "\\|",
    "$x$",
    "&lt;",
    "::error",
  ])("has no markup in %j", (text) => {
    expect(escapeMarkdown(text).replaceAll(/&(#\d+|[a-z]+);/g, "")).not.toMatch(/[\\`*_[\]<>|~&#@$]/);
  });

  it.each([
    ["- item", "&#45; item"],
    ["12. item", "12&#46; item"],
    ["  + item", "&#43; item"],
    ["https://www.example.com", "https&#58;//www&#46;example.com"],
    ["one\ntwo", "one&#92;ntwo"],
  ])("turns %j into %j", (text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });

  it.each(["no ticks", "a ``` b", "``````", "```\n</details>\n~~~", ""])(
    "cannot end the fence around %j",
    (text) => {
      const lines = codeFence(text).split("\n");
      const fence = lines[0] ?? "";
      expect(fence).toMatch(/^`{3,}$/);
      expect(lines.slice(1, -1).some((line) => line.trimStart().startsWith(fence))).toBe(false);
      expect(lines.at(-1)).toBe(fence);
    },
  );
});

describe("text for a workflow command", () => {
  it("stays on its line and cannot name another command or property", () => {
    expect(escapeWorkflowCommand("a\r\n::error::b 100%0A", "data")).toBe("a%0D%0A::error::b 100%250A");
    expect(escapeWorkflowCommand("a,line=1::b\n", "property")).toBe("a%2Cline=1%3A%3Ab%0A");
  });
});

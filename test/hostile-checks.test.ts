import { describe, expect, it } from "vitest";
import { complaintsOf as badlyEscaped } from "./hostile/escaping.ts";
import { servers } from "./hostile/servers/index.ts";
import { whereFound } from "./hostile/traces.ts";
import { complaintsOf } from "./hostile/trial.ts";

const expected = { exit: 1, breaks: ["answer.arrives"], says: /dropped/ } as const;
const ended = { exit: 1, output: "the connection was dropped", maxRssMib: 150, surprises: 0, open: [] };
const rule = (id: string, verdict: string) => ({ id, verdicts: { document: verdict }, reason: "dropped" });
const report = { incomplete: false, requests: 300, faults: [], rules: [rule("answer.arrives", "violated")] };

describe("The check of a run against a hostile server", () => {
  it("has no complaint about a correct run", () => {
    expect(complaintsOf(expected, ended, report)).toEqual([]);
  });

  it.each([
    ["another exit code", { ...ended, exit: 0 }, report, "exit 0 instead of 1"],
    ["a run that was killed", { ...ended, exit: null }, report, "it hung"],
    ["a terminal without the message", { ...ended, output: "fine" }, report, "the terminal does not say"],
    ["too much memory", { ...ended, maxRssMib: 400 }, report, "400 MiB of memory"],
    ["unmeasured memory", { ...ended, maxRssMib: Number.NaN }, report, "NaN MiB of memory"],
    ["an unhandled rejection", { ...ended, surprises: 1 }, report, "1 unhandled errors"],
    ["an open handle", { ...ended, open: ["Timeout"] }, report, "still open: Timeout"],
    [
      "a fault of the suite",
      { ...ended, output: "dropped: a fault of the suite itself" },
      report,
      "for one of ours",
    ],
    ["no report", ended, null, "no report"],
    ["a report of an incomplete run", ended, { ...report, incomplete: true }, "incomplete: true"],
    ["too many requests", ended, { ...report, requests: 1001 }, "1001 requests"],
    ["a rule that is not found", ended, { ...report, rules: [] }, "not found: answer.arrives"],
    ["a report without the message", ended, { ...report, rules: [] }, "the report does not say"],
    [
      "a rule that is falsely blamed",
      ended,
      { ...report, rules: [...report.rules, rule("success.is-201", "violated")] },
      "falsely blamed: success.is-201",
    ],
  ])("complains of %s", (_what, run, told, complaint) => {
    expect(complaintsOf(expected, run, told).join("; ")).toContain(complaint);
  });

  it("has at least 25 servers with unique names", () => {
    const names = servers.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(25);
  });
});

describe("The search for secrets", () => {
  const secret = "planted/Secret+Key=with&odd<00>";
  const percent = encodeURIComponent(secret);
  it.each([
    ["as it is", secret],
    ["percent-encoded", percent],
    ["percent-encoded twice", encodeURIComponent(percent)],
    ["as JSON", JSON.stringify(secret).replaceAll("/", "\\/")],
    ["as escapes of JSON", [...secret].map((one) => `\\u00${one.charCodeAt(0).toString(16)}`).join("")],
    ["as XML", secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")],
    ["as references of XML", [...secret].map((one) => `&#${one.charCodeAt(0)};`).join("")],
    ["in base64", Buffer.from(secret).toString("base64")],
    ["inside base64", Buffer.from(`user:${secret}:more`).toString("base64url")],
  ])("finds one %s", (_how, text) => {
    expect(whereFound([secret], `before ${text} after`).length).toBeGreaterThan(0);
  });

  it("finds none in clean text", () => {
    expect(whereFound([secret], "before [redacted] after")).toEqual([]);
  });
});

describe("The check of what is escaped", () => {
  const files = new Map([
    ["out/report.json", '{"a":"alert(1)"}'],
    ["out/report.html", "<p>&lt;script&gt;</p>"],
    ["out/junit.xml", "<testsuites/>"],
    ["out/report.md", "| a | b |\n|---|---|\n| 1 | 2 |"],
    ["out/github.txt", "::error title=x::y"],
  ]);
  it("has no complaint about escaped text", () => {
    expect(badlyEscaped("alert(1)", files)).toEqual([]);
  });

  it.each([
    ["nothing hostile", "fine", "report.json", "{}", "nothing hostile was quoted"],
    ["an escape sequence on the terminal", "alert(\u001b[31m", "", "", "the terminal holds U+1b"],
    ["a tab on the terminal", "alert(\t", "", "", "the terminal holds a tab"],
    ["a command on the terminal", "alert(\n::error::x", "", "", "a workflow command"],
    ["an override of direction", "alert(", "report.md", "\u202e", "report.md holds U+202e"],
    ["invalid JSON", "alert(", "report.json", '{"a":', "report.json is no JSON"],
    ["a script", "alert(", "report.html", "<script>alert(1)</script>", "report.html has markup"],
    ["invalid XML", "alert(", "junit.xml", "<a>]]>&</b>", "not well-formed"],
    ["an element", "alert(", "junit.xml", "<a><script>x</script></a>", "elements of the target"],
    [
      "a table with uneven rows",
      "alert(",
      "report.md",
      "| a | b |\n|---|---|\n| 1 | 2 | 3 |",
      "different widths",
    ],
    ["an injected annotation", "alert(", "github.txt", "::error title=x::y\n::add-mask::z", "another form"],
  ])("complains of %s", (_what, terminal, file, text, complaint) => {
    const changed = file === "" ? files : new Map(files).set(`out/${file}`, text);
    expect(badlyEscaped(terminal, changed).join("; ")).toContain(complaint);
  });
});

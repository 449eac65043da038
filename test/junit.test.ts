import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { junit } from "../reports/junit.ts";
import { causesReport, greenReport, hostile, sampleReport, sampleRule } from "./sample-report.ts";

interface Node {
  readonly [name: string]: unknown;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  attributesGroupName: "$",
  htmlEntities: true,
  preserveOrder: false,
  isArray: (name) => name === "testcase" || name === "property",
});

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null;
}

function at(node: unknown, ...names: readonly string[]): unknown {
  return names.reduce((inner, name) => (isNode(inner) ? inner[name] : undefined), node);
}

function suiteOf(xml: string) {
  expect(XMLValidator.validate(xml)).toBe(true);
  const suite = at(parser.parse(xml), "testsuites", "testsuite");
  const cases = at(suite, "testcase");
  return { suite, cases: Array.isArray(cases) ? cases.filter(isNode) : [] };
}

describe("the JUnit report", () => {
  it("matches the golden file", async () => {
    await expect(junit(sampleReport())).toMatchFileSnapshot("golden/junit.xml");
  });

  it("has one test case for each rule, and correct counts of failures, errors and skipped ones", () => {
    const { suite, cases } = suiteOf(junit(sampleReport()));
    const having = (name: string) => cases.filter((one) => one[name] !== undefined).length;
    expect(cases).toHaveLength(sampleReport().rules.length);
    expect([having("failure"), having("error"), having("skipped")]).toEqual([2, 2, 4]);
    expect(at(suite, "$")).toMatchObject({ tests: "11", failures: "2", errors: "2", skipped: "4" });
  });

  it("meets the schemas of Jenkins and Ant, including the order of Ant", () => {
    for (const report of [
      sampleReport(),
      greenReport(),
      sampleReport({ rules: [], faults: [], problems: [] }),
    ]) {
      const xml = junit(report);
      const { suite, cases } = suiteOf(xml);
      const attributes = Object.keys(Object(at(suite, "$")));
      const required = [
        "name",
        "package",
        "id",
        "hostname",
        "timestamp",
        "time",
        "tests",
        "failures",
        "errors",
      ];
      expect(attributes).toEqual(expect.arrayContaining(required));
      expect(at(suite, "$", "timestamp")).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
      const order = [...xml.matchAll(/^ {4}<([a-z-]+)/gm)].map(([, name]) => name);
      expect([...new Set(order)].filter((name) => name !== "testcase")).toEqual([
        "properties",
        "system-out",
        "system-err",
      ]);
      for (const one of cases)
        expect(Object.keys(Object(one.$)).sort()).toEqual(["classname", "name", "time"]);
    }
  });

  it("gives the expectation, the answer and the reproduction in a failure", () => {
    const [first] = suiteOf(junit(sampleReport())).cases;
    expect(at(first, "failure", "$", "message")).toBe("expected 201, as the page says, seen 200");
    const text = at(first, "failure", "#text");
    const found = sampleReport().rules[0]?.counterexample;
    expect(text).toContain(`curl: ${found?.curl}`);
    expect(text).toContain(`replay: ${found?.replay}`);
  });

  it("has each cause as a property of the suite, and names it in the failures of its rules", () => {
    const { suite, cases } = suiteOf(junit(causesReport(2)));
    expect(at(suite, "properties", "property")).toContainEqual({
      $: { name: "cause:cause-1", value: "The claim of cause-1 (2 rules: a.1, b.1)" },
    });
    const named = cases.map((one) => /^cause: (\S+),/m.exec(`${at(one, "failure", "#text")}`)?.[1]);
    expect(named).toEqual(["cause-0", "cause-0", "cause-1", "cause-1"]);
  });

  it("decides by the column of the profile", () => {
    const { suite } = suiteOf(junit(sampleReport({ profile: "aws" })));
    expect(at(suite, "$")).toMatchObject({ failures: "3", errors: "3", skipped: "4" });
    const { cases } = suiteOf(junit(sampleReport({ profile: "aws" })));
    expect(at(cases.at(-1), "skipped", "$", "message")).toBe(
      "does not count in the aws column: it belongs to the document column",
    );
  });

  it("contains the faults and says that a run is incomplete", () => {
    const problems = ["one", "two"].map((message) => ({ code: "stopped", message }) as const);
    const { suite } = suiteOf(junit(sampleReport({ incomplete: true, problems })));
    expect(at(suite, "system-err")).toBe("The run is incomplete.\none\ntwo");
  });

  it("stays well-formed for any text of a target, a rule or a name", () => {
    const rule = sampleRule(hostile, { title: hostile, source: hostile });
    const target = { name: hostile, endpoint: hostile, cannot: [hostile] };
    const xml = junit(sampleReport({ rules: [rule, ...sampleReport().rules], target, faults: [hostile] }));
    expect(suiteOf(xml).cases).toHaveLength(12);
    expect(xml).toMatch(/^[\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
  });
});

import { causeLine, rulesText, type ShownCause, shownCauses } from "./causes.ts";
import { escapeTerminal, escapeXml, escapeXmlAttribute } from "./escape.ts";
import { becauseText, findingText, gateText, reasonText } from "./finding.ts";
import type { GateEntry, Report, RuleReport } from "./report.ts";
import { gateFailures, ruleStatus } from "./verdict.ts";

type Result = "passed" | "failure" | "error" | "skipped";

/**
 * JUnit XML, valid against the XSDs of Jenkins and of Ant: one test case for each rule, by the column that decides.
 * A rule without a verdict is an error, unless the target lacks a capability that the rule needs. The causes are
 * properties of the suite: the schema of Ant admits none in a test case, so the text of each failure names its cause.
 */
export function junit(report: Report): string {
  const causes = shownCauses(report);
  const cases = [
    ...report.rules.map((rule) => testCase(rule, report, causes)),
    ...gateFailures(report).map((one) => gateCase(one, report)),
  ];
  const messages = report.problems.flatMap(({ message, stack = [] }) => [message, ...stack]);
  const faults = [...(report.incomplete ? ["The run is incomplete."] : []), ...messages];
  const { tool, target, profile, seed } = report;
  const properties: Readonly<Record<string, string>> = {
    target: target.name,
    endpoint: target.endpoint,
    profile,
    seed: `${seed}`,
    version: tool.version,
    ...Object.fromEntries(causes.map((one) => [`cause:${one.cause.id}`, causeText(one)])),
  };
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    `  <testsuite ${attributes(suiteAttributes(report, cases))}>`,
    "    <properties>",
    ...Object.entries(properties).map(([name, value]) => `      <property ${attributes({ name, value })}/>`),
    "    </properties>",
    ...cases.map(({ xml }) => xml),
    "    <system-out/>",
    `    <system-err>${escapeXml(faults.map(escapeTerminal).join("\n"))}</system-err>`,
    "  </testsuite>",
    "</testsuites>",
  ];
  return `${lines.join("\n")}\n`;
}

function causeText(one: ShownCause): string {
  return `${one.title} (${rulesText(one)})`;
}

interface JunitTestCase {
  readonly result: Result;
  readonly xml: string;
}

function suiteAttributes(report: Report, cases: readonly JunitTestCase[]): Readonly<Record<string, string>> {
  const number = (result: Result) => `${cases.filter((one) => one.result === result).length}`;
  return {
    name: report.target.name === "" ? "target" : report.target.name,
    package: report.tool.name,
    id: "0",
    hostname: "localhost",
    // The Ant schema admits neither a fraction nor a time zone.
    timestamp: report.startedAt.slice(0, 19),
    time: (report.durationMs / 1000).toFixed(3),
    tests: `${cases.length}`,
    failures: number("failure"),
    errors: number("error"),
    skipped: number("skipped"),
  };
}

function testCase(rule: RuleReport, report: Report, causes: readonly ShownCause[]): JunitTestCase {
  const { result, child } = outcome(rule, report, causes);
  const classname = `${report.tool.name}.${rule.id.split(".")[0] ?? rule.id}`;
  const opening = `    <testcase ${attributes({ classname, name: `${rule.id}: ${rule.title}`, time: timeOf(rule, report) })}`;
  return { result, xml: child === "" ? `${opening}/>` : `${opening}>\n      ${child}\n    </testcase>` };
}

/** A test case for an entry of the known-file that fails the run. */
function gateCase(one: GateEntry, { tool }: Report): JunitTestCase {
  const { code, entry, rule = entry } = one;
  const text = gateText(one);
  const child = `<failure ${attributes({ type: code, message: text })}>${escapeXml(escapeTerminal(text))}</failure>`;
  const opening = `    <testcase ${attributes({ classname: `${tool.name}.known-file`, name: `${code}: ${rule}`, time: "0.000" })}`;
  return { result: "failure", xml: `${opening}>\n      ${child}\n    </testcase>` };
}

/** The rule's share of the run, in seconds: requests test many rules at once, so the run is divided by checked exchanges. */
function timeOf({ observations }: RuleReport, { rules, durationMs }: Report): string {
  const all = rules.reduce((sum, rule) => sum + rule.observations, 0);
  return (all === 0 ? 0 : (durationMs / 1000) * (observations / all)).toFixed(3);
}

function outcome(
  rule: RuleReport,
  report: Report,
  causes: readonly ShownCause[],
): { readonly result: Result; readonly child: string } {
  const skipped = (message: string) =>
    ({ result: "skipped", child: `<skipped ${attributes({ message })}/>` }) as const;
  const is = ruleStatus(rule, report);
  switch (is) {
    case "holds":
      return { result: "passed", child: "" };
    case "violated":
      return { result: "failure", child: failure(rule, causes) };
    case "known":
    case "recorded": {
      const because = becauseText(rule);
      const what = is === "known" ? "known deviation" : "not judged, as the known-file records";
      return skipped(`${what}${because === "" ? "" : `: ${because}`}`);
    }
    case "excused":
    case "explained":
      return skipped(reasonText(rule));
    case "ignored":
      return skipped(`does not count in the ${report.profile} column: ${whyIgnored(rule)}`);
    default: {
      const opening = `<error ${attributes({ type: is, message: reasonText(rule) })}`;
      const child =
        rule.unconfirmed === undefined
          ? `${opening}/>`
          : `${opening}>${escapeXml(findingText(rule))}</error>`;
      return { result: "error", child };
    }
  }
}

function whyIgnored({ columns = [], basis }: RuleReport): string {
  return columns.length === 0 ? `its basis is ${basis}` : `it belongs to the ${columns.join(" and ")} column`;
}

function failure(rule: RuleReport, causes: readonly ShownCause[]): string {
  const found = rule.counterexample;
  const message = found === undefined ? rule.title : `expected ${found.expected}, seen ${found.seen}`;
  const text = [findingText(rule), ...causeLine(rule, causes)].join("\n");
  return `<failure ${attributes({ type: rule.id, message })}>${escapeXml(text)}</failure>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escapeXmlAttribute(value)}"`)
    .join(" ");
}

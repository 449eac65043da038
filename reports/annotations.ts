import type { Location, Log, Notification, ReportingDescriptor, Result, Suppression } from "sarif";
import { rulesText, type ShownCause, shownCauses } from "./causes.ts";
import { escapeJson, escapeTerminal, escapeWorkflowCommand } from "./escape.ts";
import { becauseText, findingText, gateText, reasonText } from "./finding.ts";
import type { GateEntry, Report, RuleReport } from "./report.ts";
import { count, gateFailures, type RuleStatus, ruleStatus, rulesThat, verdictSentence } from "./verdict.ts";

/**
 * Workflow commands for GitHub Actions: an error for each cause of violations, each entry of the known-file that fails the
 * run and each fault, a warning for each rule without a verdict, and one notice for all known deviations.
 */
export function github(report: Report): string {
  const unjudged = [...rulesThat(report, "inconclusive"), ...rulesThat(report, "unexercised")];
  const errors = [
    ...shownCauses(report).map(violation),
    ...gateFailures(report).map((one) => outdated(one, report)),
    ...report.faults.map((fault): Annotation => ({ title: "Fault", message: fault, brief: fault })),
  ];
  const warnings = unjudged.map((rule) => ({ title: heading(rule), message: reasonText(rule) }));
  const lines = [
    ...shown(errors, most).map((one) => annotation("error", one)),
    ...shown(warnings, most).map((one) => annotation("warning", one)),
    ...knownNotice(report).map((one) => annotation("notice", one)),
    annotation("notice", { title: report.tool.name, message: verdictSentence(report) }),
  ];
  return `${lines.join("\n")}\n`;
}

interface Annotation {
  readonly title: string;
  readonly message: string;
  /** The place in a file of the repository. */
  readonly file?: string;
  readonly line?: number;
  /** What stands for it where there is no room for it; the title by default. */
  readonly brief?: string;
}

/** GitHub shows that many annotations of one level from a step. */
const most = 10;

/** The first annotations, and the others in brief in the last one that there is room for. */
function shown(all: readonly Annotation[], room: number): readonly Annotation[] {
  if (all.length <= room) return all;
  const rest = all.slice(room - 1).map(({ title, brief = title }) => brief);
  return [...all.slice(0, room - 1), { title: `And ${rest.length} more`, message: rest.join("\n") }];
}

/** GitHub truncates longer annotations. */
const longest = 4000;

function annotation(
  level: "error" | "warning" | "notice",
  { title, message, file, line }: Annotation,
): string {
  const data = escapeWorkflowCommand([...message].slice(0, longest).join(""), "data");
  const properties = Object.entries({ title, file, line }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${escapeWorkflowCommand(`${value}`, "property")}`],
  );
  return `::${level} ${properties.join(",")}::${data}`;
}

/** An entry of the known-file that fails the run, at its line in the file. */
function outdated(one: GateEntry, { gate }: Report): Annotation {
  const { code, entry, rule = entry, line } = one;
  return {
    title: `${code} ${rule}`,
    message: gateText(one),
    ...(gate === undefined ? {} : { file: gate.file }),
    ...(line === undefined ? {} : { line }),
    brief: gateText(one),
  };
}

/** All known deviations with their reasons; empty without any. */
function knownNotice(report: Report): readonly Annotation[] {
  const known = rulesThat(report, "known");
  if (known.length === 0) return [];
  const lines = known.map((rule) => [rule.id, becauseText(rule)].filter((part) => part !== "").join(": "));
  return [{ title: `${count(known.length, "known deviation")}`, message: lines.join("\n") }];
}

function heading({ id, title }: Pick<RuleReport, "id" | "title">): string {
  return `${id} ${title}`;
}

function violation(one: ShownCause): Annotation {
  const { cause, violated, rule, found } = one;
  const title = heading({ id: cause.id, title: one.title });
  const rules = violated.length === 1 && rule.id === cause.id ? [] : [rulesText(one)];
  const lines = [
    `expected ${found.expected}`,
    `seen ${found.seen}`,
    ...rules,
    `source ${rule.source}`,
    found.replay,
  ];
  return { title, message: lines.join("\n"), brief: [title, ...rules].join("; ") };
}

type Level = "error" | "warning";

const levels: Readonly<Partial<Record<RuleStatus, Level>>> = {
  violated: "error",
  known: "error",
  inconclusive: "warning",
  unexercised: "warning",
};

/**
 * SARIF 2.1.0: one result for each cause of violations, with its rules as related locations, and one for each other rule
 * that is not green. Known deviations are suppressed. GitHub needs a file for each result: the report beside this one.
 */
export function sarif(report: Report): string {
  const { tool, rules, incomplete, faults } = report;
  const own = gateFailures(report).length === 0 ? [] : [gateDescriptor];
  const driver = { name: tool.name, version: tool.version, rules: [...rules.map(descriptor), ...own] };
  const causes = shownCauses(report);
  const grouped = new Set(causes.flatMap(({ violated }) => violated));
  const rest = rules.flatMap((rule) => {
    const level = levels[ruleStatus(rule, report)];
    return level === undefined || grouped.has(rule) ? [] : [result(rule, level, report)];
  });
  const outdated = gateFailures(report).map((one) => gateResult(one, report));
  const results = [...causes.flatMap((cause) => causeResult(cause, report)), ...outdated, ...rest];
  const notifications = faults.map((text): Notification => ({ level: "error", message: { text } }));
  const invocation = {
    executionSuccessful: !incomplete && faults.length === 0,
    startTimeUtc: report.startedAt,
    toolExecutionNotifications: notifications,
  };
  const run = { tool: { driver }, invocations: [invocation], results };
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [run],
  };
  return `${escapeJson(JSON.stringify(log, null, 2))}\n`;
}

const gateDescriptor = {
  id: "known-file",
  shortDescription: { text: "Each known deviation is as the known-file records it" },
} satisfies ReportingDescriptor;

/** An entry of the known-file that fails the run, at its line in the file. */
function gateResult(one: GateEntry, { gate, rules }: Report): Result {
  const { code, entry, rule = entry, line = 1 } = one;
  const id = `${code}/${entry}/${rule}`;
  return {
    ruleId: gateDescriptor.id,
    ruleIndex: rules.length,
    level: "error",
    message: { text: escapeTerminal(`${code}: ${gateText(one)}`) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(gate?.file ?? "") },
          region: { startLine: Math.max(1, line) },
        },
        logicalLocations: [{ fullyQualifiedName: rule, kind: "resource" }],
      },
    ],
    partialFingerprints: { "known-file/v1": id, primaryLocationLineHash: `${id}:1` },
  };
}

function descriptor({ id, title, basis, source }: RuleReport): ReportingDescriptor {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: `${title} (${basis}: ${source})` },
  };
}

function result(rule: RuleReport, level: Level, report: Report): Result {
  const text = level === "warning" && rule.reason !== undefined ? rule.reason : findingText(rule);
  return {
    ruleId: rule.id,
    ruleIndex: report.rules.indexOf(rule),
    level,
    message: { text },
    locations: [location(rule, report)],
    // GitHub tells results in one line of a file apart by this hash.
    partialFingerprints: { "rule/v1": rule.id, primaryLocationLineHash: `${rule.id}:1` },
    ...(rule.known ? { suppressions: [suppression(rule)] } : {}),
  };
}

function suppression(rule: RuleReport): Suppression {
  const because = becauseText(rule);
  const justification = because === "" ? {} : { justification: escapeTerminal(because) };
  return { kind: "external", status: "accepted", ...justification };
}

/**
 * The result of a cause has the id of its first violated rule, in the order of the report: code scanning tells alerts
 * apart by that id, and which counterexample is the shortest may differ between runs.
 */
function causeResult(one: ShownCause, report: Report): readonly Result[] {
  const [first, ...others] = one.violated;
  if (first === undefined) return [];
  const own = result(first, "error", report);
  const named = others.length === 0 ? [] : [`${one.title} (${rulesText(one)}).`];
  return [
    {
      ...own,
      message: { text: [...named, findingText(first)].join("\n") },
      ...(others.length === 0
        ? {}
        : { relatedLocations: others.map((rule, id) => related(rule, id, report)) }),
      partialFingerprints: { ...own.partialFingerprints, "cause/v1": one.cause.id },
      properties: { cause: one.cause.id, rules: one.violated.map(({ id }) => id) },
    },
  ];
}

function related(rule: RuleReport, id: number, report: Report): Location {
  const found = rule.counterexample;
  const sides = found === undefined ? "" : `: expected ${found.expected}, seen ${escapeTerminal(found.seen)}`;
  return { id, ...location(rule, report), message: { text: `${rule.title}${sides}` } };
}

function location(rule: RuleReport, { target }: Report): Location {
  return {
    physicalLocation: { artifactLocation: { uri: "report.json" }, region: { startLine: 1 } },
    logicalLocations: [{ fullyQualifiedName: `${target.name}/${rule.id}`, kind: "resource" }],
  };
}

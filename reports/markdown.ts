import { Buffer } from "node:buffer";
import {
  cellStanding,
  cellWords,
  coverageInputs,
  coverageRows,
  coverageSentence,
  sentFor,
} from "./coverage.ts";
import { codeFence, codeSpan, escapeMarkdown, escapeTerminal } from "./escape.ts";
import { historyLines, reasonText } from "./finding.ts";
import type { CoverageCell, Report, RuleReport } from "./report.ts";
import { count, rulesThat, type Standing, verdictSentence } from "./verdict.ts";

/** Most bytes of UTF-8 that a CI job summary takes. */
export const summaryLimit = 1024 * 1024;

/** Longest text of one finding's block, in characters: a huge body must not push the other findings out. */
const longestBlock = 16_000;

/** The report for a CI job summary: totals, a table of violations, and a block to unfold for each; cut with a note at the limit. */
export function markdown(report: Report, limitBytes: number = summaryLimit): string {
  const violated = rulesThat(report, "violated");
  const head = [title(report), totals(report), ...faults(report), ...table(violated)];
  const tail = [...others(report), ...coverage(report), ...questions(report)];
  const blocks = [...head, ...violated.map(details), ...tail];
  const kept = whatFits(blocks, limitBytes);
  const note = "_The rest is left out: it does not fit. See report.json._";
  return `${(kept.length < blocks.length ? [...kept, note] : kept).join("\n\n")}\n`;
}

function whatFits(blocks: readonly string[], limitBytes: number): readonly string[] {
  let left = limitBytes - 100;
  const end = blocks.findIndex((block) => {
    left -= Buffer.byteLength(block) + 2;
    return left < 0;
  });
  return end < 0 ? blocks : blocks.slice(0, end);
}

function title(report: Report): string {
  const { tool, target, profile, seed, requests, durationMs, incomplete } = report;
  const facts = [
    `target ${codeSpan(target.name)} at ${codeSpan(target.endpoint)}`,
    `profile ${codeSpan(profile)}`,
    `seed ${codeSpan(`${seed}`)}`,
    count(requests, "request"),
    `${(durationMs / 1000).toFixed(1)} s`,
    ...(incomplete ? ["**incomplete**"] : []),
  ];
  return `## ${escapeMarkdown(tool.name)}\n\n**${escapeMarkdown(verdictSentence(report))}**\n\n${facts.join(" · ")}`;
}

const tallies = ["holds", "violated", "known", "inconclusive", "unexercised"] as const;

function totals(report: Report): string {
  const rows = (["document", "aws"] as const).map((column) => {
    const cells = tallies.map((tally) => `${report.summary[column][tally]}`);
    return row([column === report.profile ? `**${column}** (decides)` : column, ...cells]);
  });
  return [row(["column", ...tallies]), row(["---", ...tallies.map(() => "--:")]), ...rows].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function faults(report: Report): readonly string[] {
  if (report.faults.length === 0) return [];
  return [["### Faults", "", ...report.faults.map((fault) => `- ${codeSpan(cut(fault, 1000))}`)].join("\n")];
}

function table(violated: readonly RuleReport[]): readonly string[] {
  if (violated.length === 0) return [];
  const rows = violated.map(({ id, title: claim, counterexample: found }) =>
    row([
      codeSpan(id),
      escapeMarkdown(claim),
      found === undefined ? "" : codeSpan(cut(found.expected, 120)),
      found === undefined ? "" : codeSpan(cut(found.seen, 120)),
    ]),
  );
  const heading = [row(["rule", "claim", "expected", "seen"]), row(["---", "---", "---", "---"])];
  return [["### Violations", "", ...heading, ...rows].join("\n")];
}

function details(rule: RuleReport): string {
  const found = rule.counterexample;
  const summary = `<details><summary>${codeSpan(rule.id)} ${escapeMarkdown(rule.title)}</summary>`;
  const origin = `${rule.basis} · ${escapeMarkdown(rule.source)}`;
  if (found === undefined) return [summary, origin, "</details>"].join("\n\n");
  const reproduced = found.reproduced === undefined ? [] : [`reproduced: ${found.reproduced}`];
  const story = [
    `expected: ${found.expected}`,
    `seen: ${found.seen}`,
    ...reproduced,
    ...historyLines(found.steps),
  ];
  const commands = codeFence(`${command(found.curl)}\n${command(found.replay)}`, "sh");
  return [
    summary,
    origin,
    codeFence(cut(story.map(escapeTerminal).join("\n"), longestBlock), "text"),
    commands,
    "</details>",
  ].join("\n\n");
}

/** A command that is cut is no command; say where it is instead. */
function command(text: string): string {
  return text.length <= longestBlock ? text : `# a command of ${text.length} characters: see report.json`;
}

function cut(text: string, longest: number): string {
  const characters = [...text];
  if (characters.length <= longest) return text;
  return `${characters.slice(0, longest).join("")}… (${characters.length} characters)`;
}

const headings = {
  known: "Known deviations",
  inconclusive: "Inconclusive",
  unexercised: "Unexercised",
  excused: "What the target cannot do",
  explained: "Explained by what is known",
} as const satisfies Partial<Record<Standing, string>>;

function others(report: Report): readonly string[] {
  return (["known", "inconclusive", "unexercised", "excused", "explained"] as const).flatMap((wanted) => {
    const rules = rulesThat(report, wanted);
    if (rules.length === 0) return [];
    // Rules with one reason share a line: of a run that never began there is one for them all.
    const byReason = new Map<string, string[]>();
    for (const rule of rules) {
      const reason = wanted === "known" ? (rule.reason ?? rule.title) : reasonText(rule);
      byReason.set(reason, [...(byReason.get(reason) ?? []), codeSpan(rule.id)]);
    }
    const items = [...byReason].map(([reason, ids]) => `- ${codeSpan(cut(reason, 300))}: ${ids.join(", ")}`);
    return [
      `<details><summary>${headings[wanted]} (${rules.length})</summary>\n\n${items.join("\n")}\n\n</details>`,
    ];
  });
}

/** One row a member: a lone number went as the document says, anything else is said in words. */
function coverage(report: Report): readonly string[] {
  if (report.coverage === undefined) return [];
  const cell = (of: CoverageCell | null): string => {
    if (of === null || cellStanding(of) === "unreachable") return "";
    if (cellStanding(of) === "empty") return "**0**";
    return cellStanding(of) === "kept" ? `${sentFor(of)}` : cellWords(of).join(", ");
  };
  const lines = [
    row(["member", ...coverageInputs.map(([, heading]) => heading)]),
    row(["---", ...coverageInputs.map(() => "--:")]),
    ...coverageRows(report.coverage).map(({ member, cells }) => row([codeSpan(member), ...cells.map(cell)])),
  ];
  const note = "A lone number went as the document says.";
  const text = `${coverageSentence(report) ?? ""} ${note}\n\n${lines.join("\n")}`;
  return [`<details><summary>Coverage</summary>\n\n${text}\n\n</details>`];
}

function questions(report: Report): readonly string[] {
  if (report.questions.length === 0) return [];
  const items = report.questions.map(
    ({ id, title: asked, answer }) =>
      `- ${codeSpan(id)} ${escapeMarkdown(asked)} ${codeSpan(cut(answer, 300))}`,
  );
  const summary = `<summary>Where the document is silent (${report.questions.length})</summary>`;
  return [`<details>${summary}\n\n${items.join("\n")}\n\n</details>`];
}

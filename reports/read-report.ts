import { silences } from "../spec/exchange.ts";
import { Fault } from "../spec/fault.ts";
import type { DiffReport } from "./diff.ts";
import type { CauseReport, Counterexample, Report, RuleReport } from "./report.ts";
import type { Report as ReadReport } from "./schemas.generated.ts";
import { checkSchema, problemPhrase, shortJson } from "./schemas.ts";

const schema = "addpermission-conformance/report@1";
const diffSchema = "addpermission-conformance/diff@1";

/** Reads a report.json, also of an earlier version. Throws a `Fault` when it is truncated, not JSON, of another version, or not a report. */
export function readReport(text: string, fileName: string): Report {
  const value = parse(text, fileName);
  const found = schemaIn(value);
  if (found !== schema) {
    const version = found === undefined ? "no schema" : `the schema ${shortJson(found)}`;
    throw new Fault(
      `${fileName} has ${version}, expected "${schema}": compare reports that this release wrote.`,
    );
  }
  const checked = checkSchema("Report", value);
  if (checked.ok) return withCodes(checked.value);
  throw new Fault(
    `${fileName} is not a valid report: ${problemPhrase(checked.problem, "the report")}; run \`conform\` again to write a new one.`,
  );
}

/**
 * Reads a report.json or a diff.json, whichever it is. Throws a `Fault` when it is neither, or truncated, or of another
 * version.
 */
export function readReportOrDiff(
  text: string,
  fileName: string,
):
  | { readonly kind: "report"; readonly report: Report }
  | { readonly kind: "diff"; readonly diff: DiffReport } {
  const value = parse(text, fileName);
  if (schemaIn(value) !== diffSchema) return { kind: "report", report: readReport(text, fileName) };
  const checked = checkSchema("Diff", value);
  if (checked.ok) return { kind: "diff", diff: checked.value };
  throw new Fault(
    `${fileName} is not a valid diff.json: ${problemPhrase(checked.problem, "it")}; run \`diff\` again to write a new one.`,
  );
}

function schemaIn(value: unknown): unknown {
  return typeof value === "object" && value !== null && "schema" in value ? value.schema : undefined;
}

function parse(text: string, fileName: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (cause) {
    if (text.trim() === "") {
      throw new Fault(`${fileName} is empty, expected a report.json: run \`conform\` again to write it.`, {
        cause,
      });
    }
    if (isCutOff(text)) {
      const size = `${Buffer.byteLength(text)} bytes`;
      throw new Fault(
        `${fileName} is truncated after ${size}, expected a complete report.json: run \`conform\` again to write it.`,
        { cause },
      );
    }
    throw new Fault(
      `${fileName} starts with ${shortJson(text.trimStart().slice(0, 20))} and is not JSON, expected a report.json: name that file.`,
      { cause },
    );
  }
}

/** True when the text opens an object and does not close it. */
function isCutOff(text: string): boolean {
  if (!text.trimStart().startsWith("{")) return false;
  let depth = 0;
  let isQuoted = false;
  for (const [token] of text.matchAll(/\\.|["{}[\]]/gs)) {
    if (token === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (token === "{" || token === "[")) depth += 1;
    else if (!isQuoted && (token === "}" || token === "]")) depth -= 1;
    if (depth === 0) return false;
  }
  return true;
}

/** Adds the codes that a report of an earlier version says in sentences only. */
export function withCodes({ problems, rules, ...report }: ReadReport): Report {
  return {
    ...report,
    problems: problems ?? report.faults.map((message) => ({ code: "unknown", message })),
    rules: rules.map((rule) => ({
      ...rule,
      ...reasonIn(rule, report.target.cannot),
      ...(rule.counterexample && { counterexample: withRerunsAndSilences(rule.counterexample) }),
    })),
  };
}

const explained = "explained by the violation of ";

/** Why a rule has no verdict, as a code. */
function reasonIn(
  { reason, reasonCode }: RuleReport,
  cannot: readonly string[],
): Pick<RuleReport, "reasonCode" | "explainedBy"> {
  if (reason === undefined || reasonCode !== undefined) return {};
  if (cannot.includes(reason)) return { reasonCode: "unsupported" };
  if (!reason.startsWith(explained)) return {};
  return { reasonCode: "explained", explainedBy: reason.slice(explained.length) };
}

function withRerunsAndSilences(found: Counterexample): Counterexample {
  const [, shown, tried] = /^(\d+) of (\d+)$/.exec(found.reproduced ?? "") ?? [];
  const reruns = found.reruns ?? (shown && { shown: Number(shown), tried: Number(tried) });
  const steps = found.steps.map((step) => {
    const silenceCode = step.silenceCode ?? silences.find((code) => code === step.silence?.split(":")[0]);
    return { ...step, ...(silenceCode && { silenceCode }) };
  });
  return { ...found, ...(reruns && { reruns }), steps };
}

/** The causes of all violations; a violated rule without one, as in an old report, is a cause of its own. */
export function causesIn({ causes = [], rules }: Pick<Report, "causes" | "rules">): readonly CauseReport[] {
  const grouped = new Set(causes.flatMap((cause) => cause.rules));
  const single = rules.flatMap(({ id, title, observations, counterexample }): readonly CauseReport[] =>
    counterexample === undefined || grouped.has(id)
      ? []
      : [{ id, title, gravity: "error", rules: [id], requests: observations, rule: id, counterexample }],
  );
  return [...causes, ...single];
}

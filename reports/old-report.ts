import { silences } from "../spec/exchange.ts";
import type { Problem } from "./reason.ts";
import type { Counterexample, CounterexampleStep, Report, RuleReport } from "./report.ts";

/**
 * The reader of old reports. Until 0.1.0 a report said some of what decides in sentences alone. Those sentences are
 * read here and nowhere else, and only where the member that has the same as a code is not there.
 */

const explained = "explained by the violation of ";

/** Why a rule has no verdict, as a code. */
export function reasonIn(
  rule: RuleReport,
  { target }: Pick<Report, "target">,
): Pick<RuleReport, "reasonCode" | "excusedBy" | "explainedBy"> {
  const { reason, reasonCode } = rule;
  if (reason === undefined || reasonCode !== undefined) return rule;
  if (target.cannot.includes(reason)) return { reasonCode: "unsupported" };
  if (!reason.startsWith(explained)) return {};
  return { reasonCode: "explained", explainedBy: reason.slice(explained.length) };
}

/** How often a counterexample showed when it was sent again; null where that is not known. */
export function rerunsIn({
  reruns,
  reproduced = "",
}: Pick<Counterexample, "reruns" | "reproduced">): NonNullable<Counterexample["reruns"]> | null {
  if (reruns !== undefined) return reruns;
  const [, shown, tried] = /^(\d+) of (\d+)$/.exec(reproduced) ?? [];
  return shown === undefined ? null : { shown: Number(shown), tried: Number(tried) };
}

/** Why a step has no response, as a code; null where that is not known. */
export function silenceIn({
  silenceCode,
  silence = "",
}: Pick<CounterexampleStep, "silence" | "silenceCode">): CounterexampleStep["silenceCode"] | null {
  return silenceCode ?? silences.find((code) => code === silence.split(":")[0]) ?? null;
}

/** What went wrong on our side or on the way; of what kind it was is not known of an old report. */
export function problemsIn({ faults, problems = [] }: Report): readonly Problem[] {
  return faults.map((message, index) => {
    const problem = problems[index];
    return problem?.message === message ? problem : { code: "unknown", message };
  });
}

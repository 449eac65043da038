import type { Finding } from "../oracle/judge.ts";
import type { Rule } from "../oracle/rule.ts";
import { answerShape } from "../reports/deviation.ts";
import { errorName } from "../spec/answer.ts";
import type { Answer } from "../spec/exchange.ts";

/** A kind of input, and the answer to it. */
export interface InputKind {
  /** Empty for a rule about any refusal, which has answers only. */
  readonly kind: string;
  readonly answer: string;
}

/** Says whether the file of known deviations lists the rule, but not this kind of input. */
export type IsNews = (rule: string, kind: InputKind) => boolean;

/** The suites that send the same inputs at every seed, each alone. */
const deterministic = /^(boundary|spellings|state)\//;

/** True for a test case whose requests are of the same kinds at every seed. */
export function hasKinds(testCase: string): boolean {
  return deterministic.test(testCase);
}

/**
 * The kind of input that a violation shows; null where it is not sure to come again: without an answer, or where the target
 * may have failed at any request. `key` is the key of the only step of its batch.
 */
export function kindOf(finding: Finding, testCase: string, key: string): InputKind | null {
  const { rule, judgement, of } = finding;
  if (judgement.verdict !== "violated" || !hasKinds(testCase) || !isAddition(of)) return null;
  if (judgement.whileServing !== undefined || judgement.onNewConnection || of.together) return null;
  const answer = answerIn(finding);
  if (answer === null) return null;
  const about = isAboutInputs(rule) ? labelOf(rule, testCase, key) : isAboutRefusals(rule) ? "" : null;
  return about === null ? null : { kind: about, answer };
}

/** Says whether the rule demands an answer to one kind of requests, so that each of its kinds of input is named. */
export function isAboutInputs({ trigger: { on } }: Rule): boolean {
  return on === "refusal-reason" || on === "variation";
}

function isAboutRefusals({ trigger: { on }, id }: Rule): boolean {
  return on === "refusal" || (on === "answer" && id.startsWith("errors."));
}

function isAddition(of: object | undefined): of is { readonly answer: Answer; readonly together: boolean } {
  return of !== undefined && "kind" in of && of.kind === "addition";
}

/** The answer that a violation shows: "accepted", or status and error name. Null without an answer. */
export function answerIn({ of }: Finding): string | null {
  if (!isAddition(of) || of.answer.kind === "none") return null;
  return answerShape(of.answer.status, errorName(of.answer));
}

/** "space-amid", or "StatementId space-amid" where the rule is about something else. */
function labelOf({ id }: Rule, testCase: string, key: string): string {
  const [, topic = ""] = testCase.split("/");
  return topic === id.split(".")[0] ? key : `${topic} ${key}`;
}

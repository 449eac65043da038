import type { Rule } from "../oracle/rule.ts";
import {
  type CampaignReport,
  type CauseReport,
  type Column,
  type Counterexample,
  type CounterexampleStep,
  type CoverageReport,
  type LatencyReport,
  type Outcome,
  type Problem,
  type QuestionReport,
  type Reason,
  type Report,
  type RuleReport,
  reasonMembers,
  type Tally,
} from "../reports/report.ts";
import { counts } from "../reports/verdict.ts";
import { causeOf, causesOf } from "../rules/causes.ts";
import { errorName } from "../spec/answer.ts";
import { grouped } from "../spec/collections.ts";
import type { Exchange, Header } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { columns, type UnsupportedCapability } from "../spec/verdict.ts";
import { singleAnswer } from "./candidates.ts";
import { unsupportedReason } from "./capabilities.ts";
import type { Confirmed } from "./confirm.ts";
import { endingExpected } from "./endings.ts";
import type { RunHead, Spent } from "./events.ts";
import type { KindsSeen } from "./observe/results.ts";
import { reproduction, shellOf } from "./reproduction.ts";
import { type Findings, type RuleResult, resultKey, type Suspected } from "./rule-results.ts";
import type { RunOptions } from "./run.ts";

/** What single events say of a run. */
export interface RunFacts {
  spent: Spent;
  cannot: readonly UnsupportedCapability[];
  /** The existing function that the run uses; undefined if it created its functions. */
  uses: Report["target"]["uses"];
  /** The part of the plan that was executed; undefined if it is the whole. */
  shard: Report["shard"];
  leftOut: NonNullable<Report["leftOut"]>;
  waits: NonNullable<Report["waits"]>;
  campaign: CampaignReport | null;
  /** The checks that unsent test cases would have made, by `resultKey`; null if nobody counted them. */
  unsent: ReadonlyMap<string, number> | null;
  fixture: Fixture | null;
}

interface FinishedRun extends Readonly<RunFacts> {
  readonly findings: Findings | null;
  /** The number of requests of test cases that violated one of these rules. */
  readonly requestsViolating: (rules: ReadonlySet<string>) => number;
  /** The kinds of input that violate a rule. */
  readonly kindsOf: (rule: Rule, column: Column) => KindsSeen;
  readonly problems: readonly Problem[];
  readonly incomplete: boolean;
  readonly questions: readonly QuestionReport[];
  readonly latency: LatencyReport | null;
  readonly coverage: CoverageReport;
}

/** What a report needs besides the outcome of the run. */
export type ReportOptions = RunHead &
  Pick<RunOptions, "replay" | "redact" | "curl"> & {
    /** Says why a rule was not judged, if the target's capabilities do not. */
    readonly notJudgedReason?: (rule: Rule) => Reason | null;
  };

export function makeReport(options: ReportOptions, outcome: FinishedRun): Report {
  const { cannot, uses, findings, incomplete, questions, latency, waits } = outcome;
  const problems = outcome.problems.map((one) => ({ ...one, message: options.redact(one.message) }));
  const rules = options.rules.map((rule) => ruleReport(rule, options, outcome));
  const head = reportHead(options, cannot);
  const causes = causeReports(rules, options, outcome);
  return {
    ...head,
    target: { ...head.target, ...(uses === undefined ? {} : { uses }) },
    ...(outcome.shard && { shard: outcome.shard }),
    ...(options.only === undefined ? {} : { only: options.only }),
    durationMs: Math.round(outcome.spent.ms),
    requests: outcome.spent.requests,
    incomplete: incomplete || findings === null,
    summary: { document: tally(rules, "document"), aws: tally(rules, "aws") },
    rules,
    ...(causes.length === 0 ? {} : { causes }),
    questions,
    faults: problems.map(({ message }) => message),
    problems,
    ...(outcome.leftOut.length === 0 ? {} : { leftOut: outcome.leftOut }),
    ...(latency === null ? {} : { latency }),
    ...(waits.length === 0 ? {} : { waits }),
    ...(rules.some(({ counterexample: found, unconfirmed }) => found ?? unconfirmed)
      ? { shell: shellOf(options, outcome.fixture) }
      : {}),
    coverage: outcome.coverage,
    ...(outcome.campaign === null ? {} : { campaign: outcome.campaign }),
  };
}

/** The members of a report that are known before the run. */
export function reportHead(
  { tool, target, profile, seed, startedAt }: RunHead,
  cannot: readonly UnsupportedCapability[],
): Pick<Report, "schema" | "tool" | "target" | "profile" | "seed" | "startedAt"> {
  return {
    schema: "addpermission-conformance/report@1",
    tool,
    target: { ...target, ...unsupported(cannot) },
    profile,
    seed,
    startedAt: startedAt.toISOString(),
  };
}

/** The unsupported capabilities: each reason once, and the capability of each. */
export function unsupported(
  cannot: readonly UnsupportedCapability[],
): Pick<Report["target"], "cannot" | "unsupported"> {
  return {
    cannot: [...new Set(cannot.map(({ reason }) => reason))],
    unsupported: cannot.map(({ needs, reason }) => ({ needs, reason })),
  };
}

function ruleReport(rule: Rule, options: ReportOptions, outcome: FinishedRun): RuleReport {
  const { findings } = outcome;
  const { id, title, basis, source } = rule;
  const of = (column: Column) => findings?.get(resultKey(id, column));
  const gating = of(options.profile) ?? of("document") ?? of("aws");
  const notJudged = options.notJudgedReason?.(rule) ?? unsupportedReason(rule, outcome.cannot);
  const isUnexercised = gating === undefined || gating.outcome === "unexercised";
  const reason =
    (isUnexercised ? notJudged : null) ??
    hidingReason(rule, gating, options, outcome) ??
    reasonFor(gating, findings === null, becauseOf(rule, options, outcome));
  const { confirmed, news } = shownFor(rule, options, outcome) ?? {};
  const suspected = gating?.suspected;
  return {
    id,
    title,
    basis,
    source,
    verdicts: { document: verdict(of("document")), aws: verdict(of("aws")) },
    ...(rule.columns === undefined ? {} : { columns: rule.columns }),
    known: false,
    observations: gating?.observations ?? 0,
    ...checks(rule, options.profile, outcome),
    ...(reason === null ? {} : reasonMembers(reason)),
    ...kinds(rule, options, outcome),
    ...(confirmed === undefined
      ? {}
      : {
          counterexample: {
            ...counterexample(rule, confirmed, options, confirmed.fixture ?? outcome.fixture),
            ...(news === undefined || news.kind === "" ? {} : { kind: news.kind }),
            ...ownColumns(confirmed, of),
          },
        }),
    ...(confirmed !== undefined || suspected === undefined
      ? {}
      : { unconfirmed: counterexample(rule, suspected, options, suspected.fixture ?? outcome.fixture) }),
  };
}

/** The columns of a counterexample, if another one violates the rule in the other column. */
function ownColumns(
  confirmed: Confirmed,
  of: (column: Column) => RuleResult | undefined,
): Pick<Counterexample, "columns"> {
  const violated = columns.filter((column) => of(column)?.outcome === "violated");
  const own = violated.filter((column) => of(column)?.confirmed === confirmed);
  return own.length === violated.length ? {} : { columns: own };
}

/** The kinds of input that violate the rule in the deciding column, by answer. */
function kinds(
  rule: Rule,
  { profile }: ReportOptions,
  { findings, kindsOf }: FinishedRun,
): Pick<RuleReport, "kinds" | "allKinds"> {
  if (findings?.get(resultKey(rule.id, profile))?.outcome !== "violated") return {};
  const { kinds: seen, all } = kindsOf(rule, profile);
  if (seen.length === 0) return {};
  // Workers send side by side, so their order says nothing.
  const named = grouped(seen, ({ answer }) => answer)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([answer, own]) => [answer, own.flatMap(({ kind }) => (kind === "" ? [] : [kind])).sort()]);
  return { kinds: Object.fromEntries(named), ...(all ? { allKinds: true } : {}) };
}

/** The confirmed violation that the report shows: that of the profile, if there is one. */
function shownFor(
  { id }: Rule,
  { profile }: ReportOptions,
  { findings }: FinishedRun,
): RuleResult | undefined {
  const columns: readonly Column[] = [profile, "document", "aws"];
  return columns
    .map((column) => findings?.get(resultKey(id, column)))
    .find((result) => result?.confirmed !== undefined);
}

/** The violated rules by cause, each cause with its shortest counterexample. */
function causeReports(
  reports: readonly RuleReport[],
  options: ReportOptions,
  outcome: FinishedRun,
): readonly CauseReport[] {
  const violations = options.rules.flatMap((rule, index) => {
    const { confirmed, unless = [] } = shownFor(rule, options, outcome) ?? {};
    const found = reports[index]?.counterexample;
    return confirmed === undefined || found === undefined
      ? []
      : [{ rule, answer: singleAnswer(confirmed.execution.batches), unless, found }];
  });
  return causesOf(violations).map(({ id, title, gravity, violations: all }) => {
    const rules = all.map(({ rule }) => rule.id);
    const own = all.filter((one) => causeOf(one).id === id);
    const best = (own.length > 0 ? own : all).reduce((best, one) =>
      sizeOf(one.found) < sizeOf(best.found) ? one : best,
    );
    return {
      id,
      title,
      gravity,
      rules,
      requests: outcome.requestsViolating(new Set(rules)),
      rule: best.rule.id,
      counterexample: best.found,
    };
  });
}

/** Few requests come first, then short ones. */
export function sizeOf({
  steps,
}: {
  readonly steps: readonly { readonly request: Pick<CounterexampleStep["request"], "path" | "body"> }[];
}): number {
  const characters = steps.reduce(
    (sum, { request: { path, body } }) => sum + path.length + (body?.length ?? 0),
    0,
  );
  return steps.length * 1e6 + Math.min(characters, 1e6 - 1);
}

/** Counts checks in the column of the profile, or in the only column that the rule has. */
function checks(rule: Rule, profile: Column, { findings, unsent }: FinishedRun): Pick<RuleReport, "checks"> {
  if (unsent === null) return {};
  const column = rule.columns === undefined || rule.columns.includes(profile) ? profile : rule.columns[0];
  if (column === undefined) return {};
  const found = findings?.get(resultKey(rule.id, column));
  return {
    checks: {
      expected: (found?.observations ?? 0) + (unsent.get(resultKey(rule.id, column)) ?? 0),
      executed: found?.decided ?? 0,
    },
  };
}

function verdict(ruleResult: RuleResult | undefined): Outcome {
  return ruleResult?.outcome ?? "unexercised";
}

function reasonFor(
  ruleResult: RuleResult | undefined,
  isUnjudged: boolean,
  because: Unexercised["because"],
): Reason | null {
  if (ruleResult?.why !== undefined) return ruleResult.why;
  if (ruleResult === undefined || ruleResult.outcome === "unexercised")
    return isUnjudged ? { code: "not-judged" } : { code: "not-exercised", because };
  return null;
}

/** Null unless a violated rule kept every request from exercising this one. */
function hidingReason(
  rule: Rule,
  ruleResult: RuleResult | undefined,
  options: ReportOptions,
  outcome: FinishedRun,
): Reason | null {
  const { hiddenBy } = rule;
  const isJudged = ruleResult !== undefined && ruleResult.outcome !== "unexercised";
  if (hiddenBy === undefined || isJudged) return null;
  if (["not-sent", "not-chosen"].includes(becauseOf(rule, options, outcome))) return null;
  const by = options.rules.find(
    ({ id }) =>
      hiddenBy.test(id) && outcome.findings?.get(resultKey(id, options.profile))?.outcome === "violated",
  );
  return by === undefined ? null : { code: "explained", by: by.id };
}

type Unexercised = Extract<Reason, { readonly code: "not-exercised" }>;

/** Why no request exercised a rule. */
function becauseOf(rule: Rule, options: ReportOptions, outcome: FinishedRun): Unexercised["because"] {
  const [column = options.profile] = rule.columns ?? [];
  if (outcome.unsent === null) return "not-sent";
  if ((outcome.unsent.get(resultKey(rule.id, column)) ?? 0) > 0)
    return outcome.incomplete ? "not-sent" : "left-out";
  if (options.only !== undefined) return "not-chosen";
  return rule.needs.includes("state") ? "state" : "chance";
}

function tally(rules: readonly RuleReport[], column: Column): Tally {
  const counted = rules.filter((rule) => counts(rule, column));
  const count = (outcome: Outcome) => counted.filter(({ verdicts }) => verdicts[column] === outcome).length;
  return {
    holds: count("holds"),
    violated: count("violated"),
    known: 0,
    inconclusive: count("inconclusive"),
    unexercised: count("unexercised"),
  };
}

/** The counterexample of a violation, as reports hold it. */
export function counterexample(
  rule: Rule,
  found: Confirmed | Suspected,
  options: ReportOptions,
  fixture: Fixture | null,
): Counterexample {
  const { execution, expected, seen } = found;
  const reruns = "reruns" in found ? found.reruns : undefined;
  const steps = execution.batches.flatMap((batch, index) =>
    batch.map((exchange) => reportStep(exchange, index, options.redact)),
  );
  return {
    expected,
    seen: options.redact(seen),
    steps,
    ...(options.target.kind === "in-process"
      ? { curl: "", request: options.redact(requestsOf(execution.batches.flat(), options.target.endpoint)) }
      : reproduction(execution.batches, options, fixture)),
    replay: options.replay(rule.id),
    ...(reruns ? { reproduced: `${reruns.shown} of ${reruns.tried}`, reruns } : {}),
    ...(reruns === null ? { reproduced: "as recorded" } : {}),
    ...(expected === endingExpected ? { ends: true } : {}),
    ...(fixture === null
      ? {}
      : { home: { partition: fixture.partition, region: fixture.region, account: fixture.account } }),
  };
}

/** JavaScript that constructs the requests of a history, one a line. */
function requestsOf(exchanges: readonly Exchange[], origin: string): string {
  const lines = exchanges.map(({ call: { method, target, headers, body, encoding } }) => {
    const bytes = encoding === undefined ? "" : `, ${JSON.stringify(encoding)}`;
    const text = JSON.stringify(body);
    const given = body === null ? {} : { body: bytes === "" ? text : `Buffer.from(${text}${bytes})` };
    const members = Object.entries({
      method: JSON.stringify(method),
      headers: JSON.stringify(headers),
      ...given,
    });
    const how = members.map(([name, value]) => `${name}: ${value}`).join(", ");
    return `new Request(${JSON.stringify(`${origin}${target}`)}, { ${how} })`;
  });
  return lines.join("\n");
}

function reportStep(
  { step, call, answer }: Exchange,
  round: number,
  redact: (text: string) => string,
): CounterexampleStep {
  return {
    request: {
      method: call.method,
      path: call.target,
      headers: Object.fromEntries(call.headers),
      body: call.body,
      ...(call.encoding === undefined ? {} : { encoding: call.encoding }),
      ...(call.raw === undefined ? {} : { raw: call.raw }),
      ...(call.connection === undefined ? {} : { connection: call.connection }),
      key: step.key,
      ...(step.revisionFrom === undefined ? {} : { revisionFrom: step.revisionFrom }),
      ...(step.versionFrom === undefined ? {} : { versionFrom: step.versionFrom }),
      operation: call.operation,
      round,
    },
    response:
      answer.kind === "none"
        ? null
        : {
            status: answer.status,
            error: answer.status < 400 ? null : errorName(answer),
            headers: lastOf(answer.headers),
            body: redact(answer.body.slice(0, 20_000)),
          },
    ...(answer.kind === "none"
      ? { silence: `${answer.reason}: ${answer.detail}`, silenceCode: answer.reason }
      : {}),
    sentAt: answer.sentAt,
    answeredAt: answer.answeredAt,
  };
}

function lastOf(headers: readonly Header[]): Readonly<Record<string, string>> {
  return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
}

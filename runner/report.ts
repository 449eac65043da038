import { createFunction } from "../generators/call.ts";
import { createAlias, publishVersion } from "../generators/neighbours.ts";
import { curl } from "../reports/curl.ts";
import type {
  Column,
  Counterexample,
  CounterexampleStep,
  CoverageReport,
  LatencyReport,
  Outcome,
  QuestionReport,
  Report,
  RuleReport,
  Tally,
} from "../reports/report.ts";
import { errorName } from "../spec/answer.ts";
import type { Call, Exchange, Header } from "../spec/exchange.ts";
import type { Rule } from "../spec/rule.ts";
import type { Stage } from "../spec/stage.ts";
import { unable } from "./capabilities.ts";
import { type Conclusion, conclusionKey, type Findings } from "./findings.ts";
import type { Inability, RunOptions } from "./options.ts";
import type { Confirmed } from "./shrink.ts";

/** What a run came to. */
export interface RunOutcome {
  readonly cannot: readonly Inability[];
  readonly findings: Findings | null;
  readonly faults: readonly string[];
  readonly incomplete: boolean;
  readonly questions: readonly QuestionReport[];
  readonly latency: LatencyReport | null;
  readonly coverage: CoverageReport;
  /** Checks that unsent histories would have brought; null when the run was interrupted, so that nobody counted. */
  readonly unsent: ((rule: Rule, column: Column) => number) | null;
  readonly stage: Stage | null;
  /** Why a rule was not judged; found in `cannot` unless told otherwise. */
  readonly excuse?: (rule: Rule) => string | null;
}

/** What a report says of a run besides what it came to. */
export type ReportOptions = Pick<
  RunOptions,
  "tool" | "target" | "profile" | "seed" | "startedAt" | "clock" | "rules" | "replay" | "redact" | "curl"
> & { readonly transport: { requests(): number } };

/** The report of a run, whether it came to its end or not. */
export function makeReport(options: ReportOptions, outcome: RunOutcome): Report {
  const { cannot, findings, faults, incomplete, questions, latency } = outcome;
  const rules = options.rules.map((rule) => ruleReport(rule, options, outcome));
  return {
    schema: "addpermission-conformance/report@1",
    tool: options.tool,
    target: {
      name: options.target.name,
      endpoint: options.target.endpoint,
      cannot: [...new Set(cannot.map(({ reason }) => reason))],
    },
    profile: options.profile,
    seed: options.seed,
    startedAt: options.startedAt.toISOString(),
    durationMs: Math.round(options.clock()),
    requests: options.transport.requests(),
    incomplete: incomplete || findings === null,
    summary: { document: tally(rules, "document"), aws: tally(rules, "aws") },
    rules,
    questions,
    faults: faults.map(options.redact),
    ...(latency === null ? {} : { latency }),
    coverage: outcome.coverage,
  };
}

function ruleReport(rule: Rule, options: ReportOptions, outcome: RunOutcome): RuleReport {
  const { findings } = outcome;
  const { id, title, basis, source } = rule;
  const of = (column: Column) => findings?.get(conclusionKey(id, column));
  const gating = of(options.profile) ?? of("document") ?? of("aws");
  const excuse = outcome.excuse?.(rule) ?? unable(rule, outcome.cannot);
  const reason = excuse ?? reasonFor(gating, findings === null);
  const confirmed = gating?.confirmed ?? of("document")?.confirmed ?? of("aws")?.confirmed;
  return {
    id,
    title,
    basis,
    source,
    verdicts: { document: verdict(of("document")), aws: verdict(of("aws")) },
    known: false,
    observations: gating?.observations ?? 0,
    ...checks(rule, options.profile, outcome),
    ...(reason === null ? {} : { reason }),
    ...(confirmed === undefined
      ? {}
      : { counterexample: counterexample(rule, confirmed, options, confirmed.stage ?? outcome.stage) }),
  };
}

/** Both numbers are those of the column that decides, or of the only one that the rule has. */
function checks(rule: Rule, profile: Column, { findings, unsent }: RunOutcome): Pick<RuleReport, "checks"> {
  if (unsent === null) return {};
  const column = rule.columns === undefined || rule.columns.includes(profile) ? profile : rule.columns[0];
  if (column === undefined) return {};
  const found = findings?.get(conclusionKey(rule.id, column));
  return {
    checks: {
      expected: (found?.observations ?? 0) + unsent(rule, column),
      executed: found?.concluded ?? 0,
    },
  };
}

function verdict(conclusion: Conclusion | undefined): Outcome {
  return conclusion?.outcome ?? "unexercised";
}

function reasonFor(conclusion: Conclusion | undefined, died: boolean): string | null {
  if (conclusion?.why !== undefined && conclusion.why !== "") return conclusion.why;
  if (conclusion === undefined || conclusion.outcome === "unexercised") {
    return died ? "the run ended before anything was judged" : "no request of this run bore on it";
  }
  return null;
}

function tally(rules: readonly RuleReport[], column: Column): Tally {
  const counted = rules.filter(({ basis }) => basis !== "observed" || column === "aws");
  const count = (outcome: Outcome) => counted.filter(({ verdicts }) => verdicts[column] === outcome).length;
  return {
    holds: count("holds"),
    violated: count("violated"),
    known: 0,
    inconclusive: count("inconclusive"),
    unexercised: count("unexercised"),
  };
}

function counterexample(
  rule: Rule,
  confirmed: Confirmed,
  options: ReportOptions,
  stage: Stage | null,
): Counterexample {
  const { played, expected, seen, reproduced } = confirmed;
  const steps = played.rounds.flatMap((round, index) =>
    round.map((exchange) => reportStep(exchange, index, options.redact)),
  );
  return {
    expected,
    seen: options.redact(seen),
    steps,
    curl: curlLine(played.rounds, options, stage),
    replay: options.replay(rule.id),
    reproduced,
    ...(stage === null
      ? {}
      : { home: { partition: stage.partition, region: stage.region, account: stage.account } }),
  };
}

/** Arranging included, and the role first where the target insisted on one. With --sign, credentials are shell variables. */
export function curlLine(
  rounds: readonly (readonly Exchange[])[],
  options: {
    readonly curl: ReportOptions["curl"];
    readonly target: { readonly endpoint: string };
    readonly redact: (text: string) => string;
  },
  stage: Stage | null,
): string {
  const { authorization, sign } = options.curl;
  const { endpoint } = options.target;
  const role = stage?.recipe?.role.split("/").at(-1) ?? "";
  const calls = stage === null ? [] : arrangement(stage, rounds.flat());
  const line = curl({
    endpoint,
    steps: rounds.map((round) => round.map(({ step }) => step)),
    arrange: calls,
    authorization,
    sign,
    region: stage?.region ?? "us-east-1",
  });
  if (sign) return options.redact(line);
  return calls.length > 0 && role.startsWith("addperm-ct-")
    ? `${roleLine(endpoint, role, authorization)}; ${line}`
    : line;
}

/** Creates the execution role through the IAM API of the same endpoint. */
function roleLine(endpoint: string, role: string, authorization: readonly Header[]): string {
  const trust =
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
  const form = new URLSearchParams({
    Action: "CreateRole",
    Version: "2010-05-08",
    RoleName: role,
    AssumeRolePolicyDocument: trust,
  });
  const headers = authorization.map(([name, value]) => `-H '${name}: ${value.replace("/lambda/", "/iam/")}'`);
  return `curl -sS -o /dev/null -X POST ${headers.join(" ")} -d '${form}' ${endpoint}/`;
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
      key: step.key,
      ...(step.revisionFrom === undefined ? {} : { revisionFrom: step.revisionFrom }),
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
    ...(answer.kind === "none" ? { silence: `${answer.reason}: ${answer.detail}` } : {}),
    sentAt: answer.sentAt,
    answeredAt: answer.answeredAt,
  };
}

function lastOf(headers: readonly Header[]): Readonly<Record<string, string>> {
  return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
}

/** The calls that make, from nothing, what a history names: the function, the second one, a version, an alias. */
function arrangement(stage: Stage, exchanges: readonly Exchange[]): readonly Call[] {
  const { recipe, main, other } = stage;
  if (recipe === null) return [];
  const sent = exchanges.map(({ call }) => `${decoded(call.target)} ${call.body ?? ""}`).join("\n");
  const calls: Call[] = [];
  if (sent.includes(main.name)) calls.push(createFunction(main.name, recipe));
  if (other !== null && sent.includes(other.name)) calls.push(createFunction(other.name, recipe));
  if (/Qualifier=\d|:\d+[/?]|aliases/.test(sent) || aliasesIn(main.aliases, sent).length > 0)
    calls.push(publishVersion(main.name));
  for (const alias of aliasesIn(main.aliases, sent)) calls.push(createAlias(main.name, alias, "1"));
  return calls;
}

function aliasesIn(aliases: Stage["main"]["aliases"], sent: string): readonly string[] {
  const names = Object.values(aliases ?? {});
  return names.filter((alias) => new RegExp(`[:=/]${alias}(?![A-Za-z0-9_-])`).test(sent));
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}

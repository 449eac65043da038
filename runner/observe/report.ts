import type { Clock } from "../../client/transport.ts";
import type { Problem, Report } from "../../reports/report.ts";
import type { Fixture } from "../../spec/fixture.ts";
import type { Observer, RunEvent } from "../events.ts";
import { makeReport, type ReportOptions, type RunFacts } from "../report.ts";
import { resultKey } from "../rule-results.ts";
import { coverage } from "./coverage.ts";
import { latencies } from "./latencies.ts";
import { problemReport, unfinishedProblem } from "./problem.ts";
import { results } from "./results.ts";
import { unspecified } from "./unspecified.ts";

/** The existing function of a fixture, with the version and the alias that the run uses. */
function usesOf({ main: { name, versions, aliases } }: Fixture): NonNullable<Report["target"]["uses"]> {
  const [version] = versions;
  return {
    function: name,
    ...(version === undefined ? {} : { version }),
    ...(aliases === null ? {} : { alias: aliases.live }),
  };
}

/** Builds the report of a run from its events. The report is available at any time, even before the first event. */
export function reportObserver(options: ReportOptions) {
  const covered = coverage();
  const latency = latencies();
  const unspecifiedAnswers = unspecified();
  const rules = results();
  const count = { planned: 0, done: 0, executed: 0, notEmptied: 0 };
  const problems: Problem[] = [];
  const facts: RunFacts = {
    spent: { requests: 0, ms: 0 },
    cannot: options.target.cannot,
    uses: undefined,
    shard: undefined,
    leftOut: [],
    waits: [],
    campaign: null,
    unsent: null,
    fixture: null,
  };
  let end: "going-on" | "complete" | "incomplete" = "going-on";

  const countCase = (event: RunEvent): void => {
    if (event.type === "case-skipped") count.done += 1;
    // What was lost is executed again.
    if (event.type !== "case-finished" || event.lost === true) return;
    count.done += 1;
    if (event.end === "complete") count.executed += 1;
    if (event.case.clean && event.began === "not-emptied") count.notEmptied += 1;
  };
  const fold = (event: RunEvent): void => {
    switch (event.type) {
      case "fixture-ready":
        facts.fixture ??= event.fixture;
        if (!event.empty) facts.uses ??= usesOf(event.fixture);
        return;
      case "planned":
        count.planned = event.cases;
        facts.shard = event.shard;
        facts.cannot = event.unsupported;
        return;
      case "unsupported":
        facts.cannot = [...facts.cannot, event.what];
        return;
      case "not-executed":
        facts.unsent = new Map(event.checks.map((of) => [resultKey(of.rule, of.column), of.checks]));
        return;
      case "left-out":
        facts.leftOut = event.kinds;
        return;
      case "campaign":
        facts.campaign = event.campaign;
        return;
      case "problem":
        problems.push(problemReport(event.problem, count, options.redact));
        if (event.problem.code === "failed" && end === "complete") end = "incomplete";
        return;
      case "waited":
        facts.waits = event.waits;
        return;
      case "run-finished":
        end = event.complete ? "complete" : "incomplete";
        return;
      default:
    }
  };
  return {
    on(event: RunEvent): void {
      if ("spent" in event) facts.spent = event.spent;
      fold(event);
      countCase(event);
      for (const part of [covered, latency, unspecifiedAnswers, rules]) part.on(event);
    },
    report(): Report {
      const { executed: played, notEmptied } = count;
      // The rounds of a campaign are planned while it goes on.
      const planned = Math.max(count.planned, count.done);
      return makeReport(options, {
        ...facts,
        findings: rules.findings(),
        requestsViolating: rules.requestsViolating,
        kindsOf: rules.kindsOf,
        problems: end === "going-on" ? [...problems, unfinishedProblem] : problems,
        incomplete: end !== "complete",
        questions: unspecifiedAnswers.answers(),
        latency: latency.report(),
        coverage: {
          histories: { planned, played, ...(notEmptied > 0 ? { notEmptied } : {}) },
          cells: covered.cells(),
        },
      });
    },
  };
}

/** How to write reports during a run, so that a killed run leaves its findings. */
export interface SnapshotOptions {
  readonly everyMs: number;
  readonly write: (report: Report) => Promise<void>;
}

/** Writes a report at intervals during the run, and never two at once. */
export function snapshots({ everyMs, write }: SnapshotOptions, clock: Clock, report: () => Report): Observer {
  let last = clock();
  let writing: Promise<void> | null = null;
  return {
    on({ type }) {
      const isStep = type === "case-finished" || type === "case-skipped" || type === "rule-result";
      if (!isStep || writing !== null || clock() - last < everyMs) return;
      last = clock();
      // The final write reports the same error.
      writing = write(report())
        .catch(() => {})
        .finally(() => {
          writing = null;
        });
    },
    end: async () => {
      await writing;
    },
  };
}

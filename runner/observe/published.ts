import type { PublishedEvent } from "../../reports/ndjson.ts";
import type { ProgressEvent } from "../../reports/progress.ts";
import { reasonMembers } from "../../reports/report.ts";
import type { Observer, RunEvent } from "../events.ts";
import { counterexample, type ReportOptions, reportHead, unsupported } from "../report.ts";

/** Publishes a run as the events of report.ndjson. Texts from the target are redacted. */
export function publishedObserver(
  options: ReportOptions,
  publish: (event: PublishedEvent) => void,
): Observer {
  const { redact } = options;
  const progress = { done: 0, planned: 0 };
  const publishCase = ({ case: { id } }: Extract<RunEvent, { readonly case: object }>, how: object) => {
    progress.done += 1;
    progress.planned = Math.max(progress.planned, progress.done);
    publish({ event: "history", id, ...progress, ...how });
  };
  return {
    on(event) {
      switch (event.type) {
        case "run-started":
          return publish({ event: "run-start", ...reportHead(event.head, event.head.target.cannot) });
        case "planned": {
          const { cases, rules } = event;
          progress.planned = cases;
          return publish({
            event: "plan",
            histories: cases,
            rules: rules.length,
            ...unsupported(event.unsupported),
          });
        }
        case "case-finished":
          // It is executed again.
          if (event.lost === true) return;
          return publishCase(event, event.end === "cut" ? { cut: true } : {});
        case "case-skipped":
          return publishCase(event, { lacks: event.lacks });
        case "candidate": {
          const { column, case: history, expected, seen } = event;
          const { id: rule, title, basis, source } = event.rule;
          const where = { rule, column, title, basis, source, history };
          return publish({ event: "suspicion", ...where, expected, seen: redact(seen) });
        }
        case "rule-result":
          return event.hadCandidates ? publish(settledEvent(event, options)) : undefined;
        default:
      }
    },
  };
}

function settledEvent(
  { rule, columns, result }: Extract<RunEvent, { readonly type: "rule-result" }>,
  options: ReportOptions,
): PublishedEvent {
  const { outcome, why, confirmed } = result;
  const reason = why === undefined ? {} : reasonMembers(why);
  return {
    event: "settled",
    rule: rule.id,
    columns,
    outcome,
    ...reason,
    ...(reason.reason === undefined ? {} : { reason: options.redact(reason.reason) }),
    ...(confirmed === undefined
      ? {}
      : { counterexample: counterexample(rule, confirmed, options, confirmed.fixture) }),
  };
}

/** Reports progress after each test case and after each rule with candidates. */
export function progressObserver(update: (progress: ProgressEvent) => void): Observer {
  const progress = { sent: 0, planned: 0, requests: 0, violated: 0 };
  let phase: Pick<ProgressEvent, "phase" | "campaign"> = {};
  let confirmed = 0;
  return {
    on(event) {
      if (event.type === "planned") progress.planned = event.cases;
      if (event.type === "phase-started" && event.phase !== "ordinary") phase = { phase: event.phase };
      if (event.type === "campaign") phase = { campaign: campaignProgress(event) };
      // Each rule has one such event.
      if (event.type === "candidate") progress.violated += 1;
      // A lost test case is executed again.
      const isLost = event.type === "case-finished" && event.lost === true;
      if (!isLost && (event.type === "case-finished" || event.type === "case-skipped")) {
        progress.sent += 1;
        progress.planned = Math.max(progress.planned, progress.sent);
        progress.requests = event.spent.requests;
        update({ ...progress, ...phase });
      }
      if (event.type === "rule-result" && event.hadCandidates && event.result.outcome === "violated")
        confirmed += 1;
      if (event.type === "confirming" && event.of > 0)
        update({ ...progress, ...phase, confirming: { tried: event.tried, of: event.of, confirmed } });
    },
  };
}

function campaignProgress({
  campaign,
  leftMs,
}: Extract<RunEvent, { readonly type: "campaign" }>): NonNullable<ProgressEvent["campaign"]> {
  const { rounds, seeds, behaviours } = campaign;
  return { round: rounds, seed: seeds?.last ?? 0, new: behaviours.new, leftMs };
}

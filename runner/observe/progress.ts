import type { ProgressEvent } from "../../reports/progress.ts";
import type { Observer, RunEvent } from "../events.ts";

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

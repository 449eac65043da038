import type { ProgressEvent } from "../../reports/progress.ts";
import type { Observer } from "../events.ts";

/** Tells how far a run is, after each test case and each rule whose candidates have been tried again. */
export function progressObserver(update: (far: ProgressEvent) => void): Observer {
  const far = { sent: 0, planned: 0, requests: 0, violated: 0 };
  let confirmed = 0;
  return {
    on(event) {
      if (event.type === "planned") far.planned = event.cases;
      // There is one for each rule.
      if (event.type === "candidate") far.violated += 1;
      if (event.type === "case-finished" || event.type === "case-skipped") {
        far.sent += 1;
        far.requests = event.spent.requests;
        update({ ...far });
      }
      if (event.type === "rule-result" && event.tried && event.result.outcome === "violated") confirmed += 1;
      if (event.type === "confirming" && event.of > 0)
        update({ ...far, confirming: { tried: event.tried, of: event.of, confirmed } });
    },
  };
}

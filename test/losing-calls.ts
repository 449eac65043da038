import type { Report } from "../reports/report.ts";
import type { Mutation } from "../targets/reference/behaviour.ts";
import type { HttpRequest } from "../targets/reference/http.ts";
import { change } from "../targets/reference/mutants/mutant.ts";

/** A target that loses one call in `every`: half of them before they take effect, half of them after it. */
export function losing(every: number, seed: number): Mutation {
  return change(() => {
    let state = seed;
    const hit = () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648 < 1 / every / 2;
    };
    // The set-up of a fixture is excluded: only it sends tags and descriptions, creates these aliases and reads functions.
    const settingUp = /"Tags"|"Description"|"Name":"(live|e+|f+|l+)"/;
    const spared = ({ method, target, body }: HttpRequest) =>
      settingUp.test(body.toString()) || (method === "GET" && !target.includes("/policy"));
    const unavailable = { status: 503, headers: [], body: "" };
    return {
      intercept: (request) => (!spared(request) && hit() ? "drop" : null),
      finish: (reply, request) => (!spared(request) && hit() ? unavailable : reply),
    };
  });
}

/** The false alarms about such a target. A candidate that no rerun shows is also a false alarm. */
export function blamedByLosing({ rules }: Report): readonly string[] {
  return rules
    .filter(
      ({ id, verdicts, reason = "" }) =>
        id !== "answer.arrives" && (verdicts.document === "violated" || /^(seen|explained)/.test(reason)),
    )
    .map(({ id, reason, counterexample }) => `${id}: ${reason ?? counterexample?.seen}`);
}

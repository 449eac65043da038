import { canonicalBody } from "../generators/valid-requests.ts";
import type { Observation, ObservedBatch } from "../oracle/observe.ts";
import type { Rule } from "../oracle/rule.ts";
import type { Reason } from "../reports/report.ts";
import { sizeRules } from "../rules/policy.ts";
import { errorName, phrase, revisionIn } from "../spec/answer.ts";
import { addPermission, getFunction, getPolicy, label, removePermission } from "../spec/calls.ts";
import { within } from "../spec/error-place.ts";
import { type Answer, type Exchange, revisionSlot, type Step } from "../spec/exchange.ts";
import { readName } from "../spec/function-name.ts";
import { readPolicy } from "../spec/statement.ts";
import { columns, type UnsupportedCapability } from "../spec/verdict.ts";
import { bodyWith } from "../suites/case.ts";
import { cutShort, limitTestCase } from "../suites/size.ts";
import { type Findings, resultKey } from "./rule-results.ts";
import { inTurn, type Worker } from "./worker.ts";

/** Finds out with one statement whether the target returns policies, removes statements and returns revisions. */
export async function probe(worker: Worker): Promise<readonly UnsupportedCapability[]> {
  const { name } = worker.fixture.main;
  const calls = [
    addPermission({ functionName: label(name), body: canonicalBody("probe") }),
    getPolicy(name),
    getFunction(name),
    removePermission(name, "probe"),
  ];
  const { batches } = await worker.execute(inTurn(calls.map((call, at) => [{ key: `probe-${at}`, call }])));
  const [added, policy, resource, removed] = batches.map((batch) => batch[0]?.answer);
  if (!added || !policy || !resource || !removed || added.kind === "none" || added.status >= 300) return [];
  const found: UnsupportedCapability[] = [];
  const lacks = (needs: UnsupportedCapability["needs"], reason: string) => found.push({ needs, reason });
  const shown = readPolicy(policy);
  if (shown.kind === "unreadable" && !isCrash(policy))
    lacks("policy", `returns no readable policy: GetPolicy answers ${phrase(policy)}`);
  if (isMissing(removed))
    lacks("remove", `removes no statements: RemovePermission answers ${phrase(removed)}`);
  const ofPolicy = revisionIn(policy);
  if (shown.kind === "policy" && ofPolicy === null)
    lacks("policy-revisions", "returns no RevisionId in GetPolicy");
  if (shown.kind !== "unsettled" && revisionIn(resource) === null) {
    if (ofPolicy === null)
      lacks("revisions", "returns no RevisionId, neither in GetPolicy nor in GetFunction");
    else if (removed.kind === "response" && removed.status < 300 && (await refusesRevision(worker)))
      lacks(
        "revisions",
        "shows no RevisionId that it accepts: it refuses that of GetPolicy, and GetFunction has none",
      );
  }
  return found;
}

/** Says whether the revision of GetPolicy is refused: no fault, as the document takes that of GetFunction. */
async function refusesRevision(worker: Worker): Promise<boolean> {
  const { name } = worker.fixture.main;
  const guarded = bodyWith("RevisionId", revisionSlot, "probe-guarded");
  const steps: readonly Step[] = [
    {
      key: "probe-first",
      call: addPermission({ functionName: label(name), body: canonicalBody("probe-first") }),
    },
    { key: "probe-shown", call: getPolicy(name) },
    {
      key: "probe-guarded",
      revisionFrom: "probe-shown",
      call: addPermission({ functionName: label(name), body: guarded }),
    },
    { key: "probe-remove-guarded", call: removePermission(name, "probe-guarded") },
    { key: "probe-remove", call: removePermission(name, "probe-first") },
  ];
  const { batches } = await worker.execute(inTurn(steps.map((step) => [step])));
  const answer = batches[2]?.[0]?.answer;
  return answer?.kind === "response" && answer.status === 412;
}

/** A 500 is a defect, not a missing operation. */
function isCrash(answer: Answer): boolean {
  return answer.kind === "response" && (answer.status === 500 || answer.status === 200);
}

function isMissing(answer: Answer): boolean {
  if (answer.kind === "none") return false;
  // A Lambda API answers an unknown resource with an error name, and an unknown path without one or with this one.
  const names = [null, "UnknownOperationException"];
  return (
    [403, 405, 501].includes(answer.status) || (answer.status === 404 && names.includes(errorName(answer)))
  );
}

/** Lists the capabilities that the fixture does not provide. */
export function unsupportedByFixture(
  { fixture: { main, other, recipe } }: Pick<Worker, "fixture">,
  missing: readonly UnsupportedCapability[],
): readonly UnsupportedCapability[] {
  const found: UnsupportedCapability[] = [];
  const because = (needs: UnsupportedCapability["needs"], what: string): string =>
    `${what}: ${missing.find((one) => one.needs === needs)?.reason ?? "not arranged"}`;
  const lacks = (needs: UnsupportedCapability["needs"], reason: string) => found.push({ needs, reason });
  if (other === null) lacks("other", because("other", "no second function"));
  if (main.versions.length === 0) lacks("versions", because("versions", "no published version"));
  if (main.aliases === null) {
    lacks("aliases", because("aliases", "no alias"));
    lacks("alias-lengths", because("aliases", "no alias"));
  } else if (main.aliases.arn140 === undefined)
    lacks(
      "alias-lengths",
      missing.find(({ needs }) => needs === "alias-lengths")?.reason ??
        "no alias is created, so none has a length at a limit",
    );
  if (recipe === null && main.versions.length > 0 && (main.unused?.versions ?? null) === null)
    lacks("version-list", "not all versions are known: their list has several pages");
  if (recipe === null) lacks("publish", "no version is published");
  found.push(...missing.filter(({ needs }) => needs === "describe"));
  if (readName(main.arn).kind !== "read")
    lacks(
      "full-arn",
      `no full ARN of the function is valid: the page's pattern of FunctionName does not admit ${main.arn}`,
    );
  return found;
}

/** Says why a rule cannot be judged on this target; null if it can. */
export function unsupportedReason(rule: Rule, cannot: readonly UnsupportedCapability[]): Reason | null {
  const capability = cannot.find(({ needs }) => rule.needs.includes(needs));
  return capability === undefined
    ? null
    : { code: "unsupported", needs: capability.needs, detail: capability.reason };
}

/** Tracks whether the target has a size limit for policies. */
export type SizeLimit = ReturnType<typeof sizeLimit>;

const tooLarge = sizeRules["policy.too-large"];

/** True also if the policy cannot be read, or if the refusal has an unexpected error name. */
function meetsLimit(of: Observation): boolean {
  if (of.kind !== "addition" || of.result.kind !== "refused") return false;
  if (of.answer.kind === "none" || of.answer.status >= 500) return false;
  return within({ rule: "policy.too-large" }, () => tooLarge.trigger.judge(of) !== null);
}

export function isSearchForLimit(testCase: string): boolean {
  return testCase === limitTestCase.id;
}

/** Watches a run and its search for the size limit. */
export function sizeLimit() {
  let seen = false;
  let detail: string | null = null;
  return {
    /** Takes a batch of any test case, since each may meet the limit. */
    batch: ({ observations }: ObservedBatch): void => {
      seen ||= observations.some(meetsLimit);
    },
    /** Takes the exchanges of a test case. Only the search for the limit uses them. */
    caseEnded: (testCase: string, batches: readonly (readonly Exchange[])[]): void => {
      if (isSearchForLimit(testCase)) detail = cutShort(batches);
    },
    /** The unsupported capability after all test cases; null if the target has a limit or the search was cut short. */
    unsupported: (): UnsupportedCapability | null =>
      seen || detail !== null
        ? null
        : { needs: "limit", reason: "has no size limit up to 1 MiB, or none that was reached" },
    /** Marks rules that met no limit as inconclusive if the search for it was cut short. */
    applyTo: (judged: readonly Rule[], findings: Findings): Findings => {
      if (detail === null) return findings;
      const why: Reason = { code: "unsettled", detail };
      const found = new Map(findings);
      for (const { id } of judged.filter(({ needs }) => needs.includes("limit"))) {
        for (const column of columns) {
          const key = resultKey(id, column);
          const before = found.get(key);
          if (before?.outcome === "unexercised") found.set(key, { ...before, outcome: "inconclusive", why });
        }
      }
      return found;
    },
  };
}

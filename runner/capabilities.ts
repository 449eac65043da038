import { canonicalBody } from "../generators/body.ts";
import { addPermission, getFunction, getPolicy, label, removePermission } from "../generators/call.ts";
import type { Rule } from "../oracle/rule.ts";
import type { Reason } from "../reports/reason.ts";
import { errorName, phrase, revisionIn } from "../spec/answer.ts";
import type { Answer } from "../spec/exchange.ts";
import { readPolicy } from "../spec/statement.ts";
import type { Lane } from "./lane.ts";
import type { Inability } from "./options.ts";

/** Finds out, with one statement, whether the target shows policies, removes statements and hands out revisions. */
export async function probe(lane: Lane): Promise<readonly Inability[]> {
  const { name } = lane.stage.main;
  const script = [
    addPermission({ functionName: label(name), body: canonicalBody("probe") }),
    getPolicy(name),
    getFunction(name),
    removePermission(name, "probe"),
  ];
  const { rounds } = await lane.play((done) => {
    const call = script[done.length];
    return call === undefined ? null : [{ key: `probe-${done.length}`, call }];
  });
  const [added, policy, resource, removed] = rounds.map((round) => round[0]?.answer);
  if (!added || !policy || !resource || !removed || added.kind === "none" || added.status >= 300) return [];
  const found: Inability[] = [];
  const shown = readPolicy(policy);
  if (shown.kind === "unreadable" && !isCrash(policy)) {
    found.push({ needs: "policy", reason: `keeps no readable policy: GetPolicy answers ${phrase(policy)}` });
  }
  if (isMissing(removed)) {
    found.push({
      needs: "remove",
      reason: `removes no statements: RemovePermission answers ${phrase(removed)}`,
    });
  }
  if (shown.kind !== "unsettled" && revisionIn(policy) === null && revisionIn(resource) === null) {
    found.push({
      needs: "revisions",
      reason: "hands out no RevisionId: neither GetPolicy nor GetFunction shows one",
    });
  }
  return found;
}

/** A 500 is a defect to be found, not a missing operation. */
function isCrash(answer: Answer): boolean {
  return answer.kind === "response" && (answer.status === 500 || answer.status === 200);
}

function isMissing(answer: Answer): boolean {
  if (answer.kind === "none") return false;
  // A Lambda API names what it does not find; a path that it does not know is answered without a name.
  return [405, 501].includes(answer.status) || (answer.status === 404 && errorName(answer) === null);
}

/** What the stage itself makes impossible. */
export function stageInabilities(
  { stage: { main, other } }: Pick<Lane, "stage">,
  missing: readonly Inability[],
): readonly Inability[] {
  const lacking = (needs: Inability["needs"], what: string): Inability => {
    const why = missing.find((one) => one.needs === needs)?.reason ?? "not arranged";
    return { needs, reason: `${what}: ${why}` };
  };
  return [
    ...(other === null ? [lacking("other", "no second function")] : []),
    ...(main.versions.length === 0 ? [lacking("versions", "no published version")] : []),
    ...(main.aliases === null ? [lacking("aliases", "no alias")] : []),
  ];
}

/** Why a rule cannot be judged on this target; null when it can. */
export function unable(rule: Rule, cannot: readonly Inability[]): Reason | null {
  const lacking = cannot.find(({ needs }) => rule.needs.includes(needs));
  return lacking === undefined ? null : { code: "unsupported", needs: lacking.needs, detail: lacking.reason };
}

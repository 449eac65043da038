import type { Observation, PolicyRead } from "../observation.ts";
import type { Question } from "../rule.ts";

/** In which order a policy shows its statements: recorded, for the document speaks of a policy's statements only. */
export const policyOrder: Question = {
  id: "policy.order",
  pointed: false,
  title: "In which order a policy shows its statements",
  source: "introduction: a statement is added; nothing says where",
  clauses: ["R143"],
  answer: (of: Observation) => (of.kind === "policy-read" ? answerOrder(of) : null),
};

/** Only where one order alone explains what is shown: ids may happen to be sorted in the order of addition. */
function answerOrder({ before, key, policy: seen, together }: PolicyRead): string | null {
  const policy = key === null || together ? undefined : before.policies[key];
  if (policy === undefined || seen.kind !== "policy" || policy.since.together) return null;
  const [world, ...others] = policy.worlds;
  const { added } = policy.since;
  if (world?.statements == null || others.length > 0 || added.length === 0) return null;
  const expected = world.statements.map(({ sid }) => sid);
  const shown = seen.statements.map(({ sid }) => sid);
  if (shown.length < 2 || !equal(expected.toSorted(), shown.toSorted())) return null;
  const old = expected.filter((sid) => !added.includes(sid));
  const orders = {
    "the oldest first": expected,
    "the newest first": [...expected.slice(old.length).toReversed(), ...old],
    "sorted by id": expected.toSorted(),
  };
  const fitting = Object.entries(orders).filter(([, order]) => equal(order, shown));
  const [only] = fitting;
  if (only === undefined) return "another order";
  return fitting.length === 1 ? only[0] : null;
}

function equal(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((sid, index) => sid === other[index]);
}

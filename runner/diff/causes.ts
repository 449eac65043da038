import { type DiffCause, isRefusal, type Ruling, type TargetDifference } from "../../reports/diff.ts";
import { causeOf, families, gravities } from "../../rules/causes.ts";
import { rules } from "../../rules/index.ts";
import { grouped } from "../../spec/collections.ts";
import { sizeOf } from "../report.ts";
import type { Compared } from "./compare-answers.ts";

/** A difference as reports hold it, and the answers that show it. */
export interface AnsweredDifference {
  readonly difference: TargetDifference;
  readonly exchanges: Compared["exchanges"];
}

/** What differences have in common: a demand of the document or a topic, and how grave it is. */
interface Common {
  readonly id: string;
  readonly title: string;
  /** The title if there is one difference only. */
  readonly own: string;
  /** The lower, the graver. */
  readonly weight: number;
}

/**
 * The causes of differences, the gravest first. One cause has the same kind of ruling and the same answers on both sides, and
 * its differences are about rules of one family; where both targets refuse, only their answers count.
 */
export function causesOfDifferences(all: readonly AnsweredDifference[]): readonly DiffCause[] {
  const differences = all.map((one, place) => ({ ...one, place, common: commonOf(one) }));
  return grouped(differences, keyOf)
    .flatMap(([, own]) => {
      const [smallest, ...more] = own.toSorted((a, b) => sizeOf(a.difference) - sizeOf(b.difference));
      const [first] = own;
      if (first === undefined || smallest === undefined) return [];
      const { common } = first;
      const { x, y } = smallest.difference;
      const cause: DiffCause = {
        id: common.id,
        title: more.length === 0 ? common.own : common.title,
        x,
        y,
        differences: [smallest, ...more].map(({ place }) => place),
        seen: own.reduce((sum, { difference }) => sum + difference.seen, 0),
      };
      return [{ cause, weight: common.weight }];
    })
    .toSorted((a, b) => a.weight - b.weight || b.cause.seen - a.cause.seen)
    .map(({ cause }) => cause);
}

function keyOf({
  common,
  difference: { ruling, x, y, where = "" },
}: Pick<AnsweredDifference, "difference"> & { readonly common: Common }) {
  // A family of rules on the statement explains every member that differs.
  const member = ruling.kind === "rule" ? where !== "" : where;
  return JSON.stringify([common.id, kindOf(ruling), x, y, member]);
}

function commonOf({ difference: { topic, title, ruling, x, y }, exchanges }: AnsweredDifference): Common {
  if (ruling.kind === "rule") {
    const broken = ruling.rules.flatMap(({ id }) => rules.find((rule) => rule.id === id) ?? []);
    // A rule about any error answer says less than one about the request.
    const rule = broken.find(({ id }) => !id.startsWith("errors.")) ?? broken[0];
    const { answer } = exchanges[ruling.follows === "y" ? "x" : "y"];
    if (rule !== undefined) {
      const cause = causeOf({ rule, answer });
      return { ...cause, own: rule.title, weight: gravities.indexOf(cause.gravity) };
    }
  }
  const weight = gravities.length + ["rule", "question", "admitted", "silent"].indexOf(ruling.kind);
  if (isRefusal(x) && isRefusal(y)) {
    const text = "Both refuse, with different answers";
    return { id: "refusals", title: text, own: text, weight };
  }
  const family = families.find(({ rules: own }) => own.test(topic));
  return { id: family?.id ?? topic, title: family?.title ?? title, own: title, weight };
}

function kindOf(ruling: Ruling): string {
  return ruling.kind === "rule" ? `rule ${ruling.follows}` : ruling.kind;
}

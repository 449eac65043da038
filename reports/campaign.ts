import type { Fact, Span, Text } from "./blocks.ts";
import type { CampaignReport, Report } from "./report.ts";
import { count } from "./verdict.ts";

const ends: Readonly<Record<CampaignReport["end"], string>> = {
  time: "the time was up",
  "nothing-new": "nothing new was seen for long",
  budget: "the rest of the budget is reserved for confirming candidates",
  bail: "enough causes of violations are confirmed",
  stopped: "the run was stopped",
};

const kinds: Readonly<Record<string, string>> = {
  acceptance: "accepted input",
  unspecified: "unspecified behaviour",
};

/** The most findings of a campaign that are named; report.json has all. */
const mostFound = 5;

/** What a campaign did, learnt, found and kept; nothing without one. */
export function campaignFacts({ campaign }: Report): readonly Fact[] {
  if (campaign === undefined) return [];
  const { found, corpus } = campaign;
  return [
    ["campaign", doneText(campaign)],
    ["learnt", learntText(campaign)],
    ...(found.length === 0 ? [] : [["found", foundText(found)] as const]),
    ...(corpus === undefined ? [] : [["corpus", corpusText(corpus)] as const]),
  ];
}

function doneText({ rounds, seeds, requests, mutated, end }: CampaignReport): string {
  if (seeds === undefined)
    return `No round of new seeds was sent after the usual test cases, because ${ends[end]}.`;
  const of = seeds.first === seeds.last ? `seed ${seeds.first}` : `seeds ${seeds.first} to ${seeds.last}`;
  return `${count(rounds, "round")} with ${of}, ${count(mutated, "mutated history")}, ${count(requests, "request")}. It ended because ${ends[end]}.`;
}

function learntText({ behaviours }: CampaignReport): string {
  const parts = Object.entries(behaviours.kinds).map(([kind, number]) => count(number, kinds[kind] ?? kind));
  const of = parts.length === 0 ? "" : ` (${parts.join(", ")})`;
  return `${count(behaviours.new, "new behaviour")}${of}; ${behaviours.known} are known.`;
}

function foundText(found: CampaignReport["found"]): Text {
  const shown = found.slice(0, mostFound).flatMap(({ rule, testCase, requests }, at): readonly Span[] => {
    const separator: readonly Span[] = at === 0 ? [] : ["; "];
    return [...separator, { code: rule }, " in ", { code: testCase }, ` after ${count(requests, "request")}`];
  });
  const more = found.length - mostFound;
  return [...shown, more > 0 ? `; and ${count(more, "more rule")}.` : "."];
}

function corpusText({ folder, before, after, unreadable }: NonNullable<CampaignReport["corpus"]>): Text {
  const left =
    unreadable.length === 0
      ? ""
      : ` ${count(unreadable.length, "file")} left alone: ${unreadable.map(({ file, why }) => `${file}, because ${why}`).join("; ")}.`;
  return [{ code: folder }, `: ${count(before, "test case")} before, ${after} now.${left}`];
}

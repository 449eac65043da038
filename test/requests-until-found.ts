import { ruleIds } from "../rules/index.ts";
import type { Observer } from "../runner/events.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { suites, usualPlan } from "../suites/index.ts";
import { variants } from "../targets/reference/mutants/index.ts";
import type { Mutant } from "../targets/reference/mutants/mutant.ts";

/** How many requests a default run needs until it meets the fault of each mutant. */
export interface RequestsUntilFound {
  readonly mutants: number;
  /** Mutants that the default run does not find; the kill matrix finds them with more random cases. */
  readonly notFound: readonly string[];
  readonly median: number;
  readonly ninetieth: number;
  readonly worst: { readonly requests: number; readonly mutant: string };
  /** The requests of a whole run on the reference: by then all that are found are. */
  readonly wholeRun: number;
  /** For each suite, the mutants that it finds first. */
  readonly firstBySuite: Readonly<Record<string, number>>;
}

interface Found {
  readonly requests: number;
  readonly suite: string;
}

/**
 * Judges every mutant as a default run does. Its fault counts as found with the first request that violates a rule which must
 * find it, if the rule is confirmed later.
 */
export async function requestsUntilFound(
  onMutant: (name: string, found: Found | null) => void,
): Promise<RequestsUntilFound> {
  const all: { readonly mutant: string; readonly found: Found | null }[] = [];
  for (const [mutant, variant] of Object.entries(variants)) {
    if (variant.kills.length === 0) continue;
    const found = await firstFound(variant);
    onMutant(mutant, found);
    all.push({ mutant, found });
  }
  const found = all
    .flatMap(({ mutant, found }) => (found === null ? [] : [{ mutant, ...found }]))
    .sort((a, b) => a.requests - b.requests);
  const at = (share: number) => found[Math.ceil(found.length * share) - 1]?.requests ?? Number.NaN;
  const last = found.at(-1);
  const whole = await judgeVariant((behaviour) => behaviour, plan);
  return {
    mutants: all.length,
    notFound: all.flatMap(({ mutant, found }) => (found === null ? [mutant] : [])),
    median: at(0.5),
    ninetieth: at(0.9),
    worst: { requests: last?.requests ?? Number.NaN, mutant: last?.mutant ?? "" },
    wholeRun: whole.requests,
    firstBySuite: Object.fromEntries(
      suites.map(({ name }) => [name, found.filter(({ suite }) => suite === name).length]),
    ),
  };
}

/** The plan of a default run. */
const plan = { seed: 1, ...usualPlan, workers: 8, suites: suites.map(({ name }) => name) };

async function firstFound({ mutate, kills, column }: Mutant): Promise<Found | null> {
  const seen = new Map<string, Found>();
  const report = await judgeVariant(mutate, {
    ...plan,
    profile: column,
    // The run ends once a rule that must find it is confirmed.
    bail: { causes: 1, known: ruleIds.filter((id) => !kills.includes(id)) },
    observers: ({ transport }): readonly Observer[] => [
      {
        on: (event) => {
          if (event.type !== "candidate") return;
          const [suite = ""] = event.case.split("/");
          seen.set(event.rule.id, { requests: transport.requests(), suite });
        },
      },
    ],
  });
  const confirmed = report.rules.filter(
    ({ id, verdicts }) => kills.some((own) => own === id) && verdicts[column ?? "document"] === "violated",
  );
  const found = confirmed.flatMap(({ id }) => seen.get(id) ?? []);
  return found.sort((a, b) => a.requests - b.requests)[0] ?? null;
}

import type { Shard } from "../runner/plan.ts";
import { Fault, type OptionSpelling } from "../spec/fault.ts";
import { randomSuites } from "../suites/index.ts";
import type { ConformOptions } from "./program-options.ts";

/** The options that a campaign needs, or that exclude one. */
type CampaignChoices = Pick<ConformOptions, "minutes" | "corpus" | "suites"> & {
  readonly record?: string | undefined;
  readonly shard?: Shard | undefined;
};

/** Throws a Fault if there cannot be a campaign with these options. */
export function checkCampaign(
  { minutes, corpus, suites, record, shard }: CampaignChoices,
  spelt: OptionSpelling,
): void {
  if (minutes === undefined && corpus !== undefined)
    throw new Fault(
      `${spelt("corpus")} is the folder of a campaign: give ${spelt("minutes")} as well, which says how long it goes on.`,
      { option: "corpus" },
    );
  if (minutes === undefined) return;
  if (record !== undefined)
    throw new Fault(
      `${spelt("record")} stores every exchange, and a campaign has too many: leave out ${spelt("record")} or ${spelt("minutes")}.`,
      { option: "record" },
    );
  if (shard !== undefined)
    throw new Fault(
      `${spelt("shard")} executes a part of one seed, and a campaign goes on with others: give each machine a ${spelt("seed")} of its own, or leave out ${spelt("minutes")}.`,
      { option: "shard" },
    );
  const isRandom = (name: string) => name === "all" || randomSuites.some((suite) => suite.name === name);
  if (suites !== undefined && !suites.some(isRandom))
    throw new Fault(
      `A campaign sends random test cases, and the suites ${suites.join(", ")} have none: name one of ${randomSuites.map(({ name }) => name).join(", ")} in ${spelt("suites")}, or leave out ${spelt("minutes")}.`,
      { option: "suites" },
    );
}

import fc from "fast-check";
import { commands } from "./history-commands.ts";
import { historyRounds } from "./history-rounds.ts";
import { type Plan, type Suite, scripted, type Unit } from "./unit.ts";

/** Random histories on two functions, their versions and aliases, with ids and qualifiers that collide by design. */
export const histories: Suite = {
  name: "histories",
  title: "Random histories of additions, removals, reads and changes of the function",
  units: historyUnits,
};

function historyUnits({ seed, runs }: Plan): readonly Unit[] {
  return fc
    .sample(commands, { seed, numRuns: runs })
    .map((list, at) => scripted(`histories/${at}`, (stage) => historyRounds(stage, list), { clean: true }));
}

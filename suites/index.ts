import { boundary } from "./boundary.ts";
import type { Suite } from "./case.ts";
import { faults } from "./faults.ts";
import { fuzz } from "./fuzz.ts";
import { histories } from "./histories.ts";
import { races } from "./races.ts";
import { size } from "./size.ts";
import { spellings } from "./spellings.ts";
import { state } from "./state.ts";
import { unspecified } from "./unspecified.ts";
import { wire } from "./wire.ts";

/** Every suite, in the order they are sent. */
export const suites: readonly Suite[] = [
  spellings,
  boundary,
  state,
  unspecified,
  faults,
  fuzz,
  histories,
  races,
  size,
  wire,
];

/**
 * Sent only when `--suite` names it: some targets do not survive it (Prism ends on a path with an escape that cannot be
 * decoded), and then no earlier candidate can be confirmed.
 */
const onlyByName: ReadonlySet<string> = new Set(["wire"]);

/** The default number of random cases of a property, and of repetitions of each kind of race. */
export const usualPlan = { runs: 25, rounds: 6 } as const;

/** The suites of a run by default. */
export const usualSuites: readonly Suite[] = suites.filter(({ name }) => !onlyByName.has(name));

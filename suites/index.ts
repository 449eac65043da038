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
 * Sent only when asked for by name: some targets do not survive it (Prism ends on a path with an escape that cannot be
 * decoded), and then nothing that was found before can be confirmed.
 */
const onlyByName: ReadonlySet<string> = new Set(["wire"]);

/** How many random cases a property gets, and how many rounds each kind of race, unless told otherwise. */
export const usualPlan = { runs: 25, rounds: 6 } as const;

/** What a run sends unless told otherwise. */
export const usualSuites: readonly Suite[] = suites.filter(({ name }) => !onlyByName.has(name));

import { boundary } from "./boundary.ts";
import type { Suite } from "./case.ts";
import { fuzz } from "./fuzz.ts";
import { histories } from "./histories.ts";
import { races } from "./races.ts";
import { size } from "./size.ts";
import { spellings } from "./spellings.ts";
import { state } from "./state.ts";
import { faults, unspecified } from "./unspecified.ts";
import { wire } from "./wire.ts";

/**
 * Every suite, in the order they are sent; a run sends all of them by default. What finds the most mutants for its requests
 * comes first, by test/bench.json.
 */
export const suites: readonly Suite[] = [
  spellings,
  state,
  boundary,
  unspecified,
  faults,
  fuzz,
  histories,
  races,
  size,
  wire,
];

/** All suites but wire: what SDKs and other HTTP clients can send. */
export const ordinarySuites: readonly Suite[] = suites.filter((suite) => suite !== wire);

/** The suites whose test cases depend on the seed. */
export const randomSuites: readonly Suite[] = [fuzz, histories, races];

/** The default number of random cases of a property, and of repetitions of each kind of race. */
export const usualPlan = { runs: 25, rounds: 6 } as const;

/** What is arranged for test cases. Account and region are read from returned ARNs, never assumed. */
export interface Fixture {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  /** The function under test. */
  readonly main: FixtureFunction;
  /** A second function, to test that functions are independent; absent where only one may be used. */
  readonly other: FixtureFunction | null;
  /** A name with the run's prefix that no function has. */
  readonly unknownName: string;
  /** What the target accepts in CreateFunction; null where nothing may be created. */
  readonly recipe: Recipe | null;
}

/** What a fixture has besides the function under test. */
export interface FixtureParts {
  readonly versions: 0 | 1 | 2;
  /** The short ordinary alias, or also those whose length is an edge case. An alias needs a version. */
  readonly aliases: "none" | "live" | "all";
  /** The second function. */
  readonly other: boolean;
}

export const allParts: FixtureParts = { versions: 2, aliases: "all", other: true };
export const noParts: FixtureParts = { versions: 0, aliases: "none", other: false };

export function isWhole({ versions, aliases, other }: FixtureParts): boolean {
  return versions === 2 && aliases === "all" && other;
}

export function isBare({ versions, aliases, other }: FixtureParts): boolean {
  return versions === 0 && aliases === "none" && !other;
}

/** The fewest parts that hold both. */
export function joinedParts(one: FixtureParts, two: FixtureParts): FixtureParts {
  return {
    versions: one.versions > two.versions ? one.versions : two.versions,
    aliases: aliasParts.indexOf(one.aliases) > aliasParts.indexOf(two.aliases) ? one.aliases : two.aliases,
    other: one.other || two.other,
  };
}

/** Says whether a fixture has all these parts. */
export function hasParts({ main, other }: Fixture, parts: FixtureParts): boolean {
  const aliases = main.aliases === null ? "none" : main.aliases.longest === undefined ? "live" : "all";
  return (
    main.versions.length >= parts.versions &&
    aliasParts.indexOf(aliases) >= aliasParts.indexOf(parts.aliases) &&
    (other !== null || !parts.other)
  );
}

const aliasParts: readonly FixtureParts["aliases"][] = ["none", "live", "all"];

/** A function that exists during a run. */
export interface FixtureFunction {
  readonly name: string;
  /** Unqualified ARN. */
  readonly arn: string;
  /** Published version numbers, oldest first; empty where none could be published. */
  readonly versions: readonly string[];
  readonly aliases: StagedAliases | null;
  /** What an existing function has besides, and a run does not use. `versions` is null if not all are known. */
  readonly unused?: { readonly versions: readonly string[] | null; readonly aliases: readonly string[] };
}

/**
 * Names that a careless look-up takes for a function of this name: its beginning, `_` where SQL's LIKE fits any character,
 * and one that begins with it.
 */
export function lookalikes(name: string): readonly [beginning: string, underscored: string, longer: string] {
  return [name.slice(0, -1), name.replace(/-(?=[^-]*$)/, "_"), `${name}2`];
}

/** Aliases of a fixture function, by their purpose. An existing function has the first one alone. */
export interface StagedAliases {
  /** A short ordinary alias. */
  readonly live: string;
  /** Makes the qualified full ARN exactly 140 characters long. */
  readonly arn140?: string;
  /** Makes the qualified full ARN exactly 141 characters long. */
  readonly arn141?: string;
  /** 128 characters: the longest qualifier. */
  readonly longest?: string;
}

/** What a target accepts in CreateFunction. */
export interface Recipe {
  /** ARN of the execution role. */
  readonly role: string;
  readonly runtime: string;
  /** The deployment package, base64. */
  readonly zip: string;
}

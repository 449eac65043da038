import { curl, curlWithoutSetup, type SetupResource } from "../reports/curl.ts";
import { type Setup, setupLines } from "../reports/shell.ts";
import type { Exchange } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { decoded } from "../spec/target.ts";
import type { RunOptions } from "./run.ts";

export interface Reproduction {
  /** A complete command. */
  readonly curl: string;
  /** The command that needs the lines of the report's `shell` first. */
  readonly play: string;
}

type ReproductionOptions = Pick<RunOptions, "curl" | "redact"> & {
  readonly target: { readonly endpoint: string };
};

/** Makes the commands that reproduce a counterexample. With --sign, credentials are shell variables. */
export function reproduction(
  batches: readonly (readonly Exchange[])[],
  options: ReproductionOptions,
  fixture: Fixture | null,
): Reproduction {
  const input = {
    ...setupOf(options, fixture),
    steps: batches.map((batch) => batch.map(({ step }) => step)),
    resources: fixture === null ? [] : resourcesFor(fixture, batches.flat()),
  };
  const clean = cleaner(options);
  return { curl: clean(curl(input)), play: clean(curlWithoutSetup(input)) };
}

/** The shell lines that each counterexample's `play` needs. */
export function shellOf(options: ReproductionOptions, fixture: Fixture | null): readonly string[] {
  return setupLines(setupOf(options, fixture), new Set(["function", "version", "alias"])).map(
    cleaner(options),
  );
}

/** Without --sign, the constant headers look like secrets but are none, so nothing is redacted. */
function cleaner({ curl: { sign }, redact }: ReproductionOptions): (text: string) => string {
  return sign ? redact : (text) => text;
}

function setupOf({ curl: how, target }: ReproductionOptions, fixture: Fixture | null): Setup {
  const role = fixture?.recipe?.role.split("/").at(-1) ?? "";
  return {
    ...how,
    endpoint: target.endpoint,
    region: fixture?.region ?? "us-east-1",
    recipe: fixture?.recipe ?? null,
    // A role with our prefix was created for the run, because the target requires one.
    role: role.startsWith("addperm-ct-") ? role : null,
  };
}

/** Lists what a history needs: its functions, versions and aliases. */
function resourcesFor(fixture: Fixture, exchanges: readonly Exchange[]): readonly SetupResource[] {
  const { recipe, main, other } = fixture;
  if (recipe === null) return [];
  const named = (name: string) =>
    exchanges.filter(({ call }) => `${decoded(call.target)} ${call.body ?? ""}`.includes(name));
  const about = named(main.name);
  const { name } = main;
  const aliases = aliasesIn(main, about);
  const count = Math.max(versionsIn(main, about), aliases.length > 0 ? 1 : 0);
  const versions = Array.from({ length: count }, (): SetupResource => ({ kind: "version", name }));
  return [
    ...(about.length > 0 ? [{ kind: "function", name } as const] : []),
    ...(other !== null && named(other.name).length > 0
      ? [{ kind: "function", name: other.name } as const]
      : []),
    ...versions,
    ...aliases.map((alias): SetupResource => ({ kind: "alias", name, alias })),
  ];
}

/** How many published versions of the function under test a history names. */
function versionsIn({ versions }: Fixture["main"], about: readonly Exchange[]): number {
  const named = about.flatMap(({ call }) => [
    ...decoded(call.target).matchAll(/(?::|\bQualifier=)(\d+)(?![\w-])/g),
    ...(call.body ?? "").matchAll(/"FunctionVersion":"(\d+)"/g),
  ]);
  return Math.max(0, ...named.map(([, version = ""]) => versions.indexOf(version) + 1));
}

function aliasesIn({ aliases }: Fixture["main"], about: readonly Exchange[]): readonly string[] {
  return Object.values(aliases ?? {}).filter((alias) => {
    const named = new RegExp(`[:=/]${alias}(?![A-Za-z0-9_-])`);
    return about.some(({ call }) => named.test(decoded(call.target)));
  });
}

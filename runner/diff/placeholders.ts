import type { Fixture } from "../../spec/fixture.ts";

/** The texts that differ from one fixture to another, and their placeholders. */
type Names = readonly (readonly [placeholder: string, text: string])[];

/** Shorter texts may appear by chance; the names that depend on the fixture are long. */
const shortest = 12;

function namesOf({ main, other, unknownName }: Fixture): Names {
  const aliases = Object.entries(main.aliases ?? {});
  const all: Names = [
    ["{main}", main.name],
    ["{other}", other?.name ?? ""],
    ["{unknown}", unknownName],
    ...aliases.map(([use, name]) => [`{alias-${use}}`, name] as const),
  ];
  return all.filter(([, text]) => text.length >= shortest).toSorted(([, a], [, b]) => b.length - a.length);
}

/** Replaces the names of a fixture, and region and account of its ARNs, by placeholders. */
export function templated(text: string, fixture: Fixture): string {
  let result = withoutHome(text, fixture);
  for (const [placeholder, name] of namesOf(fixture)) {
    result = result.replaceAll(name, placeholder).replaceAll(name.toUpperCase(), placeholder.toUpperCase());
  }
  return result;
}

/** Replaces only in function ARNs, whole or partial. The same digits elsewhere are a value that was sent. */
function withoutHome(text: string, { partition, region, account }: Fixture): string {
  const colon = "(?<colon>:|%3A)";
  const again = "\\k<colon>";
  const whole = `arn${colon}${[partition, "lambda", region, account, ""].join(again)}`;
  const partial = `${account}${colon}function${again}`;
  return text
    .replace(new RegExp(whole, "gi"), (_, mark: string) =>
      ["arn", "{partition}", "lambda", "{region}", "{account}", ""].join(mark),
    )
    .replace(new RegExp(partial, "gi"), (_, mark: string) => ["{account}", "function", ""].join(mark));
}

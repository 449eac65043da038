import type { Fixture } from "../../spec/fixture.ts";

/** What a fixture is called: texts that its requests carry and those of another fixture do not. */
type Names = readonly (readonly [placeholder: string, text: string])[];

/** Shorter texts could stand anywhere by chance; those that depend on the fixture are long. */
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

/** The text with placeholders for everything that is the fixture's own: names, region and account of its ARNs. */
export function templated(text: string, fixture: Fixture): string {
  let result = withoutHome(text, fixture);
  for (const [placeholder, name] of namesOf(fixture)) {
    result = result.replaceAll(name, placeholder).replaceAll(name.toUpperCase(), placeholder.toUpperCase());
  }
  return result;
}

/** Only in ARNs of functions, whole or partial: elsewhere the same digits are a value that was sent. */
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

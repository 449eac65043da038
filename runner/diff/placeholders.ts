import type { Stage } from "../../spec/stage.ts";

/** What a stage is called: texts that its requests carry and those of another stage do not. */
type Names = readonly (readonly [placeholder: string, text: string])[];

/** Shorter texts could stand anywhere by chance; those that depend on the stage are long. */
const shortest = 12;

function namesOf({ main, other, unknownName }: Stage): Names {
  const aliases = Object.entries(main.aliases ?? {});
  const all: Names = [
    ["{main}", main.name],
    ["{other}", other?.name ?? ""],
    ["{unknown}", unknownName],
    ...aliases.map(([use, name]) => [`{alias-${use}}`, name] as const),
  ];
  return all.filter(([, text]) => text.length >= shortest).toSorted(([, a], [, b]) => b.length - a.length);
}

/** The text with placeholders for everything that is the stage's own: names, region and account of its ARNs. */
export function templated(text: string, stage: Stage): string {
  let result = replaceHome(text, stage, {
    partition: "{partition}",
    region: "{region}",
    account: "{account}",
  });
  for (const [placeholder, name] of namesOf(stage)) {
    result = result.replaceAll(name, placeholder).replaceAll(name.toUpperCase(), placeholder.toUpperCase());
  }
  return result;
}

type Home = Pick<Stage, "partition" | "region" | "account">;

/** Only in ARNs of functions, whole or partial: elsewhere the same digits are a value that was sent. */
function replaceHome(text: string, from: Home, to: Home): string {
  const { partition, region, account } = from;
  return text
    .replace(
      new RegExp(
        ["arn(?<colon>:|%3A)", partition, "lambda", region, account, ""]
          .join("\\k<colon>")
          .replace("\\k<colon>", ""),
        "gi",
      ),
      (_, colon: string) => ["arn", to.partition, "lambda", to.region, to.account, ""].join(colon),
    )
    .replace(new RegExp(`${account}(?<colon>:|%3A)function\\k<colon>`, "gi"), (_, colon: string) =>
      [to.account, "function", ""].join(colon),
    );
}

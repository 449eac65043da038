import type { Call } from "../../spec/exchange.ts";
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

/** The call as it is for another stage; what is written in an unusual way stays as it is. */
export function moved(call: Call, from: Stage, to: Stage): Call {
  if (from === to) return call;
  const texts = new Map(namesOf(to));
  const move = (text: string): string => {
    let result = replaceHome(text, from, to);
    for (const [placeholder, name] of namesOf(from)) {
      const now = texts.get(placeholder) ?? name;
      result = result.replaceAll(name, now).replaceAll(name.toUpperCase(), now.toUpperCase());
    }
    return result;
  };
  return {
    ...call,
    target: move(call.target),
    body: call.body === null || call.encoding === "base64" ? call.body : move(call.body),
    ...(call.raw === undefined ? {} : { raw: { ...call.raw, lines: call.raw.lines.map(move) } }),
  };
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

/** The one character by which the names of the two stages differ: a mangled name still has it. */
const apart: ReadonlySet<string> = new Set(["xy", "XY"]);

/** Says whether two calls are the same but for the names of the stages that they are for. */
export function sameRequest(x: Call, stageX: Stage, y: Call, stageY: Stage): boolean {
  // Role, runtime and package are what each target was found to accept.
  if (x.operation === "CreateFunction" && y.operation === x.operation) return x.target === y.target;
  const mask = stageX.region === stageY.region && stageX.account === stageY.account ? plain : homeless;
  const [textX, textY] = [requestText(x, stageX, mask), requestText(y, stageY, mask)];
  if (textX === textY) return true;
  if (textX.length !== textY.length) return false;
  return textX.split("").every((one, at) => one === textY[at] || apart.has(`${one}${textY[at] ?? ""}`));
}

const plain = (path: string): string => path;

/**
 * Of targets in different places even a mangled ARN differs, and what fills it up to a length is shorter where the
 * region is longer: regions, long numbers and such fillings of a path are not looked at.
 */
const homeless = (path: string): string =>
  path
    .normalize("NFKC")
    .replace(/\b[a-z]{2}(-gov)?-[a-z]+(-\d)?/gi, "{region}")
    .replace(/\p{Nd}{6,}/gu, "{digits}")
    .replace(/x{8,}/g, "{filling}");

/** The call as a text in which two stages do not differ. */
function requestText(
  { method, target, headers, body }: Call,
  stage: Stage,
  mask: (path: string) => string,
): string {
  const path = mask(templated(decoded(target), stage));
  return JSON.stringify([method, path, headers, body === null ? null : templated(body, stage)]);
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}

import type { Header } from "../spec/exchange.ts";
import type { Recipe } from "../spec/stage.ts";
import { quote } from "./shell.ts";

/** Something that has to exist before a history can be played. */
export type Making =
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "version"; readonly name: string }
  | { readonly kind: "alias"; readonly name: string; readonly alias: string };

/** What the commands of every history have in common. */
export interface Setup {
  /** Base URL of the target. */
  readonly endpoint: string;
  /** The constant headers for targets that check none: Authorization and its date; may be empty. Never real ones. */
  readonly authorization: readonly Header[];
  /** Let curl sign with the usual credential variables. */
  readonly sign: boolean;
  /** Region to sign for. */
  readonly region: string;
  /** What CreateFunction accepts; null where nothing is created. */
  readonly recipe: Recipe | null;
  /** Name of an execution role that must be created first; null where none must. */
  readonly role: string | null;
}

/** The variable that holds the base URL, quoted. */
export const base = '"$U"';

const quiet = "curl -sS -o /dev/null";
const json = "-H 'Content-Type: application/json'";
const functions = "/2015-03-31/functions";

/** The word that authorizes a request: the array that `setupLines` defines; none where there is nothing to say. */
export function authorizationWord({ sign, authorization }: Setup): readonly string[] {
  return sign || authorization.length > 0 ? ['"${A[@]}"'] : [];
}

/** Lines for bash or zsh, pasted once: the base URL, what authorizes, and a shell function for each kind of making. */
export function setupLines(setup: Setup, kinds: ReadonlySet<Making["kind"]>): readonly string[] {
  const authorized = [quiet, ...authorizationWord(setup)].join(" ");
  return [
    `U=${quote(setup.endpoint.replace(/\/+$/, ""))}`,
    ...credentials(setup),
    ...(kinds.has("function") ? [...role(setup), ...creation(setup, authorized)] : []),
    ...(kinds.has("version")
      ? [`publish_version() { ${authorized} ${json} -d '{}' "$U${functions}/$1/versions"; }`]
      : []),
    ...(kinds.has("alias")
      ? [
          `make_alias() { ${authorized} ${json} -d '{"FunctionVersion":"1","Name":"'"$2"'"}' "$U${functions}/$1/aliases"; }`,
        ]
      : []),
  ];
}

/** The command that makes it, by the functions of `setupLines`. */
export function makingCommand(making: Making): string {
  switch (making.kind) {
    case "function":
      return `make_function ${quote(making.name)}`;
    case "version":
      return `publish_version ${quote(making.name)}`;
    case "alias":
      return `make_alias ${quote(making.name)} ${quote(making.alias)}`;
  }
}

/** One header of a call as curl takes it. */
export function headerWord([name, value]: Header): string {
  return `-H ${quote(value.trim() === "" ? `${name};` : `${name}: ${value}`, "latin1")}`;
}

function credentials({ sign, region, authorization }: Setup): readonly string[] {
  if (!sign) return authorization.length === 0 ? [] : [`A=(${authorization.map(headerWord).join(" ")})`];
  const words = [
    `--aws-sigv4 ${quote(`aws:amz:${region}:lambda`)}`,
    '--user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"',
    '${AWS_SESSION_TOKEN:+-H "X-Amz-Security-Token: $AWS_SESSION_TOKEN"}',
  ];
  return [`A=(${words.join(" ")})`];
}

/** Creates the execution role through the IAM API of the same endpoint. */
function role({ role: name, sign, authorization }: Setup): readonly string[] {
  if (name === null || sign) return [];
  const trust =
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
  const form = new URLSearchParams({
    Action: "CreateRole",
    Version: "2010-05-08",
    RoleName: name,
    AssumeRolePolicyDocument: trust,
  });
  const scoped = authorization.length === 0 ? [] : ['"${A[@]/lambda/iam}"'];
  return [[quiet, ...scoped, `-d '${form}'`, `${base}/`].join(" ")];
}

function creation({ recipe }: Setup, authorized: string): readonly string[] {
  if (recipe === null) return [];
  const before = quote(`{"Code":{"ZipFile":"${recipe.zip}"},"FunctionName":"`);
  const after = quote(`","Handler":"index.handler","Role":"${recipe.role}","Runtime":"${recipe.runtime}"}`);
  return [`make_function() { ${authorized} ${json} -d ${before}"$1"${after} ${base}${functions}; }`];
}

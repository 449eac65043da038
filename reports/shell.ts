import { Buffer } from "node:buffer";
import type { Header } from "../spec/exchange.ts";
import type { Recipe } from "../spec/fixture.ts";

const bare = /^[A-Za-z0-9_/:=.,@%+-]+$/;
const printable = /^[\x20-\x7e]*$/;

/** The encoding of text: header lines are Latin-1 where possible, all other text is UTF-8. */
export type Charset = "utf8" | "latin1";

/** Encodes text. Text with characters above U+00FF is always UTF-8. */
export function bytesOf(text: string, charset: Charset): Buffer {
  return Buffer.from(text, /^[\u0000-\u00ff]*$/.test(text) ? charset : "utf8");
}

/** One bash word for exactly these characters, as printable ASCII on one line. */
export function quote(text: string, charset: Charset = "utf8"): string {
  if (bare.test(text)) return text;
  if (printable.test(text) && !text.includes("##[")) return `'${text.replaceAll("'", "'\\''")}'`;
  return `$'${[...bytesOf(text, charset)].map(ansiByte).join("")}'`;
}

/** The same, with each slot replaced by the value of its variable. */
export function quoteWithSlots(
  text: string,
  variables: ReadonlyMap<string, string>,
  charset: Charset = "utf8",
): string {
  const [found] = [...variables].filter(([slot]) => text.includes(slot));
  if (found === undefined) return text === "" ? "" : quote(text, charset);
  const [slot, variable] = found;
  return text
    .split(slot)
    .map((part) => quoteWithSlots(part, variables, charset))
    .join(`"$${variable}"`);
}

/** A `printf` command of bash that writes exactly these bytes, NUL included, with `value` between the pieces. */
export function printBytes(pieces: readonly Uint8Array[], value = ""): string {
  const format = pieces.map((piece) => [...piece].map(formatByte).join("")).join("%s");
  const values = ` ${value}`.repeat(value === "" ? 0 : pieces.length - 1);
  // printf would read a leading dash as an option.
  return `printf '${format.replace(/^-/, "\\x2d")}'${values}`;
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}

const named: ReadonlyMap<number, string> = new Map([
  [9, "\\t"],
  [10, "\\n"],
  [13, "\\r"],
  [92, "\\\\"],
]);

/**
 * Characters to escape: a quote or an exclamation mark inside $'…' can trigger history expansion in interactive shells,
 * and "##[" is a command for some CI runners.
 */
const spelt: ReadonlySet<number> = new Set([0x21, 0x23, 0x27]);

function ansiByte(byte: number): string {
  const literal = byte >= 0x20 && byte <= 0x7e && !spelt.has(byte);
  return named.get(byte) ?? (literal ? String.fromCharCode(byte) : hex(byte));
}

function formatByte(byte: number): string {
  return byte === 0x25 ? "%%" : ansiByte(byte);
}

/** A resource that must exist before a history is executed. */
export type SetupResource =
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "version"; readonly name: string }
  | { readonly kind: "alias"; readonly name: string; readonly alias: string };

/** What the commands of all histories share. */
export interface Setup {
  /** Base URL of the target. */
  readonly endpoint: string;
  /** Constant Authorization and date headers for targets that do not check them; may be empty. Never real credentials. */
  readonly authorization: readonly Header[];
  /** True lets curl sign with the usual credential variables. */
  readonly sign: boolean;
  /** Region to sign for. */
  readonly region: string;
  /** Input for CreateFunction; null when no function is created. */
  readonly recipe: Recipe | null;
  /** Name of an execution role to create first; null for none. */
  readonly role: string | null;
}

/** The variable that holds the base URL, quoted. */
export const base = '"$U"';

const quiet = "curl -sS -o /dev/null";
const json = "-H 'Content-Type: application/json'";
const functions = "/2015-03-31/functions";

/** The word that authorizes a request: the array that `setupLines` defines, or none. */
export function authorizationWord({ sign, authorization }: Setup): readonly string[] {
  return sign || authorization.length > 0 ? ['"${A[@]}"'] : [];
}

/** Setup lines for bash or zsh: the base URL, the authorization, and a shell function for each kind of resource. */
export function setupLines(setup: Setup, kinds: ReadonlySet<SetupResource["kind"]>): readonly string[] {
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

/** The command that creates a resource with the functions of `setupLines`. */
export function createCommand(resource: SetupResource): string {
  switch (resource.kind) {
    case "function":
      return `make_function ${quote(resource.name)}`;
    case "version":
      return `publish_version ${quote(resource.name)}`;
    case "alias":
      return `make_alias ${quote(resource.name)} ${quote(resource.alias)}`;
  }
}

/** The commands that delete the functions among these resources, so that a line leaves nothing behind and can be pasted again. */
export function deleteCommands(resources: readonly SetupResource[]): readonly string[] {
  return resources.flatMap(({ kind, name }) =>
    kind === "function" ? [`delete_function ${quote(name)}`] : [],
  );
}

/** One header of a call as a curl option. */
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
  return [
    `make_function() { ${authorized} ${json} -d ${before}"$1"${after} ${base}${functions}; }`,
    `delete_function() { ${authorized} -X DELETE "$U${functions}/$1"; }`,
  ];
}

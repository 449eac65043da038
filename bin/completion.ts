import { nearest } from "../reports/known/shape.ts";
import { Fault } from "../spec/fault.ts";
import { type OptionDoc, read } from "./arguments.ts";
import type { CommandContext } from "./context.ts";
import { tool } from "./help.ts";
import { optionDocs } from "./options.ts";

const program = tool.name;

/** Subcommands with their options; "" is the run itself. */
const entries: readonly (readonly [name: string, docs: readonly OptionDoc[]])[] = Object.entries(optionDocs);

const subcommands: readonly string[] = entries.map(([name]) => name).filter((name) => name !== "");

const shells: Readonly<Record<string, () => string>> = { bash, zsh, fish };

/** Prints the completion script of a shell. */
export async function completionCommand(
  args: readonly string[],
  { stdout }: Pick<CommandContext, "stdout">,
): Promise<number> {
  const given = read(args, optionDocs.completion);
  const [shell = "", ...more] = given.rest;
  if (more.length > 0)
    throw new Fault(`completion takes one shell, and got ${given.rest.join(", ")}: give one.`);
  stdout.write(completionFor(shell));
  return 0;
}

/** The completion script of bash, zsh or fish; a Fault for any other shell. */
export function completionFor(shell: string): string {
  const make = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
  if (make !== undefined) return make();
  const names = Object.keys(shells);
  const hint = nearest(shell, names);
  throw new Fault(
    `completion knows no shell ${JSON.stringify(shell)}${hint === null ? "" : `: did you mean ${hint}?`} Use one of ${names.join(", ")}.`,
  );
}

function bash(): string {
  const cases = entries
    .filter(([name]) => name !== "")
    .map(
      ([name, docs]) =>
        `    ${name}) sub=${name} words="${[...argumentsOf(name), flags(docs)].join(" ")}" ;;`,
    );
  const values = entries.flatMap(([sub, docs]) => docs.flatMap((doc) => bashValue(sub, doc)));
  return `_addpermission_conformance() {
  local current=\${COMP_WORDS[COMP_CWORD]} sub= words
  case \${COMP_WORDS[1]-} in
${cases.join("\n")}
    *) words="${flags(optionDocs[""])}" ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="$words ${subcommands.join(" ")}"; fi
  case "$sub \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
_addpermission_conformance_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null || true
  COMPREPLY=($(compgen "$1" -- "$2"))
}
complete -o default -F _addpermission_conformance ${program}
`;
}

/** What stands after an option: one of its values, a path, or something that cannot be listed. */
function bashValue(sub: string, { name, value, choices }: OptionDoc): readonly string[] {
  if (value === undefined) return [];
  const paths = value === "DIR" ? "-d" : value === "FILE" ? "-f" : null;
  const what =
    paths === null
      ? `words="${(choices ?? []).join(" ")}"`
      : `_addpermission_conformance_paths ${paths} "$current"; return`;
  return [`    "${sub} --${name}") ${what} ;;`];
}

function zsh(): string {
  const cases = entries.map(
    ([name, docs]) =>
      `    ${name === "" ? "*" : name}) _arguments ${docs.map(zshSpec).join(" ")} ${zshRest(name)} ;;`,
  );
  // The run itself matches anything, so it stands last.
  const ordered = [...cases.slice(1), ...cases.slice(0, 1)];
  return `#compdef ${program}
_addpermission_conformance() {
  if (( CURRENT == 2 )); then compadd -- ${subcommands.join(" ")}; fi
  case \${words[2]} in
${ordered.join("\n")}
  esac
}
compdef _addpermission_conformance ${program}
`;
}

function zshSpec({ name, value, about, choices: list }: OptionDoc): string {
  const text = about.replace(/[[\]:\\]/g, "\\$&");
  const action = list === undefined ? "_files" : `(${list.join(" ")})`;
  return quoted(
    `--${name}[${text}]${value === undefined ? "" : `:${value.replaceAll(":", "\\:")}:${action}`}`,
  );
}

/** The subcommand itself is the first argument. */
function zshRest(name: string): string {
  const list = argumentsOf(name);
  return list.length === 0 ? "'*:file:_files'" : `'2:${name}:(${list.join(" ")})'`;
}

function fish(): string {
  const subs = `complete -c ${program} -n __fish_use_subcommand -f -a ${quoted(subcommands.join(" "))}`;
  const rest = subcommands.flatMap((name) =>
    argumentsOf(name).map(
      (one) => `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -f -a ${one}`,
    ),
  );
  const lines = entries.flatMap(([name, docs]) => {
    // Not __fish_use_subcommand: to fish, the value of an option is one.
    const when =
      name === ""
        ? `not __fish_seen_subcommand_from ${subcommands.join(" ")}`
        : `__fish_seen_subcommand_from ${name}`;
    return docs.map(
      (doc) =>
        `complete -c ${program} -n ${quoted(when)} -l ${doc.name}${fishValue(doc)} -d ${quoted(doc.about)}`,
    );
  });
  return `${[subs, ...rest, ...lines].join("\n")}\n`;
}

function fishValue({ value, choices: list }: OptionDoc): string {
  if (list !== undefined) return ` -x -a ${quoted(list.join(" "))}`;
  return value === undefined ? "" : " -r";
}

/** What a subcommand takes besides options, where it can be listed. */
function argumentsOf(name: string): readonly string[] {
  return name === "completion" ? Object.keys(shells) : [];
}

function flags(docs: readonly OptionDoc[]): string {
  return docs.map(({ name }) => `--${name}`).join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

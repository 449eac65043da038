import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type TS from "typescript";
import { describe, expect, it } from "vitest";
import { generate } from "../spec/generate.ts";
import { ts } from "./typescript.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const contract = await readFile(`${root}spec/add-permission.yaml`, "utf8");

/**
 * An edit of the contract, and the declarations that no longer compile with the new types: in request builders, in
 * readers of requests and answers, in the reference, and in the examples.
 */
interface Edit {
  readonly what: string;
  readonly from: RegExp;
  readonly to: string;
  readonly breaks: readonly string[];
}

const edits: readonly Edit[] = [
  {
    what: "a member of the body that has another name",
    from: /\bSourceArn\b/g,
    to: "SourceARN",
    breaks: [
      "withoutToken",
      "memberValues",
      "sourceVariations",
      "combinations",
      "statementJson",
      "shapes",
      "conditionOf",
    ],
  },
  {
    what: "a missing required member of the body",
    from: /^ {8}Action:\n( {10}.*\n)+/m,
    to: "",
    breaks: ["canonicalBody", "withToken", "memberVariations", "statementJson", "readPermission"],
  },
  {
    what: "a member of another type",
    from: /(SourceAccount:\n +type:) string/,
    to: "$1 integer",
    breaks: ["memberValues", "table", "draftOf", "conditionElement"],
  },
  {
    what: "a path with another parameter",
    from: /\bFunctionName\b/g,
    to: "Function",
    breaks: ["labelSlot", "path", "memberValues", "draftOf"],
  },
  {
    what: "a path of another version",
    from: /2015-03-31\/functions/g,
    to: "2031-03-15/functions",
    breaks: ["path", "prefix"],
  },
  {
    what: "a query with another parameter",
    from: /\bQualifier\b/g,
    to: "Version",
    breaks: ["qualifierQuery", "memberValues", "readQualifier", "draftOf"],
  },
  {
    what: "a success with another member name",
    from: /(required: \[)Statement(\]\n +properties:\n +)Statement/,
    to: "$1Policy$2Policy",
    breaks: ["readStatement", "documented", "createdReply", "createLambda", "Permission"],
  },
  {
    what: "a success whose member is of another type",
    from: /(Statement:\n +type:) string/,
    to: "$1 object",
    breaks: ["readStatement", "createdReply", "readPermission"],
  },
  {
    what: "a success with another status",
    from: /"201":/,
    to: '"200":',
    breaks: ["createdReply"],
  },
  {
    what: "an error with its name in another member",
    from: /^ {8}code: \{.*\n/m,
    to: "",
    breaks: ["nameMembers"],
  },
  {
    what: "an error with another member for its sentence",
    from: /^ {8}message: \{.*\n/m,
    to: "",
    breaks: ["errorReply", "Refusal"],
  },
  {
    what: "an error with its name in another header",
    from: /X-Amzn-ErrorType/g,
    to: "X-Error",
    breaks: ["nameHeader", "errorReply"],
  },
  {
    what: "an exception with another name",
    from: /PreconditionFailedException/g,
    to: "StaleRevisionException",
    breaks: ["errorRules", "names", "createLambda"],
  },
];

/** Files that use the types: generators, analysis, rules, the reference, and a user's program. */
const users = [
  "generators/members.ts",
  "generators/valid-requests.ts",
  "spec/answer.ts",
  "spec/body.ts",
  "spec/calls.ts",
  "spec/constraint.ts",
  "spec/request.ts",
  "spec/target.ts",
  "rules/errors.ts",
  "rules/unspecified.ts",
  "targets/reference/draft.ts",
  "targets/reference/errors.ts",
  "targets/reference/statement.ts",
  "examples/lambda.ts",
  "examples/permission.ts",
];

const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config;
// These declarations do not need the types of Node, which would take most of the time.
const options = { ...ts.parseJsonConfigFileContent(config, ts.sys, root).options, types: [] };
let before: TS.Program | undefined;
const parsed = new Map<string, TS.SourceFile | undefined>();
const resolved = ts.createModuleResolutionCache(root, (name) => name, options);

/** Reads the project's files from disk once for all programs; `given` replaces some files. */
function hostWith(given: ReadonlyMap<string, string>): TS.CompilerHost {
  const host = ts.createCompilerHost(options);
  return {
    ...host,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    getSourceFile: (name, how) => {
      const text = given.get(name);
      if (text !== undefined) return ts.createSourceFile(name, text, how);
      if (!parsed.has(name)) parsed.set(name, host.getSourceFile(name, how));
      return parsed.get(name);
    },
    // Only the types of the contract matter here; the other imports would take most of the time.
    resolveModuleNameLiterals: (names, from) =>
      names.map(({ text }) =>
        (from.startsWith(`${root}api/`) && !text.startsWith("../spec/")) ||
        /^(node:|undici$|ajv|yaml$)/.test(text)
          ? { resolvedModule: undefined }
          : ts.resolveModuleName(text, from, options, host, resolved),
      ),
  };
}

/**
 * Names of the declarations that do not compile with the types of a contract. Only those in `about` are checked, which
 * saves most of the time.
 */
async function broken(yaml: string, about: readonly string[]): Promise<readonly string[]> {
  const generated = await generate(yaml);
  const host = hostWith(new Map(generated.map(({ path, text }) => [`${root}${path}`, text])));
  const program = ts.createProgram(
    users.map((path) => `${root}${path}`),
    options,
    host,
    before,
  );
  before = program;
  // The compiler takes the nodes to check as an undocumented argument. Without it, it would check the whole file.
  const errors: (file: TS.SourceFile, stop: undefined, nodes: TS.Node[]) => readonly TS.Diagnostic[] =
    program.getSemanticDiagnostics;
  const found = users
    .flatMap((path) => program.getSourceFile(`${root}${path}`) ?? [])
    .flatMap((file) => {
      const nodes = file.statements.filter((statement) => about.includes(nameOf(statement, file)));
      if (nodes.length === 0) return [];
      return errors(file, undefined, nodes).map(({ start = 0 }) => {
        const at = file.statements.find(({ pos, end }) => pos <= start && start < end);
        return at === undefined ? file.fileName : nameOf(at, file);
      });
    });
  return [...new Set(found)].filter((name) => about.includes(name));
}

/** The name that a statement of a file declares; empty where it declares none. */
function nameOf(statement: TS.Statement, file: TS.SourceFile): string {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations[0]?.name.getText(file) ?? "";
  }
  const declares =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement);
  return declares ? (statement.name?.text ?? "") : "";
}

describe("The types that are generated from the contract", () => {
  it("compile without an edit", async () => {
    expect(users.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
    // `npm run types` checks the rest of these files.
    const declarations = edits.flatMap(({ breaks }) => breaks);
    expect(await broken(contract, declarations)).toEqual([]);
  }, 120_000);

  it.each(edits.map((edit) => [edit.what, edit] as const))(
    "give a type error for %s",
    async (_what, { from, to, breaks }) => {
      const edited = contract.replace(from, to);
      expect(edited).not.toBe(contract);
      const found = await broken(edited, breaks);
      expect(breaks.filter((name) => !found.includes(name))).toEqual([]);
    },
    120_000,
  );
});

import { Fault } from "../spec/fault.ts";
import type { Report } from "./report.ts";
import { checkSchema, problemPhrase, shortJson } from "./schemas.ts";

const schema = "addpermission-conformance/report@1";

/** Reads a report.json. Throws a `Fault` when it is cut off, not JSON, of another version, or not a report. */
export function readReport(text: string, fileName: string): Report {
  const value = parse(text, fileName);
  const found = typeof value === "object" && value !== null && "schema" in value ? value.schema : undefined;
  if (found !== schema) {
    const version = found === undefined ? "no schema" : `the schema ${shortJson(found)}`;
    throw new Fault(
      `${fileName} has ${version}, expected "${schema}": compare reports that this release wrote.`,
    );
  }
  const checked = checkSchema("Report", value);
  if (checked.ok) return checked.value;
  throw new Fault(
    `${fileName} is not a whole report: ${problemPhrase(checked.problem, "the report")}; run \`conform\` again to write it anew.`,
  );
}

function parse(text: string, fileName: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (cause) {
    if (text.trim() === "") {
      throw new Fault(`${fileName} is empty, expected a report.json: run \`conform\` again to write it.`, {
        cause,
      });
    }
    if (isCutOff(text)) {
      const size = `${Buffer.byteLength(text)} bytes`;
      throw new Fault(
        `${fileName} ends in the middle after ${size}, expected a whole report.json: run \`conform\` again to write it.`,
        { cause },
      );
    }
    throw new Fault(
      `${fileName} starts with ${shortJson(text.trimStart().slice(0, 20))} and is not JSON, expected a report.json: name that file.`,
      { cause },
    );
  }
}

/** True for text that opens an object and ends before it is closed. */
function isCutOff(text: string): boolean {
  if (!text.trimStart().startsWith("{")) return false;
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (quoted) {
      if (character === "\\") index++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    if (depth === 0 && character === "}" && !quoted) return false;
  }
  return true;
}

import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { HttpReply } from "../../targets/reference/http.ts";
import { hostile as strings } from "../sample-report.ts";
import { command } from "./command.ts";
import { failing, filesIn, onServer, type Scenario, type Tried } from "./scenario.ts";
import { behind, said } from "./server.ts";

/** Control and invisible characters, except tabs and line breaks, which the checks treat separately. */
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;
/** Headers carry bytes only. Some terminals treat bytes from 0x80 on as controls. */
const inHeader = "\u009b2J `a` | <script>alert(9)</script> ]]> ::error::x ##[error]";
const everyFormat = "json,html,junit,markdown,github,ndjson,sarif";
const settings = ["--concurrency", "2", "--runs", "1", "--suite", "spellings"];

/** Targets that put markup for every format into all text that reports quote. */
export const escaping: readonly Scenario[] = [
  quoting("hostile strings in refusals", /\/(policy|versions|aliases)(\?|$)/, () => refusal(400)),
  quoting("hostile strings in statements", /\/policy(\?|$)/, () =>
    said(201, JSON.stringify({ Statement: JSON.stringify({ Sid: strings, Effect: strings }) }), headers()),
  ),
  quoting("hostile strings for a body", /\/policy(\?|$)/, () => said(201, strings, headers())),
  quoting("hostile strings in the refusal to create", /\/functions\/?$/, () => refusal(403)),
];

function refusal(status: HttpReply["status"]): Buffer {
  return said(status, JSON.stringify({ message: strings, Message: strings, Type: strings }), headers());
}

function headers(): readonly string[] {
  return ["Content-Type: application/json", `X-Hostile: ${inHeader}`, `x-amzn-errortype: ${inHeader}`];
}

function quoting(name: string, where: RegExp, answer: () => Buffer): Scenario {
  const picks = ({ method, target }: { readonly method: string; readonly target: string }) =>
    method === "POST" && where.test(target);
  const listen = behind(picks, (socket) => void socket.write(answer()));
  const run = () =>
    onServer(listen, async (folder, { url }): Promise<Tried> => {
      const target = ["--endpoint", url, ...settings, "--verbose"];
      const run = await command([...target, "--format", everyFormat, "--out", "out"], { folder });
      const again = await command(["replay", "--endpoint", url, "--report", "out/report.json"], { folder });
      const output = `${run.output}\n${again.output}`;
      const files = await filesIn(folder);
      return {
        complaints: complaintsOf(output, files),
        note: `exit ${run.exit}, ${files.size} files`,
        output,
      };
    });
  return { name, run };
}

/** Text that is not escaped for its format. */
export function complaintsOf(terminal: string, files: ReadonlyMap<string, string>): readonly string[] {
  const file = (name: string) => files.get(`out/${name}`) ?? "";
  const [html, xml, markdown, github] = ["report.html", "junit.xml", "report.md", "github.txt"].map(file);
  const annotations = new Set(`${github}`.split("\n"));
  const everything = [["the terminal", terminal] as const, ...files];
  return failing([
    [
      everything.some(([, text]) => text.includes("alert(")),
      "nothing hostile was quoted, so that nothing is shown",
    ],
    ...everything.map(([name, text]) => [!unseen.test(text), `${name} holds ${codeIn(text)}`] as const),
    // Code in these formats keeps the tabs of a request's body.
    ...everything.map(
      ([name, text]) =>
        [/\.(html|md|xml)$/.test(name) || !text.includes("\t"), `${name} holds a tab`] as const,
    ),
    ...everything.map(
      ([name, text]) => [!text.includes("##["), `${name} holds an old workflow command`] as const,
    ),
    ...[...files]
      .filter(([name]) => /json$|sarif$/.test(name))
      .map(([name, text]) => [isJson(name, text), `${name} is no JSON`] as const),
    // With --format github the annotations of github.txt are printed, too.
    [
      terminal.split("\n").every((line) => !/^\s*::/.test(line) || annotations.has(line)),
      "the terminal has a line that is a workflow command",
    ],
    [!/<script>alert|<img src=x|<\/details><script/i.test(`${html}`), "report.html has markup of the target"],
    [XMLValidator.validate(`${xml}`) === true, "junit.xml is not well-formed"],
    [
      !JSON.stringify(new XMLParser({ processEntities: false }).parse(`${xml}`)).includes('"script"'),
      "junit.xml has elements of the target",
    ],
    [
      !/<script|<img|<\/details><\/|\]\(javascript:/i.test(outsideFences(`${markdown}`)),
      `report.md has markup of the target: ${/.*(<script|<img|<\/details><\/|\]\(javascript:).*/i.exec(outsideFences(`${markdown}`))?.[0]}`,
    ],
    [tablesAreWhole(outsideFences(`${markdown}`)), "a table of report.md has rows of different widths"],
    [
      `${github}`
        .trimEnd()
        .split("\n")
        .every((line) => /^::(error|warning|notice) title=[^:]*::/.test(line)),
      "github.txt has a line of another form",
    ],
  ]);
}

function codeIn(text: string): string {
  const found = unseen.exec(text);
  return found === null
    ? ""
    : `U+${found[0].codePointAt(0)?.toString(16)} after ${JSON.stringify(text.slice(Math.max(0, found.index - 40), found.index))}`;
}

function isJson(name: string, text: string): boolean {
  try {
    for (const part of name.endsWith("ndjson") ? text.trim().split("\n") : [text]) JSON.parse(part);
    return true;
  } catch {
    return false;
  }
}

/** Markdown without its fenced blocks, in which nothing is markup. */
function outsideFences(text: string): string {
  let fence = "";
  return text
    .split("\n")
    .filter((line) => {
      const ticks = /^\s*(`{3,})/.exec(line)?.[1] ?? "";
      if (fence === "") {
        fence = ticks;
        return ticks === "";
      }
      if (line.trim() === fence) fence = "";
      return false;
    })
    .join("\n");
}

/** Every row of a table has as many cells as the line of dashes above it. */
function tablesAreWhole(text: string): boolean {
  let width = 0;
  return text.split("\n").every((line) => {
    if (!line.startsWith("|")) {
      width = 0;
      return true;
    }
    const cells = line.split("|").length;
    if (/^[|\s:-]+$/.test(line)) width = cells;
    return width === 0 || cells === width;
  });
}

import { escapeTerminal } from "./escape.ts";
import type { ExitCode } from "./verdict.ts";

/** How the report is laid out on a terminal. */
export interface TerminalOptions {
  /** Columns of the terminal; command lines are never wrapped. */
  readonly columns: number;
  /** True writes ANSI colours. */
  readonly color: boolean;
  /** Also the rules that hold, the questions and every body in full. */
  readonly verbose?: boolean;
  /** What the command will exit with, where more than the report decides it. */
  readonly exit?: ExitCode;
}

/** What a part of the text is painted with. */
type Paint = "red" | "green" | "yellow" | "dim" | "bold";
/** A page to lay out on, with its paint. */
export interface Page extends TerminalOptions {
  readonly paint: (paint: Paint, text: string) => string;
}

const codes: Readonly<Record<Paint, number>> = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 };

/** Longest part of a body or phrase that is shown, in characters. */
const longestBody = 300;
/** Nobody pastes a longer command; terminals choke on it. */
const longestCommand = 16_000;

/** A page of these options; one too narrow to read is widened. */
export function pageOf(options: TerminalOptions): Page {
  const paint = (name: Paint, text: string) =>
    options.color ? `\u001b[${codes[name]}m${text}\u001b[0m` : text;
  return { ...options, columns: Math.max(20, options.columns), paint };
}

/** A line under a first line, wrapped with a hanging indent. */
export function prose(first: string, text: string, page: Page): readonly string[] {
  const lines = wrapWords(escapeTerminal(text), Math.max(10, page.columns - first.length));
  return lines.map((line, index) => (index === 0 ? first : " ".repeat(first.length)) + line);
}

/** Text of the wire: nothing is lost at line ends, and the gutter keeps every line from being taken for a command. */
export function quoted(gutter: string, text: string, page: Page): readonly string[] {
  const lines = wrapHard(escapeTerminal(shorten(text, page)), Math.max(10, page.columns - gutter.length));
  return lines.map((line, index) => (index === 0 ? gutter : "     │ ") + line);
}

/** Text as it is, or its beginning with its length; whole when verbose. */
export function shorten(text: string, { verbose }: Page): string {
  const characters = [...text];
  if (verbose || characters.length <= longestBody) return text;
  return `${characters.slice(0, longestBody).join("")}… (${characters.length} characters)`;
}

/** A command to copy: escaping changes nothing in an honest one, and it is neither wrapped nor cut. */
export function command(text: string): string {
  if (text.length > longestCommand) return `  (a command of ${text.length} characters: see report.json)`;
  return `  ${escapeTerminal(text)}`;
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const mark = /\p{M}/u;

/** Columns that the text takes on a terminal. */
export function width(text: string): number {
  return [...text].reduce((sum, character) => sum + widthOf(character), 0);
}

function widthOf(character: string): number {
  if (mark.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** The text in lines of at most so many columns; breaks at spaces where it can, and loses nothing else. */
function wrapWords(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (width(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    const pieces = wrapHard(word, columns);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? "";
  }
  return [...lines, line].map(defuse);
}

/** The text in lines of at most so many columns; joined together they are the text again. */
function wrapHard(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const character of text) {
    const next = widthOf(character);
    if (used + next > columns && line !== "") {
      lines.push(line);
      line = "";
      used = 0;
    }
    line += character;
    used += next;
  }
  return [...lines, line];
}

/** A line that starts with two colons is a command to some CI runners, indented or not. */
function defuse(line: string): string {
  return line.startsWith("::") ? `:\\u003a${line.slice(2)}` : line;
}

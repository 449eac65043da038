import { escapeTerminal } from "./escape.ts";
import type { ExitCode } from "./verdict.ts";
import { wrapHard, wrapWords } from "./wrap.ts";

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
export type Paint = "red" | "green" | "yellow" | "dim" | "bold";
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

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
export function wrapWords(text: string, columns: number): readonly string[] {
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
export function wrapHard(text: string, columns: number): readonly string[] {
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

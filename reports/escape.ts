/** Characters that act on a screen or hide from a reader: controls, bidi, zero width, separators, lone surrogates. */
const unseen =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\u{e0000}-\u{e0fff}]/gu;

const short: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function spell(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code > 0xffff) return `\\u{${code.toString(16)}}`;
  return short.get(character) ?? `\\u${hex4(code)}`;
}

function hex4(code: number): string {
  return code.toString(16).padStart(4, "0");
}

function visible(text: string, keep = ""): string {
  return text.replace(unseen, (character) => (keep.includes(character) ? character : spell(character)));
}

/** Text from a target for one terminal line: it cannot move the cursor, set colours, reorder text or start a CI command. */
export function escapeTerminal(text: string): string {
  // Some CI runners accept this older command syntax anywhere in a line.
  return visible(text).replaceAll("##[", "#\\u0023[");
}

/** Equivalent JSON text in which each such character is an escape. Line breaks between members stay. */
export function escapeJson(json: string): string {
  const escapes = (text: string) => text.replace(/[\s\S]/g, (unit) => `\\u${hex4(unit.charCodeAt(0))}`);
  return json
    .replace(unseen, (character) => (character === "\n" ? "\n" : escapes(character)))
    .replaceAll("##[", "#\\u0023[");
}

const entities: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
  ["\n", "&#10;"],
  ["\t", "&#9;"],
]);

function entity(character: string): string {
  return entities.get(character) ?? `&#${character.codePointAt(0) ?? 0};`;
}

function markup(text: string, special: RegExp): string {
  return visible(text, "\n\t").replace(special, entity).replaceAll("##[", "##&#91;");
}

/** Text for XML 1.0 element content; line breaks stay, and characters that XML forbids are spelt out. */
export function escapeXml(text: string): string {
  return markup(text, /[&<>"']/g);
}

/** Text for an XML 1.0 attribute in double quotes; line breaks and tabs survive attribute normalisation. */
export function escapeXmlAttribute(text: string): string {
  return markup(text, /[&<>"'\n\t]/g);
}

/** Text for HTML element content or a quoted attribute; not for script or style. */
export function escapeHtml(text: string): string {
  return markup(text, /[&<>"'`]/g);
}

/** Text for one line of Markdown prose, a table cell or a code element: markup becomes entities. */
export function escapeMarkdown(text: string): string {
  return visible(text)
    .trim()
    .replace(/[\\`*_[\]<>|~&#@$"']/g, (character) => (character === "'" ? character : entity(character)))
    .replaceAll("://", "&#58;//")
    .replace(/www\./gi, (found) => `${found.slice(0, 3)}&#46;`)
    .replace(/^([-+=])|^(\d+)([.)])/, (found) => `${found.slice(0, -1)}${entity(found.slice(-1))}`);
}

/** A Markdown code span that is safe in table cells too. */
export function codeSpan(text: string): string {
  return `<code>${escapeMarkdown(text)}</code>`;
}

/** A fenced Markdown code block whose fence is longer than any run of backticks inside. */
export function codeFence(text: string, language = ""): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${visible(text, "\n\t")}\n${fence}`;
}

/** Text for a CI workflow command: its message (`data`) or the value of one of its properties. */
export function escapeWorkflowCommand(text: string, part: "data" | "property"): string {
  const data = visible(text, "\n\r").replace(/[%\r\n]/g, percent);
  return part === "data" ? data : data.replace(/[:,]/g, percent);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

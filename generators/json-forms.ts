/** A text by the name of what is special about it. */
export interface LabelledText {
  readonly label: string;
  readonly text: string;
}

type Body = Readonly<Record<string, unknown>>;

/** The same JSON value in other bytes: order of members, insignificant white space, escapes. */
export function equivalentJson(body: Body): readonly LabelledText[] {
  const plain = JSON.stringify(body);
  return [...orders(body), ...spaces(body), ...escapes(body)].filter(({ text }) => text !== plain);
}

function orders(body: Body): readonly LabelledText[] {
  const entries = Object.entries(body);
  const texts = entries.map((_, first) => write([...entries.slice(first), ...entries.slice(0, first)]));
  return [
    { label: "members-reversed", text: write(entries.toReversed()) },
    ...texts.slice(1).map((text, index) => ({ label: `members-rotated-${index + 1}`, text })),
  ];
}

function write(entries: readonly (readonly [string, unknown])[]): string {
  return JSON.stringify(Object.fromEntries(entries));
}

function spaces(body: Body): readonly LabelledText[] {
  const indented = JSON.stringify(body, null, 2);
  return [
    { label: "indented", text: indented },
    { label: "indented-by-tabs", text: JSON.stringify(body, null, "\t") },
    { label: "lines-end-in-crlf", text: indented.replaceAll("\n", "\r\n") },
    { label: "space-around", text: ` \t\r\n${JSON.stringify(body)}\n\r\t ` },
    {
      label: "space-everywhere",
      text: indented.replaceAll("\n", " \t\r\n ").replaceAll('": ', '" \t\r\n : '),
    },
  ];
}

function escapes(body: Body): readonly LabelledText[] {
  const text = JSON.stringify(body);
  return [
    { label: "values-escaped", text: escapeStrings(body, plainly, escaped) },
    {
      label: "values-escaped-upper-case",
      text: escapeStrings(body, plainly, (value) => upperHex(escaped(value))),
    },
    { label: "names-escaped", text: escapeStrings(body, escaped, plainly) },
    { label: "all-escaped", text: escapeStrings(body, escaped, escaped) },
    { label: "letters-escaped", text: escapeStrings(body, plainly, lettersEscaped) },
    { label: "slashes-escaped", text: text.replaceAll("/", "\\/") },
    { label: "non-ascii-escaped", text: text.replace(/[^ -~]/g, escapedUnit) },
  ];
}

type Write = (value: string) => string;

function escapeStrings(body: Body, name: Write, value: Write): string {
  const pairs = Object.entries(body).map(
    ([key, held]) => `${name(key)}:${typeof held === "string" ? value(held) : JSON.stringify(held)}`,
  );
  return `{${pairs.join(",")}}`;
}

function plainly(value: string): string {
  return JSON.stringify(value);
}

function escaped(value: string): string {
  return `"${value.replace(/[\s\S]/g, escapedUnit)}"`;
}

function lettersEscaped(value: string): string {
  const units = value
    .split("")
    .map((unit) => (/[acegikmoqsuwy]/.test(unit) ? escapedUnit(unit) : inString(unit)));
  return `"${units.join("")}"`;
}

function inString(unit: string): string {
  return /["\\\u0000-\u001f]/.test(unit) ? escapedUnit(unit) : unit;
}

function escapedUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function upperHex(text: string): string {
  return text.replace(/\\u[0-9a-f]{4}/g, (found) => `\\u${found.slice(2).toUpperCase()}`);
}

/** Bodies that are no JSON text at all, made from a valid one. */
export function malformedJson(body: Body): readonly LabelledText[] {
  const text = JSON.stringify(body);
  return [
    { label: "truncated", text: text.slice(0, -1) },
    { label: "truncated-in-string", text: text.slice(0, -2) },
    { label: "truncated-half-way", text: text.slice(0, text.length / 2) },
    { label: "only-a-brace", text: "{" },
    { label: "trailing-comma", text: `${text.slice(0, -1)},}` },
    { label: "missing-comma", text: text.replace('","', '" "') },
    { label: "missing-colon", text: text.replace('":"', '" "') },
    { label: "single-quotes", text: text.replaceAll('"', "'") },
    { label: "names-without-quotes", text: text.replace(/"([A-Za-z]+)":/g, "$1:") },
    { label: "comment", text: `/* a */${text}` },
    { label: "text-after", text: `${text}x` },
    { label: "two-objects", text: text + text },
    { label: "raw-newline-in-string", text: text.replace('":"', '":"\n') },
    { label: "bad-escape", text: text.replace('":"', '":"\\x') },
    { label: "not-a-number", text: "NaN" },
    { label: "form", text: new URLSearchParams(strings(body)).toString() },
    { label: "xml", text: "<AddPermissionRequest/>" },
  ];
}

/** JSON texts that are no object. */
export function notAnObject(body: Body): readonly LabelledText[] {
  return [
    { label: "array-of-object", text: JSON.stringify([body]) },
    { label: "empty-array", text: "[]" },
    { label: "string", text: '"x"' },
    { label: "object-in-string", text: JSON.stringify(JSON.stringify(body)) },
    { label: "number", text: "1" },
    { label: "true", text: "true" },
    { label: "null", text: "null" },
  ];
}

function strings(body: Body): Record<string, string> {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]));
}

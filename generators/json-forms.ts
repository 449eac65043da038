// Forms of the body by label: the same JSON in other bytes, texts that are no JSON, and JSON that is no object.

type PlainBody = Readonly<Record<string, unknown>>;

/** Writes a body in one way, right or wrong. */
export type JsonForm = (body: PlainBody) => string;

/**
 * Forms that write the same JSON value in other bytes: order of members, insignificant white space, escapes. Forms that
 * write `sample` in its own bytes are left out.
 */
export function equivalentJson(sample: PlainBody): readonly (readonly [label: string, JsonForm])[] {
  const plain = JSON.stringify(sample);
  return [
    ...orders(Object.keys(sample).length),
    ...Object.entries(spaces),
    ...Object.entries(escapes),
  ].filter(([, write]) => write(sample) !== plain);
}

function orders(members: number): readonly (readonly [string, JsonForm])[] {
  const rotations = Array.from({ length: members - 1 }, (_, index) => index + 1);
  return [
    ["members-reversed", (body) => inOrder(Object.entries(body).toReversed())],
    ...rotations.map((by) => [`members-rotated-${by}`, (body: PlainBody) => rotated(body, by)] as const),
  ];
}

function rotated(body: PlainBody, by: number): string {
  const entries = Object.entries(body);
  return inOrder([...entries.slice(by), ...entries.slice(0, by)]);
}

function inOrder(entries: readonly (readonly [string, unknown])[]): string {
  return JSON.stringify(Object.fromEntries(entries));
}

const indented: JsonForm = (body) => JSON.stringify(body, null, 2);

const spaces: Readonly<Record<string, JsonForm>> = {
  indented,
  "indented-by-tabs": (body) => JSON.stringify(body, null, "\t"),
  "lines-end-in-crlf": (body) => indented(body).replaceAll("\n", "\r\n"),
  "space-around": (body) => ` \t\r\n${JSON.stringify(body)}\n\r\t `,
  "space-everywhere": (body) => indented(body).replaceAll("\n", " \t\r\n ").replaceAll('": ', '" \t\r\n : '),
};

/** A form that is made from the plain text. */
function fromText(change: (text: string) => string): JsonForm {
  return (body) => change(JSON.stringify(body));
}

/** Writes ASCII only, as Python's json module does: a character beyond the BMP takes two escapes. */
export const nonAsciiEscaped: JsonForm = fromText((text) => text.replace(/[^ -~]/g, escapedTestCase));

const escapes: Readonly<Record<string, JsonForm>> = {
  "values-escaped": (body) => escapeStrings(body, plainly, escaped),
  "values-escaped-upper-case": (body) => escapeStrings(body, plainly, (value) => upperHex(escaped(value))),
  "names-escaped": (body) => escapeStrings(body, escaped, plainly),
  "all-escaped": (body) => escapeStrings(body, escaped, escaped),
  "letters-escaped": (body) => escapeStrings(body, plainly, lettersEscaped),
  "slashes-escaped": fromText((text) => text.replaceAll("/", "\\/")),
  "non-ascii-escaped": nonAsciiEscaped,
};

type Escape = (value: string) => string;

function escapeStrings(body: PlainBody, name: Escape, value: Escape): string {
  const pairs = Object.entries(body).map(
    ([key, held]) => `${name(key)}:${typeof held === "string" ? value(held) : JSON.stringify(held)}`,
  );
  return `{${pairs.join(",")}}`;
}

function plainly(value: string): string {
  return JSON.stringify(value);
}

function escaped(value: string): string {
  return `"${value.replace(/[\s\S]/g, escapedTestCase)}"`;
}

function lettersEscaped(value: string): string {
  const testCases = value
    .split("")
    .map((testCase) => (/[acegikmoqsuwy]/.test(testCase) ? escapedTestCase(testCase) : inString(testCase)));
  return `"${testCases.join("")}"`;
}

function inString(testCase: string): string {
  return /["\\\u0000-\u001f]/.test(testCase) ? escapedTestCase(testCase) : testCase;
}

function escapedTestCase(testCase: string): string {
  return `\\u${testCase.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function upperHex(text: string): string {
  return text.replace(/\\u[0-9a-f]{4}/g, (found) => `\\u${found.slice(2).toUpperCase()}`);
}

/** Writes a text into a value that may hold anything, so that only the form is wrong. */
function inValue(text: string): JsonForm {
  return (body) => JSON.stringify({ ...body, SourceArn: "arn:aws:s3:::a|b" }).replace("|", () => text);
}

/** Bodies that are no JSON text at all, made from a valid one. */
export const malformedJson: Readonly<Record<string, JsonForm>> = {
  truncated: fromText((text) => text.slice(0, -1)),
  "truncated-in-string": fromText((text) => text.slice(0, -2)),
  "truncated-half-way": fromText((text) => text.slice(0, text.length / 2)),
  "only-a-brace": () => "{",
  "trailing-comma": fromText((text) => `${text.slice(0, -1)},}`),
  "missing-comma": fromText((text) => text.replace('","', '" "')),
  "missing-colon": fromText((text) => text.replace('":"', '" "')),
  "single-quotes": fromText((text) => text.replaceAll('"', "'")),
  "names-without-quotes": fromText((text) => text.replace(/"([A-Za-z]+)":/g, "$1:")),
  comment: fromText((text) => `/* a */${text}`),
  "text-after": fromText((text) => `${text}x`),
  "two-objects": fromText((text) => text + text),
  "raw-tab-in-string": inValue("\t"),
  "bad-escape": inValue("\\q"),
  "leading-zero-in-member": fromText((text) => text.replace(/}$/, ',"Unknown":01}')),
  "not-a-number": () => "NaN",
  form: (body) => {
    const pairs = Object.entries(body).map(([name, value]) => [name, String(value)] as const);
    return new URLSearchParams(Object.fromEntries(pairs)).toString();
  },
  xml: () => "<AddPermissionRequest/>",
};

/** JSON texts that are no object. */
export const notAnObject: Readonly<Record<string, JsonForm>> = {
  "array-of-object": (body) => JSON.stringify([body]),
  "empty-array": () => "[]",
  string: () => '"x"',
  "object-in-string": fromText((text) => JSON.stringify(text)),
  number: () => "1",
  true: () => "true",
  null: () => "null",
};

import type { LabelledText } from "./json.ts";

type Body = Readonly<Record<string, unknown>>;

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

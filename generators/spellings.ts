import {
  label as encodedLabel,
  labelEncodingAll,
  labelEncodingSome,
  labelKeepingColons,
  lowerHex,
  qualifierQuery,
} from "../spec/calls.ts";
import type { Fixture, FixtureFunction } from "../spec/fixture.ts";

// Spellings of a function: its name or ARN, the qualifier after it or in the query, in four encodings.

/** How much of a spelling is percent-encoded: only what must be, colons too, every second letter, or everything. */
type Encoding = "none" | "colons" | "colons-lower-case" | "some" | "all" | "all-lower-case";

/** One way to write one function, version or alias. All spellings of one thing must mean the same. */
export interface Spelling {
  /** The form without its encoding, such as `partial-arn:alias`, or `name?version` for a qualifier in the query. */
  readonly label: string;
  /** Decoded. */
  readonly functionName: string;
  /** The path label as on the wire. */
  readonly wire: string;
  /** The raw query as on the wire, without `?`; null for none. */
  readonly query: string | null;
  /** The version or alias, decoded; null for the function itself. */
  readonly qualifier: string | null;
  readonly encoded: Encoding;
}

type SpellingForm = Pick<Spelling, "label" | "functionName" | "qualifier"> & { readonly inQuery: boolean };

/**
 * Every spelling of a function of the fixture, and of its first version and its short alias where it has them; those of
 * one form if its label is given.
 */
export function spellings(fixture: Fixture, fn: FixtureFunction, form?: string): readonly Spelling[] {
  const [version] = fn.versions;
  return Object.entries(namesOf(fixture, fn))
    .flatMap(([label, functionName]) => [
      { label, functionName, qualifier: null, inQuery: false },
      ...(version === undefined ? [] : qualified(label, functionName, "version", version)),
      ...(fn.aliases ? qualified(label, functionName, "alias", fn.aliases.live) : []),
    ])
    .filter(({ label }) => form === undefined || label === form)
    .flatMap(encodings);
}

/** One spelling, picked by numbers, of a version or alias, or of the function itself where the qualifier is null. */
export function spellingOf(
  fixture: Pick<Fixture, "account">,
  fn: Pick<FixtureFunction, "name" | "arn">,
  qualifier: string | null,
  pick: { readonly form: number; readonly encodings: readonly Encoding[]; readonly encoding: number },
): Spelling {
  const forms = Object.entries(namesOf(fixture, fn)).flatMap(([label, functionName]) =>
    qualifier === null
      ? [{ label, functionName, qualifier, inQuery: false }]
      : qualified(label, functionName, /^\d+$/.test(qualifier) ? "version" : "alias", qualifier),
  );
  const form = forms[pick.form % forms.length];
  const encoding = pick.encodings[pick.encoding % pick.encodings.length];
  if (form === undefined || encoding === undefined) throw new Error(`${fn.name} has no such spelling`);
  return spelt(form, encoding);
}

function namesOf(
  { account }: Pick<Fixture, "account">,
  { name, arn }: Pick<FixtureFunction, "name" | "arn">,
) {
  return { name, "full-arn": arn, "partial-arn": `${account}:function:${name}` };
}

/** The qualifier after the name, in the query, and in both places in agreement. */
function qualified(
  label: string,
  functionName: string,
  kind: string,
  qualifier: string,
): readonly SpellingForm[] {
  const suffixed = `${functionName}:${qualifier}`;
  return [
    { label: `${label}:${kind}`, functionName: suffixed, qualifier, inQuery: false },
    { label: `${label}?${kind}`, functionName, qualifier, inQuery: true },
    { label: `${label}:${kind}?${kind}`, functionName: suffixed, qualifier, inQuery: true },
  ];
}

const encoders: Readonly<Record<Encoding, (value: string) => string>> = {
  none: labelKeepingColons,
  colons: encodedLabel,
  "colons-lower-case": (value) => lowerHex(encodedLabel(value)),
  some: labelEncodingSome,
  all: labelEncodingAll,
  "all-lower-case": (value) => lowerHex(labelEncodingAll(value)),
};

/** Every encoding there is. */
export const encodingNames: readonly Encoding[] = [
  "none",
  "colons",
  "colons-lower-case",
  "some",
  "all",
  "all-lower-case",
];

/** The encodings that differ on the wire; the first of equal ones is kept. */
function encodings(form: SpellingForm): readonly Spelling[] {
  const seen = new Set<string>();
  return encodingNames.flatMap((name) => {
    const spelling = spelt(form, name);
    const sent = `${spelling.wire}?${spelling.query ?? ""}`;
    if (seen.has(sent)) return [];
    seen.add(sent);
    return [spelling];
  });
}

function spelt({ label, functionName, qualifier, inQuery }: SpellingForm, encoded: Encoding): Spelling {
  const encode = encoders[encoded];
  const query = inQuery && qualifier !== null ? queryIn(encode, qualifier) : null;
  return { label, functionName, wire: encode(functionName), query, qualifier, encoded };
}

function queryIn(encode: (value: string) => string, qualifier: string): string {
  return qualifierQuery("") + encode(qualifier);
}

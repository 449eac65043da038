const lookalikes: Readonly<Record<string, string>> = {
  a: "а",
  c: "с",
  e: "е",
  i: "і",
  o: "о",
  p: "р",
  s: "ѕ",
  x: "х",
  y: "у",
};

/** The value with its ASCII digits written in another script, whose zero is given. */
export function withDigitsFrom(zero: string, value: string): string {
  const base = zero.codePointAt(0) ?? 0;
  return value.replace(/[0-9]/g, (digit) => String.fromCodePoint(base + Number(digit)));
}

/** The value with its first ASCII letter in full width, which NFKC maps back. */
export function withFullWidthLetter(value: string): string {
  return value.replace(/[A-Za-z]/, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));
}

/** The value with its first letter that has a Cyrillic lookalike replaced by it. */
export function withLookalike(value: string): string {
  return value.replace(/[aceiopsxy]/, (letter) => lookalikes[letter] ?? letter);
}

/** The value with the case of the character at that offset flipped. */
export function withCaseFlipped(value: string, at: number): string {
  const letter = value.charAt(at);
  const flipped = letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase();
  return value.slice(0, at) + flipped + value.slice(at + 1);
}

/** Zeros of decimal digits in scripts that a Unicode-aware `\d` takes for digits. */
export const otherZeros = {
  "arabic-indic": "٠",
  devanagari: "०",
  "full-width": "０",
  mathematical: "𝟎",
} as const;

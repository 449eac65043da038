/**
 * A regular expression, as text, for a secret in whatever spelling it comes back: each character as it is,
 * percent-encoded once or more, or as an escape of JSON or XML, in any mixture; or the whole in base64.
 */
export function spellingsOf(secret: string): string {
  return [spelled(secret), ...base64(secret)].join("|");
}

/** The same for a word that is no secret, without base64. */
export function spelled(word: string): string {
  return [...word].map(character).join("");
}

/** One hexadecimal digit in lower case, in any of those spellings. */
export const spelledHexDigit = String.raw`(?:[0-9a-f]|(?:\\+u00|%(?:25)*|&(?:amp;)*#[xX]0*)(?:3\d|6[1-6]);?|&(?:amp;)*#0*(?:4[89]|5[0-7]|9[7-9]|10[0-2]);)`;

const named: Readonly<Record<string, string>> = {
  "&": "amp",
  "<": "lt",
  ">": "gt",
  '"': "quot",
  "'": "apos",
};

function character(one: string): string {
  const code = one.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const percent = [...Buffer.from(one)].map(
    (byte) => `%(?:25)*${eitherCase(byte.toString(16).padStart(2, "0"))}`,
  );
  const entity = named[one];
  return `(?:${[
    // JSON in JSON doubles the backslashes before what has to be escaped, and before a slash they are allowed.
    /["'\\/]/.test(one) ? `\\\\*${escaped(one)}` : escaped(one),
    percent.join(""),
    `\\\\+u${eitherCase(hex.padStart(4, "0"))}`,
    `&(?:amp;)*#(?:0*${code}|[xX]0*${eitherCase(hex)});`,
    ...(entity === undefined ? [] : [`&(?:amp;)*${entity};`]),
  ].join("|")})`;
}

/** The secret as it stands inside base64, where what comes before decides which bits share a character. */
function base64(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const own = text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    return own.replace(/[+/]/g, (one) =>
      one === "+" ? "(?:[+-]|%(?:25)*2[bB])" : "(?:\\\\*[/_]|%(?:25)*2[fF])",
    );
  });
}

function eitherCase(hex: string): string {
  return hex.replace(/[a-f]/gi, (digit) => `[${digit.toLowerCase()}${digit.toUpperCase()}]`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

import fc from "fast-check";

/** Code points from here on to the end are half of a pair of UTF-16, and no characters. */
const halves = { from: 0xd800, count: 0x800 };

/**
 * Any character, for strings of any text. The unit "binary" of fast-check draws the same, but it first takes a second
 * to make a table of all characters.
 */
export const anyCharacter = fc
  .nat(0x10ffff - halves.count)
  .map((index) => String.fromCodePoint(index < halves.from ? index : index + halves.count), indexOf);

/** The inverse, with which fast-check also draws strings such as `__proto__`. */
function indexOf(value: unknown): number {
  const [character = "", ...more] = String(value);
  const code = character.codePointAt(0);
  if (code === undefined || more.length > 0)
    throw new Error(`${JSON.stringify(value)} is not one character.`);
  return code < halves.from ? code : code - halves.count;
}

import { type Member, wholeMatch } from "../spec/constraint.ts";

const printable = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));

/** The printable ASCII characters that a member's pattern takes on their own, in code order. */
export function alphabet(member: Member): readonly string[] {
  return printable.filter((character) => wholeMatch(member, character));
}

// RevisionId, the revision that a policy must still have: any text is well-formed; only other JSON types are wrong.

import fc from "fast-check";
import { edgesOf, specialWords } from "./arbitraries.ts";
import type { MemberValues } from "./members.ts";
import { wrongTypes } from "./near-miss.ts";

/** A random valid value is not the current revision, which only the target knows. */
export const revisionId: MemberValues = {
  valid: fc.uuid(),
  edges: edgesOf("RevisionId"),
  nearMisses: wrongTypes("RevisionId", (fresh) => fresh),
};

/** RevisionIds by label that a policy without statements may have: a target that counts may begin like this. */
export const firstRevisions: Readonly<Record<string, string>> = {
  "uuid-of-zeros": "00000000-0000-0000-0000-000000000000",
  "text-0": "0",
};

const firstTexts = new Set(Object.values(firstRevisions));

/** RevisionIds by label that cannot be current: the target must compare them and refuse them. */
export const wrongRevisions: Readonly<Record<string, string>> = {
  word: "wrong",
  uuid: "b3b9e7a0-6c1f-4f0e-9d2a-5a7c3e1f8d42",
  space: " ",
  wildcard: "*",
  "non-ascii": "révision-日本-🪣",
  "ten-thousand-characters": "r".repeat(10_000),
  ...Object.fromEntries(
    specialWords.filter((word) => !firstTexts.has(word)).map((word) => [`text-${word}`, word]),
  ),
};

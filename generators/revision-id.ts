/** A RevisionId that is not the current one. */
export interface WrongRevision {
  readonly label: string;
  readonly value: string;
}

/** RevisionIds that cannot be current: any text is well-formed, so they must be compared and found wrong. */
export const wrongRevisions: readonly WrongRevision[] = [
  { label: "word", value: "wrong" },
  { label: "uuid", value: "b3b9e7a0-6c1f-4f0e-9d2a-5a7c3e1f8d42" },
  { label: "uuid-of-zeros", value: "00000000-0000-0000-0000-000000000000" },
  { label: "space", value: " " },
  { label: "wildcard", value: "*" },
  { label: "non-ascii", value: "révision-日本-🪣" },
  { label: "ten-thousand-characters", value: "r".repeat(10_000) },
];

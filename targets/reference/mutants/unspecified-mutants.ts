import { change, type Mutant, overlooking } from "./mutant.ts";

/** A defect that the document allows: a recorded answer shows it, and no rule is violated. */
export interface OpenDefect extends Pick<Mutant, "breaks" | "mutate"> {
  /** The unspecified behaviours whose recorded answers it changes. */
  readonly questions: readonly string[];
}

/** Defects that violate no rule and change a recorded answer. */
export const openDefects: Readonly<Record<string, OpenDefect>> = {
  "qualifier in the body": {
    breaks: "takes the qualifier from the body",
    mutate: change(({ qualifier }) => ({
      qualifier: (values, body) =>
        qualifier(values, body) ?? (typeof body.Qualifier === "string" ? body.Qualifier : undefined),
    })),
    questions: ["body.qualifier-member"],
  },
  "empty token": {
    breaks: "accepts an empty EventSourceToken",
    mutate: overlooking("EventSourceToken", "pattern", (value) => value === ""),
    questions: ["EventSourceToken.empty"],
  },
  "public principal": {
    breaks: "refuses everyone as Principal",
    mutate: change(({ principal }) => ({
      principal: (value, partition) => (value === "*" ? null : principal(value, partition)),
    })),
    questions: ["Principal.wildcard"],
  },
};

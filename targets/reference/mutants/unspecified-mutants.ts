import type { Member } from "../../../spec/constraint.ts";
import type { Mutation } from "../behaviour.ts";
import { change, overlooking, together } from "./mutant.ts";
import { comparing } from "./state-mutants.ts";

/** A defect that the document allows: a recorded answer shows it, and no rule is violated. */
export interface OpenDefect {
  readonly breaks: string;
  readonly mutate: Mutation;
  /** The unspecified behaviours whose recorded answers it changes. */
  readonly questions: readonly string[];
}

/** Defects that violate no rule and change a recorded answer. */
export const openDefects: Readonly<Record<string, OpenDefect>> = {
  "case-folded ids": {
    breaks: "compares ids without regard to letter case",
    mutate: comparing((sid) => sid.toLowerCase()),
    questions: ["StatementId.letter-case"],
  },
  "pattern that admits a final line end": {
    breaks: "lets a $ in a pattern match before a final line end",
    mutate: together(
      ...(["StatementId", "Action", "SourceAccount", "EventSourceToken"] as const).map((member) =>
        overlooking(member, "pattern", (value) => value.endsWith("\n") && !/\s/.test(value.slice(0, -1))),
      ),
    ),
    questions: ["StatementId.padded", "Action.padded", "SourceAccount.padded", "EventSourceToken.padded"],
  },
  "digits of every script": {
    breaks: "lets a \\d in a pattern match the digits of every script",
    mutate: together(
      overlooking("SourceAccount", "pattern", (value) => /^\p{Nd}{12}$/u.test(value)),
      overlooking("SourceArn", "pattern", (value) =>
        /^arn:aws[a-zA-Z0-9-]*:[a-zA-Z0-9-]+:([a-z]{2}(-gov)?-[a-z]+-\d)?:\p{Nd}{12}:.*$/u.test(value),
      ),
    ),
    questions: ["SourceAccount.padded", "SourceArn.padded"],
  },
  "trimmed values": {
    breaks: "trims what it is given",
    mutate: trimming(["StatementId", "Action", "SourceAccount", "EventSourceToken"]),
    questions: ["StatementId.padded", "Action.padded", "SourceAccount.padded", "EventSourceToken.padded"],
  },
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

function trimming(members: readonly Member[]): Mutation {
  return change(({ pick }) => ({
    pick: (body, member) => {
      const value = pick(body, member);
      return typeof value === "string" && members.includes(member) ? value.trim() : value;
    },
  }));
}

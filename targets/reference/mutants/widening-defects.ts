import type { Mutation } from "../behaviour.ts";
import type { ConditionElement, PrincipalElement } from "../statement.ts";
import { change, type Mutant } from "./mutant.ts";

/** Defects that grant to more than was asked for, in a statement that still names all that was sent. */
export const wideningDefects: Readonly<Record<string, Mutant>> = {
  "SourceArn negated": {
    breaks: "grants to every source but SourceArn",
    mutate: operating("ArnLike", "ArnNotLike"),
    kills: ["statement.source-arn"],
  },
  "equality negated": {
    breaks: "grants to every SourceAccount and EventSourceToken but those sent",
    mutate: operating("StringEquals", "StringNotEqualsIgnoreCase"),
    kills: ["statement.source-account", "statement.event-source-token"],
  },
  "everyone beside a service": {
    breaks: "grants to everyone beside a service",
    mutate: beside("Service", { AWS: "*" }),
    kills: ["statement.service"],
  },
  "a service beside an account": {
    breaks: "grants to a service beside an account",
    mutate: beside("AWS", { Service: "s3.amazonaws.com" }),
    kills: ["statement.account"],
  },
  "all actions but one": {
    breaks: "grants all actions but one",
    mutate: change(({ statement }) => ({
      statement: (parts, condition) => ({
        ...statement(parts, condition),
        NotAction: "lambda:DeleteFunction",
      }),
    })),
    kills: ["statement.effect"],
  },
};

function operating(from: string, to: string): Mutation {
  const renamed = (conditions: ConditionElement): ConditionElement =>
    Object.fromEntries(
      Object.entries(conditions).map(([operator, keys]) => [operator === from ? to : operator, keys]),
    );
  return change(({ condition }) => ({
    condition: (parts) => {
      const conditions = condition(parts);
      return conditions && renamed(conditions);
    },
  }));
}

function beside(kind: string, more: Exclude<PrincipalElement, string>): Mutation {
  const widened = (element: PrincipalElement | null): PrincipalElement | null =>
    typeof element === "object" && element?.[kind] !== undefined ? { ...element, ...more } : element;
  return change(({ principal }) => ({
    principal: (value, partition) => widened(principal(value, partition)),
  }));
}

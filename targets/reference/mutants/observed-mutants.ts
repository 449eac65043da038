import type { Mutation } from "../behaviour.ts";
import type { BrokenConstraint, NamedStatus } from "../errors.ts";
import { change, type Defect, mutantsOf, naming, omitting, overlooking, together } from "./mutant.ts";

const broken: ReadonlySet<string> = new Set<BrokenConstraint>([
  "required",
  "minLength",
  "maxLength",
  "pattern",
]);
const validation: NamedStatus = { status: 400, name: "ValidationException" };
const serialization: NamedStatus = { status: 400, name: "SerializationException" };

/** The live service's dialect, which violates nothing in the `aws` column. Names have held dots since 2025-12. */
export const live: Mutation = together(
  change(({ named }) => ({
    named: (refusal, draft) => {
      if (broken.has(refusal.kind)) return validation;
      const unread = refusal.kind === "type" || refusal.kind.startsWith("body-");
      return unread ? serialization : named(refusal, draft);
    },
  })),
  overlooking("FunctionName", "pattern", (value) => /^[a-zA-Z0-9._-]{1,256}$/.test(value)),
  overlooking("FunctionName", "maxLength", (value) => value.length <= 256),
);

/** Mutants of the live service's dialect, judged in the `aws` column. */
export const observedMutants = mutantsOf({
  "observed.validation-exception": observed(
    "answers InvalidParameterValueException to a malformed SourceArn",
    naming(
      ({ kind, member }) => kind === "pattern" && member === "SourceArn",
      400,
      "InvalidParameterValueException",
    ),
  ),
  "observed.constraints-first": observed(
    "looks a malformed Qualifier up",
    naming(
      ({ kind, member }) => kind === "pattern" && member === "Qualifier",
      404,
      "ResourceNotFoundException",
    ),
  ),
  "observed.latest-is-refused": observed("grants on $LATEST", omitting("latest")),
  "observed.disagreeing-qualifier": observed(
    "answers 404 where the name contradicts Qualifier",
    naming(({ kind }) => kind === "mismatch", 404, "ResourceNotFoundException"),
  ),
  "observed.arn-like": observed(
    "compares SourceArn with StringLike",
    change(({ condition }) => ({
      condition: (parts) => {
        const { ArnLike, ...others } = condition(parts) ?? {};
        if (ArnLike !== undefined) return { ...others, StringLike: ArnLike };
        return condition(parts);
      },
    })),
  ),
  "observed.everyone": observed(
    "writes everyone as an AWS principal",
    change(({ principal }) => ({
      principal: (value, partition) => (value === "*" ? { AWS: "*" } : principal(value, partition)),
    })),
  ),
  "observed.identity-principal": observed(
    "keeps the account alone of the ARN of its root",
    change(({ principal }) => ({
      principal: (value, partition) => {
        const root = /^arn:aws:iam::(\d{12}):root$/.exec(value)?.[1];
        return root === undefined ? principal(value, partition) : { AWS: root };
      },
    })),
  ),
  "observed.size-limit": observed(
    "lets a policy have 40,000 bytes",
    change(() => ({ sizeLimit: 40_000 })),
  ),
  "observed.no-policy": observed(
    "shows a policy without statements as an empty document",
    change(() => ({ showsEmpty: true })),
  ),
  "observed.account-root": observed(
    "writes an account as AWS principal without the ARN of its root",
    change(({ principal }) => ({
      principal: (value, partition) =>
        /^\d{12}$/.test(value) ? { AWS: value } : principal(value, partition),
    })),
  ),
});

function observed(breaks: string, mutation: Mutation): Defect {
  return { breaks, mutate: together(live, mutation), column: "aws" };
}

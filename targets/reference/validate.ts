import { isUtf8 } from "node:buffer";
import { constraintOf, type Member, members } from "../../spec/constraint.ts";
import type { BrokenConstraint, RefusalKind } from "./errors.ts";
import { spelled } from "./names.ts";

/** A JSON object, or the reason why the body is not one. */
export type ParsedBody =
  | { readonly kind: "object"; readonly object: Readonly<Record<string, unknown>> }
  | { readonly kind: "refused"; readonly why: BodyFault };

/** The faults of a body as a whole. */
type BodyFault = Extract<RefusalKind, `body-${string}`>;

/** How the reference reads a body and its members. */
export interface ValidationBehaviour {
  /** True if a Content-Type is accepted. */
  readonly acceptsMedia: (contentType: string | undefined) => boolean;
  /** Parses the bytes of the body. */
  readonly readBody: (bytes: Buffer) => ParsedBody;
  /** The value of one member of the body. */
  readonly pick: (body: Readonly<Record<string, unknown>>, member: Member) => unknown;
  /** The constraints that a value breaks; undefined means an absent member. */
  readonly faults: (member: Member, value: unknown) => readonly BrokenConstraint[];
}

/** Accepts any media type and one JSON object, reads its own members, and enforces every documented constraint. */
export const faithfulValidation: ValidationBehaviour = {
  acceptsMedia: () => true,
  readBody,
  pick: ownMember,
  faults: faultsOf,
};

const nothing: readonly BrokenConstraint[] = [];

const rules = new Map(
  members.map((member) => {
    const { required, minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = constraintOf(member);
    const whole = pattern === undefined ? null : new RegExp(`^(?:${pattern})$`);
    return [member, { required, minLength, maxLength, whole }] as const;
  }),
);

/** The constraints that a member's value breaks; undefined and null count as absent. */
export function faultsOf(member: Member, value: unknown): readonly BrokenConstraint[] {
  const rule = rules.get(member);
  if (rule === undefined) return nothing;
  if (value === undefined || value === null) return rule.required ? ["required"] : nothing;
  if (typeof value !== "string") return ["type"];
  const tooShort = value.length < rule.minLength;
  const tooLong = value.length > rule.maxLength && (member !== "FunctionName" || value.startsWith("arn:"));
  const unlike = rule.whole !== null && !rule.whole.test(value);
  const longName = member === "FunctionName" && value.length > 64 && longBareName(value);
  if (!tooShort && !tooLong && !unlike && !longName) return nothing;
  const found: BrokenConstraint[] = [];
  if (tooShort) found.push("minLength");
  if (tooLong || longName) found.push("maxLength");
  if (unlike) found.push("pattern");
  return found;
}

function longBareName(value: string): boolean {
  const name = spelled(value);
  return name.bare && name.name.length > 64;
}

/** Parses a body: UTF-8 without a byte order mark, one JSON object and nothing after it. */
export function readBody(bytes: Buffer): ParsedBody {
  if (bytes.length === 0) return { kind: "refused", why: "body-empty" };
  if (!isUtf8(bytes)) return { kind: "refused", why: "body-encoding" };
  try {
    return asObject(JSON.parse(bytes.toString("utf8")));
  } catch {
    return { kind: "refused", why: "body-syntax" };
  }
}

function asObject(value: unknown): ParsedBody {
  return isRecord(value) ? { kind: "object", object: value } : { kind: "refused", why: "body-not-object" };
}

/** True if a parsed value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own member of a body, not an inherited one. */
function ownMember(object: Readonly<Record<string, unknown>>, member: string): unknown {
  return Object.hasOwn(object, member) ? object[member] : undefined;
}

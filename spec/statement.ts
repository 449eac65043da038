import { errorName, jsonObject } from "./answer.ts";
import { isRecord } from "./body.ts";
import { remembered } from "./collections.ts";
import type { Answer } from "./exchange.ts";

const elements: ReadonlyMap<string, (value: unknown) => unknown> = new Map([
  ["Action", sole],
  ["Resource", sole],
  ["Principal", (kinds: unknown) => mapped(kinds, sole)],
  ["Condition", (operators: unknown) => mapped(operators, (keys) => mapped(keys, sole))],
]);

/** A statement as canonical JSON, equal for statements of equal meaning: a list of one value is that value. */
export function statementText(statement: unknown): string {
  return canonicalJson(mapped(statement, (value, element) => elements.get(element)?.(value) ?? value));
}

/** The value of a list of one; any other value unchanged. */
export function sole(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function mapped(value: unknown, change: (member: unknown, key: string) => unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, change(member, key)]));
}

/** JSON with sorted keys, so that equal statements have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
}

/** A statement that the target acknowledged or showed. */
export interface StatementModelState {
  /** The id that was acknowledged, or the Sid that was shown; null for a statement whose Sid is absent or no string. */
  readonly sid: string | null;
  /** The statement by `statementText`; null when it was acknowledged without being shown. */
  readonly text: string | null;
  /** Bytes of the request that added it, where the text is not known. */
  readonly size?: number;
}

/** The analysis of an answer to GetPolicy. */
export type PolicyReading =
  | {
      readonly kind: "policy";
      readonly statements: readonly StatementModelState[];
      readonly revision: string | null;
    }
  | { readonly kind: "none" }
  | { readonly kind: "unreadable"; readonly why: string }
  | { readonly kind: "unsettled"; readonly why: string };

/** Analyzes an answer to GetPolicy; a 404 without ResourceNotFoundException says nothing about the policy. */
export function readPolicy(answer: Answer): PolicyReading {
  if (answer.kind === "none") return { kind: "unsettled", why: `no answer: ${answer.reason}` };
  const { status } = answer;
  if (status === 404 && errorName(answer) === "ResourceNotFoundException") return { kind: "none" };
  if (status === 429 || (status >= 502 && status <= 504)) return { kind: "unsettled", why: `${status}` };
  if (status === 204 && answer.body === "") return { kind: "policy", statements: [], revision: null };
  if (status !== 200) return { kind: "unreadable", why: `GetPolicy answered ${status}` };
  const body = jsonObject(answer.body);
  const statements = body === null ? null : statementsOf(body.Policy);
  if (statements === null)
    return { kind: "unreadable", why: "GetPolicy answered 200 without a list of statements" };
  const revision = body?.RevisionId;
  return {
    kind: "policy",
    statements,
    revision: typeof revision === "string" ? revision : null,
  };
}

function statementsOf(policy: unknown): readonly StatementModelState[] | null {
  return typeof policy === "string" ? statementsIn(policy) : (listedIn(policy)?.map(readStatement) ?? null);
}

/** Cached: many reads in a row show the same document. */
const statementsIn = remembered(
  256,
  (document): readonly StatementModelState[] | null => listedIn(document)?.map(readStatement) ?? null,
);

/**
 * The statements of the `Policy` that GetPolicy returns: a document in a string, or the document itself. Without a
 * document, or without a list in it, there are none. Null for anything else.
 */
export function listedIn(policy: unknown): readonly unknown[] | null {
  if (policy === undefined || policy === null || policy === "") return [];
  const document = typeof policy === "string" ? jsonObject(policy) : policy;
  if (!isRecord(document)) return null;
  const { Statement: list = null } = document;
  // A policy may hold one statement without a list.
  if (list === null || isRecord(list)) return list === null ? [] : [list];
  return Array.isArray(list) ? list : null;
}

function readStatement(value: unknown): StatementModelState {
  const sid = isRecord(value) ? value.Sid : undefined;
  return { sid: typeof sid === "string" ? sid : null, text: statementText(value) };
}

/** Says whether two statements by `statementText` mean the same to IAM. */
export function equalInMeaning(one: string, other: string): boolean {
  return one === other || meaning(one) === meaning(other);
}

/** Cached: reads show the same statements again and again. */
const meaning = remembered(512, (text): string => {
  const statement = given(JSON.parse(text));
  if (!isRecord(statement)) return text;
  const { Principal, Condition } = statement;
  return canonicalJson({
    ...statement,
    ...(isRecord(Principal) && { Principal: given(mapped(Principal, accountsIn)) }),
    ...(isRecord(Condition) && { Condition: conditionsIn(Condition) }),
  });
});

/** Without members that hold nothing: a serializer may write null or an empty list or object for an absent member. */
function given(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => !isNothing(member)));
}

function isNothing(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || (isRecord(value) && Object.keys(value).length === 0);
}

function accountsIn(value: unknown, kind: string): unknown {
  if (kind !== "AWS") return value;
  return Array.isArray(value) ? value.map(accountIn) : accountIn(value);
}

/** The account of a principal: the ARN of its root, in any partition, is the same principal. */
export function accountIn(value: unknown): unknown {
  const text = digitsIn(value);
  return typeof text === "string" ? (/^arn:aws[a-z-]*:iam::(\d{12}):root$/.exec(text)?.[1] ?? text) : text;
}

/** An account may be written as a number. */
export function digitsIn(value: unknown): unknown {
  return typeof value === "number" ? String(value) : value;
}

/** The members of a request that become conditions. */
export const conditional = ["SourceArn", "SourceAccount", "EventSourceToken"] as const;

/** IAM compares ARNs by both operators in the same way. */
const sameOperators: ReadonlyMap<string, string> = new Map([["ArnEquals", "ArnLike"]]);

/** Conditions of equal meaning, equally written: keys have no letter case. One operator is left as it is beside its equal. */
function conditionsIn(condition: Readonly<Record<string, unknown>>): unknown {
  const written = Object.entries(condition).map(([operator, keys]) => {
    const other = sameOperators.get(operator);
    return [other === undefined || other in condition ? operator : other, withKeysInLowerCase(keys)];
  });
  return given(Object.fromEntries(written));
}

function withKeysInLowerCase(keys: unknown): unknown {
  if (!isRecord(keys)) return keys;
  return given(
    Object.fromEntries(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), digitsIn(value)])),
  );
}

/** Says whether two statements by `statementText` are equal but for their Sid. */
export function equalButForSid(one: string, other: string): boolean {
  return equalInMeaning(withoutSid(one), withoutSid(other));
}

const withoutSid = remembered(512, (text): string => {
  const { Sid: _, ...others } = jsonObject(text) ?? {};
  return canonicalJson(others);
});

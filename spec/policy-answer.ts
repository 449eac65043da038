import { errorName, jsonObject } from "./answer.ts";
import type { StatementBelief } from "./belief.ts";
import { isRecord } from "./body.ts";
import type { Answer } from "./exchange.ts";
import { remembered } from "./remembered.ts";
import { statementText } from "./statement-text.ts";

/** What an answer to GetPolicy shows. */
export type PolicyReading =
  | {
      readonly kind: "policy";
      readonly statements: readonly StatementBelief[];
      readonly revision: string | null;
    }
  | { readonly kind: "none" }
  | { readonly kind: "unreadable"; readonly why: string }
  | { readonly kind: "unsettled"; readonly why: string };

/** Reads an answer to GetPolicy; a 404 that names no missing resource says nothing about the policy. */
export function readPolicy(answer: Answer): PolicyReading {
  if (answer.kind === "none") return { kind: "unsettled", why: `no answer: ${answer.reason}` };
  const { status } = answer;
  if (status === 404 && errorName(answer) === "ResourceNotFoundException") return { kind: "none" };
  if (status === 429 || (status >= 502 && status <= 504)) return { kind: "unsettled", why: `${status}` };
  if (status !== 200) return { kind: "unreadable", why: `GetPolicy answered ${status}` };
  const body = jsonObject(answer.body);
  const statements = typeof body?.Policy === "string" ? statementsIn(body.Policy) : null;
  if (statements === null)
    return { kind: "unreadable", why: "GetPolicy answered 200 without a list of statements" };
  const revision = body?.RevisionId;
  return {
    kind: "policy",
    statements,
    revision: typeof revision === "string" ? revision : null,
  };
}

/** Many reads in a row show the same document. */
const statementsIn = remembered(256, (document): readonly StatementBelief[] | null => {
  const list = jsonObject(document)?.Statement;
  return Array.isArray(list) ? list.map(readStatement) : null;
});

function readStatement(value: unknown): StatementBelief {
  const sid = isRecord(value) ? value.Sid : undefined;
  return { sid: typeof sid === "string" ? sid : "", text: statementText(value) };
}

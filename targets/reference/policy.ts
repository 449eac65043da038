import type { Stored } from "./state.ts";

/** The largest policy document, in bytes of UTF-8. */
export const sizeLimit = 20_480;

/** The policy document that holds these statements, in order. */
export function policyDocument(statements: readonly Stored[]): string {
  const inner = statements.map((statement) => statement.json).join(",");
  return `{"Version":"2012-10-17","Id":"default","Statement":[${inner}]}`;
}

/** The size of a policy in bytes of UTF-8. */
export function policySize(statements: readonly Stored[]): number {
  return Buffer.byteLength(policyDocument(statements));
}

/** The statements without the one of this id. */
export function without(statements: readonly Stored[], sid: string): readonly Stored[] {
  return statements.filter((statement) => statement.sid !== sid);
}

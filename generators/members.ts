import type fc from "fast-check";
import type { PathParameters, RequestMembers } from "../spec/add-permission.ts";
import type { Fixture } from "../spec/fixture.ts";
import { action } from "./action.ts";
import type { Edge } from "./arbitraries.ts";
import { eventSourceToken } from "./event-source-token.ts";
import { functionName } from "./function-name.ts";
import type { NearMiss } from "./near-miss.ts";
import { principal } from "./principal.ts";
import { qualifier } from "./qualifier.ts";
import { revisionId } from "./revision-id.ts";
import { sourceAccount } from "./source-account.ts";
import { sourceArn } from "./source-arn.ts";
import { statementId } from "./statement-id.ts";

// The table of all members; each member has a file of its own.

/**
 * What is sent for one member. `From` is the valid value that edges and near misses start from: for StatementId, EventSourceToken
 * and RevisionId a new, valid value; for Qualifier one that exists, so that only the fault can be in the way; for
 * FunctionName the fixture, whose `unknownName` no function has. Others ignore it.
 */
export interface MemberValues<Value = string, From = string> {
  /** Values that are valid by the document without doubt. */
  readonly valid: fc.Arbitrary<Value>;
  /** Values at and next to each limit of length; like near misses, always the same ones in the same order. */
  readonly edges: readonly Edge<From>[];
  readonly nearMisses: readonly NearMiss<From>[];
  /** True for a value that breaks the pattern and that the document still leaves unspecified. */
  readonly isOpen?: (value: string) => boolean;
  /** Random values that break the maximum length alone, where it is not enough to be long. */
  readonly tooLong?: fc.Arbitrary<string>;
}

/** Every member, by its name on the wire. */
export const memberValues: {
  readonly [M in keyof RequestMembers]: MemberValues<
    RequestMembers[M],
    M extends keyof PathParameters ? Fixture : string
  >;
} = {
  Action: action,
  EventSourceToken: eventSourceToken,
  FunctionName: functionName,
  Principal: principal,
  Qualifier: qualifier,
  RevisionId: revisionId,
  SourceAccount: sourceAccount,
  SourceArn: sourceArn,
  StatementId: statementId,
};

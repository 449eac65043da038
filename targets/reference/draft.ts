import type { RequestMembers } from "../../spec/add-permission.ts";
import type { Member } from "../../spec/constraint.ts";
import type { Behaviour } from "./behaviour.ts";
import { type HttpRequest, headerOf, percentDecoded, queryValues, type ReferenceRoute } from "./http.ts";
import { functionArn, type ServiceHome, type Spelled, spelled } from "./names.ts";
import { type Policy, policyAt, type State, type Stored } from "./state.ts";
import type { PrincipalElement } from "./statement.ts";
import type { ParsedBody } from "./validate.ts";

/** How the reference reads the path and the query of an AddPermission request. */
export interface DraftBehaviour {
  /** Decodes a percent-encoded FunctionName or Qualifier; null if the encoding is invalid. */
  readonly decode: (raw: string) => string | null;
  /** The qualifier among all values in the query; mutants may read the body instead. */
  readonly qualifier: (
    values: readonly string[],
    body: Readonly<Record<string, unknown>>,
  ) => string | undefined;
}

/** The first value in the query; the body is ignored. */
export const faithfulDrafts: DraftBehaviour = {
  decode: percentDecoded,
  qualifier: (values) => values[0],
};

/** The context of every operation. */
export interface OperationContext {
  readonly state: State;
  readonly behaviour: Behaviour;
  readonly home: ServiceHome;
}

/** An AddPermission request after reading and before any check. */
export interface Draft {
  readonly behaviour: Behaviour;
  readonly state: State;
  readonly home: ServiceHome;
  readonly request: HttpRequest;
  /** The percent-encoded FunctionName from the path. */
  readonly label: string;
  readonly contentType: string | undefined;
  /** False if a label or the query is not valid percent-encoded text. */
  readonly decodable: boolean;
  readonly qualifiers: number;
  readonly analysis: ParsedBody;
  /** The members as received. */
  readonly given: Readonly<Record<Member, unknown>>;
  /** The members as text. */
  readonly values: { readonly [M in keyof RequestMembers]: RequestMembers[M] | undefined };
  readonly name: Spelled;
  readonly qualifier: string | undefined;
  /** The unqualified ARN of the function. */
  readonly arn: string;
  readonly key: string;
  /** The policy at the time when the request was read. */
  readonly read: Policy;
  readonly principal: PrincipalElement | null;
  /** The statement as JSON, created on first use. */
  readonly json: () => string;
  /** The statement in its stored form. */
  readonly stored: () => Stored;
}

/** Reads an AddPermission request. It refuses nothing, so that mutants can omit any check. */
export function draftOf(context: OperationContext, request: HttpRequest, route: ReferenceRoute): Draft {
  const { behaviour, state, home } = context;
  const label = behaviour.decode(route.label);
  const qualifiers = route.query === "" ? [] : queryValues(route.query, "Qualifier").map(behaviour.decode);
  const analysis = behaviour.readBody(request.body);
  const given = givenMembers(behaviour, analysis, label, qualifiers);
  const values = eachMember((member) => textOf(given[member]));
  const name = spelled(values.FunctionName ?? "");
  const qualifier = values.Qualifier ?? name.qualifier;
  const arn = functionArn(home, name.name);
  const key = behaviour.policyKey(arn, qualifier);
  const principal = behaviour.principal(values.Principal ?? "", home.partition);
  const parts = { values, arn, qualifier, principal, label: route.label };
  let made: string | undefined;
  const json = () => {
    made ??= statementJson(behaviour, parts);
    return made;
  };
  return {
    behaviour,
    state,
    home,
    request,
    label: route.label,
    contentType: headerOf(request, "content-type"),
    decodable: label !== null && !qualifiers.includes(null) && behaviour.decode(route.query) !== null,
    qualifiers: qualifiers.length,
    analysis,
    given,
    values,
    name,
    qualifier,
    arn,
    key,
    read: policyAt(state, key),
    principal,
    json,
    stored: () => behaviour.stored(values.StatementId ?? "", json()),
  };
}

const noBody: Readonly<Record<string, unknown>> = {};

function givenMembers(
  behaviour: Behaviour,
  analysis: ParsedBody,
  label: string | null,
  qualifiers: readonly (string | null)[],
): Draft["given"] {
  const body = analysis.kind === "object" ? analysis.object : noBody;
  const readable = qualifiers.filter((value) => value !== null);
  return eachMember((member) => {
    if (member === "FunctionName") return label ?? "";
    return member === "Qualifier" ? behaviour.qualifier(readable, body) : behaviour.pick(body, member);
  });
}

/** Written without a loop, because every request executes it. */
function eachMember<T>(value: (member: Member) => T): Readonly<Record<Member, T>> {
  return {
    FunctionName: value("FunctionName"),
    Qualifier: value("Qualifier"),
    Action: value("Action"),
    EventSourceToken: value("EventSourceToken"),
    Principal: value("Principal"),
    RevisionId: value("RevisionId"),
    SourceAccount: value("SourceAccount"),
    SourceArn: value("SourceArn"),
    StatementId: value("StatementId"),
  };
}

/** An object is never valid, and a deeply nested one cannot be converted to text. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || typeof value === "object") return undefined;
  return typeof value === "string" ? value : String(value);
}

function statementJson(
  behaviour: Behaviour,
  made: Pick<Draft, "values" | "arn" | "qualifier" | "principal" | "label">,
): string {
  const { values, arn, qualifier, principal, label } = made;
  const parts = {
    sid: values.StatementId ?? "",
    principal: principal ?? { AWS: values.Principal ?? "" },
    action: values.Action ?? "",
    resource: behaviour.resource(arn, qualifier, label),
    sourceAccount: values.SourceAccount,
    sourceArn: values.SourceArn,
    eventSourceToken: values.EventSourceToken,
  };
  return JSON.stringify(behaviour.statement(parts, behaviour.condition(parts)));
}

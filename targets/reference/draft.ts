import type { Member } from "../../spec/constraint.ts";
import type { Behaviour } from "./behaviour.ts";
import { type HttpRequest, headerOf, queryValues, type Route } from "./http.ts";
import { functionArn, type Home, type Spelled } from "./resolve.ts";
import { type Policy, policyAt, type State, type Stored } from "./state.ts";
import type { PrincipalElement } from "./statement.ts";
import type { BodyReading } from "./validate.ts";

/** What every operation works on. */
export interface World {
  readonly state: State;
  readonly behaviour: Behaviour;
  readonly home: Home;
}

/** An AddPermission request as it was read, before anything is decided. */
export interface Draft {
  readonly behaviour: Behaviour;
  readonly state: State;
  readonly home: Home;
  readonly request: HttpRequest;
  /** The FunctionName as it stands in the path, still encoded. */
  readonly label: string;
  readonly contentType: string | undefined;
  /** False where a label or the query is not percent-encoded text. */
  readonly decodable: boolean;
  readonly qualifiers: number;
  readonly reading: BodyReading;
  /** Members as they came. */
  readonly given: Readonly<Record<Member, unknown>>;
  /** Members as text. */
  readonly values: Readonly<Record<Member, string | undefined>>;
  readonly name: Spelled;
  readonly qualifier: string | undefined;
  /** Unqualified ARN of the function. */
  readonly arn: string;
  readonly key: string;
  /** The policy when the request was read. */
  readonly read: Policy;
  readonly principal: PrincipalElement | null;
  /** The statement as JSON, made when it is first asked for. */
  readonly json: () => string;
  /** The statement as it would be stored. */
  readonly stored: () => Stored;
}

/** Reads an AddPermission request. Nothing is refused here, so that every check can be left out. */
export function draftOf(world: World, request: HttpRequest, route: Route): Draft {
  const { behaviour, state, home } = world;
  const label = behaviour.decode(route.label);
  const qualifiers = route.query === "" ? [] : queryValues(route.query, "Qualifier").map(behaviour.decode);
  const reading = behaviour.readBody(request.body);
  const given = givenMembers(behaviour, reading, label, qualifiers);
  const values = textOfMembers(behaviour, given);
  const name = behaviour.resolve(values.FunctionName ?? "");
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
    reading,
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
  reading: BodyReading,
  label: string | null,
  qualifiers: readonly (string | null)[],
): Draft["given"] {
  const body = reading.kind === "object" ? reading.object : noBody;
  const readable = qualifiers.filter((value) => value !== null);
  return {
    FunctionName: label ?? "",
    Qualifier: behaviour.qualifier(readable, body),
    Action: behaviour.pick(body, "Action"),
    EventSourceToken: behaviour.pick(body, "EventSourceToken"),
    Principal: behaviour.pick(body, "Principal"),
    RevisionId: behaviour.pick(body, "RevisionId"),
    SourceAccount: behaviour.pick(body, "SourceAccount"),
    SourceArn: behaviour.pick(body, "SourceArn"),
    StatementId: behaviour.pick(body, "StatementId"),
  };
}

function textOfMembers(behaviour: Behaviour, given: Draft["given"]): Draft["values"] {
  return {
    FunctionName: behaviour.text("FunctionName", given.FunctionName),
    Qualifier: behaviour.text("Qualifier", given.Qualifier),
    Action: behaviour.text("Action", given.Action),
    EventSourceToken: behaviour.text("EventSourceToken", given.EventSourceToken),
    Principal: behaviour.text("Principal", given.Principal),
    RevisionId: behaviour.text("RevisionId", given.RevisionId),
    SourceAccount: behaviour.text("SourceAccount", given.SourceAccount),
    SourceArn: behaviour.text("SourceArn", given.SourceArn),
    StatementId: behaviour.text("StatementId", given.StatementId),
  };
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

import { type JsonForm, malformedJson, notAnObject } from "../generators/json-forms.ts";
import { memberValues } from "../generators/members.ts";
import { wrongRevisions } from "../generators/revision-id.ts";
import { canonicalBody } from "../generators/valid-requests.ts";
import { addPermission, label, qualifierQuery } from "../spec/calls.ts";
import { type BodyMember, bodyMembers } from "../spec/constraint.ts";
import type { Call } from "../spec/exchange.ts";
import type { Stage } from "../spec/fixture.ts";
import { bodyWith, type GroupedRequest, grouped, type Suite, type Unit, withBody } from "./case.ts";

/** Every limit of every member, and everything just outside: the same cases at every seed. */
export const boundary: Suite = {
  name: "boundary",
  title: "Edges and near-misses of every constraint, one fault a request",
  units: () => [...bodyUnits(), ...nameUnits(), ...qualifierUnits(), ...routeUnits(), ...formUnits()],
};

/** A labelled value; the function makes it from a new, valid one. */
interface Value<From> {
  readonly label: string;
  readonly value: (from: From) => unknown;
}

function bodyUnits(): readonly Unit[] {
  return bodyMembers.flatMap((member) => {
    const { nearMisses, edges } = memberValues[member];
    const [id, short] = [`boundary/${member}`, member.replace(/[a-z]/g, "")];
    // A token needs its own principal, and a request without a token tests that principal.
    const without = member === "EventSourceToken" ? [{ label: "left-out", value: () => undefined }] : [];
    return [
      ...grouped(id, nearMisses.map(inBody(member)), (index) => `m${short}${index}`),
      ...grouped(`${id}/edges`, [...without, ...edges].map(inBody(member)), (index) => `e${short}${index}`, {
        clean: member === "StatementId",
      }),
    ];
  });
}

/** A request with that value. Each has a new id; one new token or RevisionId serves all of them. */
function inBody(member: BodyMember): (one: Value<string>) => GroupedRequest {
  const fresh = (sid: string) => (member === "StatementId" ? `fresh${sid}` : "fresh");
  return ({ label, value }) => ({
    label,
    call: (stage, sid) => withBody(stage, bodyWith(member, value(fresh(sid)), sid)),
  });
}

function nameUnits(): readonly Unit[] {
  const { nearMisses, edges } = memberValues.FunctionName;
  const inPath = ({ label, value }: Value<Stage>): GroupedRequest => ({
    label,
    call: (stage, sid) => named(String(value({ ...stage, unknownName: `${stage.unknownName}${sid}` })), sid),
  });
  return [
    ...grouped("boundary/FunctionName", nearMisses.map(inPath), (at) => `fn${at}`),
    ...grouped("boundary/FunctionName/edges", edges.map(inPath), (at) => `fe${at}`, { needs: ["aliases"] }),
  ];
}

/** The canonical request to a function, with a qualifier in the query or without. */
function named(name: string, sid: string, qualifier?: string): Call {
  const query = qualifier === undefined ? null : qualifierQuery(qualifier);
  return addPermission({ functionName: label(name), query, body: canonicalBody(sid) });
}

function qualifierUnits(): readonly Unit[] {
  const { nearMisses, edges } = memberValues.Qualifier;
  const inQuery =
    (existing: (stage: Stage) => string) =>
    ({ label, value }: Value<string>): GroupedRequest => ({
      label,
      call: (stage, sid) => named(stage.main.name, sid, String(value(existing(stage)))),
    });
  const longest = ({ main }: Stage) => main.aliases?.longest ?? "y".repeat(128);
  return [
    ...grouped("boundary/Qualifier", nearMisses.map(inQuery(live)), (at) => `q${at}`),
    ...grouped("boundary/Qualifier/edges", edges.map(inQuery(longest)), (at) => `qe${at}`),
  ];
}

function live({ main }: Stage): string {
  return main.aliases?.live ?? "live";
}

function routeUnits(): readonly Unit[] {
  const at =
    (target: (name: string) => string, method = "POST"): GroupedRequest["call"] =>
    (stage, sid) => ({
      ...addPermission({ functionName: label(stage.main.name), body: canonicalBody(sid), method }),
      target: target(stage.main.name),
    });
  const path = (name: string) => `/2015-03-31/functions/${name}/policy`;
  const requests: readonly GroupedRequest[] = [
    { label: "put", call: at(path, "PUT") },
    { label: "patch", call: at(path, "PATCH") },
    { label: "older-version", call: at((name) => `/2014-11-13/functions/${name}/policy`) },
    { label: "newer-version", call: at((name) => `/2015-04-01/functions/${name}/policy`) },
    { label: "no-version", call: at((name) => `/functions/${name}/policy`) },
    { label: "empty-name", call: at(() => path("")) },
  ];
  return grouped("boundary/route", requests, (index) => `r${index}`, { needs: ["routes"] });
}

function formUnits(): readonly Unit[] {
  const written = (prefix: string, forms: Readonly<Record<string, JsonForm>>) =>
    Object.entries(forms).map(
      ([label, write]): GroupedRequest => ({
        label: `${prefix}-${label}`,
        call: (stage, sid) => withBody(stage, write(canonicalBody(sid))),
      }),
    );
  const bodies: readonly GroupedRequest[] = [
    ...written("malformed", malformedJson),
    ...written("no-object", notAnObject),
    { label: "empty", call: (stage) => withBody(stage, "") },
    { label: "no-body", call: (stage) => withBody(stage, null) },
    { label: "empty-object", call: (stage) => withBody(stage, {}) },
  ];
  const revisions = Object.entries(wrongRevisions).map(
    ([label, value]): GroupedRequest => ({
      label,
      call: (stage, sid) => withBody(stage, bodyWith("RevisionId", value, sid)),
    }),
  );
  return [
    ...grouped("boundary/body", bodies, (index) => `f${index}`),
    ...grouped("boundary/RevisionId/wrong", revisions, (index) => `rv${index}`),
    ...grouped("boundary/resource", missing, (index) => `p${index}`),
  ];
}

/** Functions, versions and aliases that do not exist, and names that contradict the qualifier. */
const missing: readonly GroupedRequest[] = [
  { label: "unknown-function", call: (stage, sid) => named(stage.unknownName, sid) },
  { label: "unknown-version", call: ({ main }, sid) => named(`${main.name}:4242`, sid) },
  { label: "unknown-alias", call: ({ main }, sid) => named(`${main.name}:no-such-alias`, sid) },
  { label: "unknown-alias-in-query", call: ({ main }, sid) => named(main.name, sid, "no-such-alias") },
  { label: "unknown-qualifier-with-dollar", call: ({ main }, sid) => named(main.name, sid, "no$such") },
  { label: "unknown-longest-qualifier", call: ({ main }, sid) => named(main.name, sid, "z".repeat(128)) },
  { label: "other-region", call: (stage, sid) => named(movedTo(stage, { region: otherRegion(stage) }), sid) },
  { label: "other-account", call: (stage, sid) => named(movedTo(stage, { account: "111122223333" }), sid) },
  {
    label: "other-partition",
    call: (stage, sid) => named(movedTo(stage, { partition: "aws-us-gov", region: "us-gov-west-1" }), sid),
  },
  {
    label: "partition-of-china",
    call: (stage, sid) => named(movedTo(stage, { partition: "aws-cn", region: "cn-north-1" }), sid),
  },
  {
    label: "qualifiers-disagree",
    call: (stage, sid) => named(`${stage.main.name}:${live(stage)}`, sid, stage.main.versions[0] ?? "1"),
  },
];

/** The full ARN of the fixture's function, with another partition, region or account. */
function movedTo(stage: Stage, where: Partial<Pick<Stage, "partition" | "region" | "account">>): string {
  const { partition, region, account } = { ...stage, ...where };
  return `arn:${partition}:lambda:${region}:${account}:function:${stage.main.name}`;
}

function otherRegion({ region }: Stage): string {
  return region === "eu-west-1" ? "us-west-2" : "eu-west-1";
}

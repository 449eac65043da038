import { functionNameNearMisses, nearMisses } from "../generators/broken.ts";
import { addPermission, label, labelKeepingColons, qualifierQuery } from "../generators/calls.ts";
import { edges } from "../generators/edges.ts";
import { functionNameEdges } from "../generators/function-name.ts";
import { malformedJson, notAnObject } from "../generators/json-forms.ts";
import { wrongRevisions } from "../generators/revision-id.ts";
import { canonicalBody } from "../generators/valid-requests.ts";
import { type BodyMember, bodyMembers } from "../spec/constraint.ts";
import type { Stage } from "../spec/stage.ts";
import { bodyWith, type GroupedRequest, grouped, type Suite, type Unit, withBody } from "./case.ts";

/** Every limit of every member, and everything just outside: the same cases at every seed. */
export const boundary: Suite = {
  name: "boundary",
  title: "Edges and near-misses of every constraint, one fault a request",
  units: () => [...bodyUnits(), ...nameUnits(), ...qualifierUnits(), ...routeUnits(), ...formUnits()],
};

/** A function of that shape stands in for the stage where only labels are asked for. */
const anyStage: Stage = {
  partition: "aws",
  region: "us-east-1",
  account: "123456789012",
  main: {
    name: "function-of-the-stage",
    arn: "arn:aws:lambda:us-east-1:123456789012:function:function-of-the-stage",
    versions: ["1", "2"],
    aliases: { live: "live", arn140: "a", arn141: "b", longest: "y".repeat(128) },
  },
  other: null,
  unknownName: "none",
  recipe: null,
};

function bodyUnits(): readonly Unit[] {
  return bodyMembers.flatMap((member) => {
    const id = `boundary/${member}`;
    return [
      ...grouped(id, bodyCases(member, nearMisses), (index) => `m${initials(member)}${index}`),
      ...grouped(`${id}/edges`, edgeCases(member), (index) => `e${initials(member)}${index}`, {
        clean: member === "StatementId",
      }),
    ];
  });
}

/** Whoever refuses the principal that tokens come with is told so by a request without a token. */
function edgeCases(member: BodyMember): readonly GroupedRequest[] {
  const leftOut: GroupedRequest = {
    label: "left-out",
    call: (stage, sid) => withBody(stage, bodyWith(member, undefined, sid)),
  };
  return [...(member === "EventSourceToken" ? [leftOut] : []), ...bodyCases(member, edges)];
}

/** A request for each value. Ids must be new for each; a RevisionId or token that is new is valid by itself. */
function bodyCases(
  member: BodyMember,
  values: (
    member: BodyMember,
    fresh: string,
  ) => readonly { readonly label: string; readonly value: unknown }[],
): readonly GroupedRequest[] {
  const own = (label: string, sid: string) =>
    values(member, `fresh${sid}`).find((one) => one.label === label)?.value;
  return values(member, "fresh").map(({ label, value }) => ({
    label,
    call: (stage, sid) =>
      withBody(stage, bodyWith(member, member === "StatementId" ? own(label, sid) : value, sid)),
  }));
}

function initials(member: string): string {
  return member.replace(/[a-z]/g, "");
}

function nameUnits(): readonly Unit[] {
  const name = (at: number) => `fn${at}`;
  const misses = functionNameNearMisses(anyStage, anyStage.main).map(
    ({ label: id }): GroupedRequest => ({
      label: id,
      call: (stage, sid) => {
        const miss = functionNameNearMisses(stage, stage.main).find((one) => one.label === id);
        return named(miss?.value ?? stage.main.name, sid);
      },
    }),
  );
  // An empty name makes another path: it is sent with the routes.
  const filled = functionNameEdges(anyStage, anyStage.main, "fresh").filter(({ value }) => value !== "");
  const limits = filled.map(
    ({ id }): GroupedRequest => ({
      label: id,
      call: (stage, sid) => {
        const edge = functionNameEdges(stage, stage.main, `${stage.unknownName}${sid}`).find(
          (one) => one.id === id,
        );
        return named(edge?.value ?? stage.main.name, sid);
      },
    }),
  );
  return [
    ...grouped("boundary/FunctionName", misses, name),
    ...grouped("boundary/FunctionName/edges", limits, (at) => `fe${at}`, { needs: ["aliases"] }),
  ];
}

function named(value: unknown, sid: string) {
  return addPermission({ functionName: label(String(value)), body: canonicalBody(sid) });
}

function qualifierUnits(): readonly Unit[] {
  const live = (stage: Stage) => stage.main.aliases?.live ?? "live";
  const longest = (stage: Stage) => stage.main.aliases?.longest ?? "y".repeat(128);
  const qualified = (stage: Stage, value: string, sid: string) =>
    addPermission({
      functionName: label(stage.main.name),
      query: qualifierQuery(value),
      body: canonicalBody(sid),
    });
  const misses = nearMisses("Qualifier", "live").map(
    ({ label: id }): GroupedRequest => ({
      label: id,
      call: (stage, sid) => {
        const miss = nearMisses("Qualifier", live(stage)).find((one) => one.label === id);
        return qualified(stage, String(miss?.value ?? live(stage)), sid);
      },
    }),
  );
  const limits = edges("Qualifier", "live").map(
    ({ label }): GroupedRequest => ({
      label,
      call: (stage, sid) =>
        qualified(
          stage,
          edges("Qualifier", longest(stage)).find((edge) => edge.label === label)?.value ?? "",
          sid,
        ),
    }),
  );
  return [
    ...grouped("boundary/Qualifier", misses, (at) => `q${at}`),
    ...grouped("boundary/Qualifier/edges", limits, (at) => `qe${at}`),
  ];
}

function routeUnits(): readonly Unit[] {
  const at =
    (target: (name: string) => string, method = "POST"): GroupedRequest["call"] =>
    (stage, sid) => ({
      ...addPermission({ functionName: label(stage.main.name), body: canonicalBody(sid), method }),
      target: target(stage.main.name),
    });
  const path = (name: string) => `/2015-03-31/functions/${name}/policy`;
  const cases: readonly GroupedRequest[] = [
    { label: "put", call: at(path, "PUT") },
    { label: "patch", call: at(path, "PATCH") },
    { label: "older-version", call: at((name) => `/2014-11-13/functions/${name}/policy`) },
    { label: "newer-version", call: at((name) => `/2015-04-01/functions/${name}/policy`) },
    { label: "no-version", call: at((name) => `/functions/${name}/policy`) },
    { label: "empty-name", call: at(() => path("")) },
  ];
  return grouped("boundary/route", cases, (index) => `r${index}`, { needs: ["routes"] });
}

function formUnits(): readonly Unit[] {
  const sample = canonicalBody("fresh");
  const bodies: readonly GroupedRequest[] = [
    ...malformedJson(sample).map(
      ({ label }, index): GroupedRequest => ({
        label: `malformed-${label}`,
        call: (stage, sid) => withBody(stage, malformedJson(canonicalBody(sid))[index]?.text ?? ""),
      }),
    ),
    ...notAnObject(sample).map(
      ({ label }, index): GroupedRequest => ({
        label: `no-object-${label}`,
        call: (stage, sid) => withBody(stage, notAnObject(canonicalBody(sid))[index]?.text ?? ""),
      }),
    ),
    { label: "empty", call: (stage) => withBody(stage, "") },
    { label: "no-body", call: (stage) => withBody(stage, null) },
    { label: "empty-object", call: (stage) => withBody(stage, {}) },
  ];
  const revisions = wrongRevisions.map(
    ({ label, value }): GroupedRequest => ({
      label,
      call: (stage, sid) => withBody(stage, bodyWith("RevisionId", value, sid)),
    }),
  );
  const places: readonly GroupedRequest[] = [
    { label: "unknown-function", call: (stage, sid) => named(stage.unknownName, sid) },
    { label: "unknown-version", call: (stage, sid) => named(`${stage.main.name}:4242`, sid) },
    { label: "unknown-alias", call: (stage, sid) => named(`${stage.main.name}:no-such-alias`, sid) },
    {
      label: "unknown-alias-in-query",
      call: (stage, sid) => elsewhere(stage, stage.main.name, "no-such-alias", sid),
    },
    {
      label: "unknown-qualifier-with-dollar",
      call: (stage, sid) => elsewhere(stage, stage.main.name, "no$such", sid),
    },
    {
      label: "unknown-longest-qualifier",
      call: (stage, sid) => elsewhere(stage, stage.main.name, "z".repeat(128), sid),
    },
    { label: "other-region", call: (stage, sid) => named(moved(stage, { region: otherRegion(stage) }), sid) },
    { label: "other-account", call: (stage, sid) => named(moved(stage, { account: "111122223333" }), sid) },
    {
      label: "other-partition",
      call: (stage, sid) => named(moved(stage, { partition: "aws-us-gov", region: "us-gov-west-1" }), sid),
    },
    {
      label: "partition-of-china",
      call: (stage, sid) => named(moved(stage, { partition: "aws-cn", region: "cn-north-1" }), sid),
    },
    {
      label: "qualifiers-disagree",
      call: (stage, sid) =>
        elsewhere(
          stage,
          `${stage.main.name}:${stage.main.aliases?.live ?? "live"}`,
          stage.main.versions[0] ?? "1",
          sid,
        ),
    },
  ];
  return [
    ...grouped("boundary/body", bodies, (index) => `f${index}`),
    ...grouped("boundary/RevisionId/wrong", revisions, (index) => `rv${index}`),
    ...grouped("boundary/resource", places, (index) => `p${index}`),
  ];
}

function elsewhere(_stage: Stage, name: string, qualifier: string, sid: string) {
  return addPermission({
    functionName: labelKeepingColons(name).replaceAll(":", "%3A"),
    query: qualifierQuery(qualifier),
    body: canonicalBody(sid),
  });
}

function moved(stage: Stage, where: Partial<Pick<Stage, "partition" | "region" | "account">>): string {
  const { partition, region, account } = { ...stage, ...where };
  return `arn:${partition}:lambda:${region}:${account}:function:${stage.main.name}`;
}

function otherRegion({ region }: Stage): string {
  return region === "eu-west-1" ? "us-west-2" : "eu-west-1";
}

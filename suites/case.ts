import { canonicalBody, otherMembers, withMember } from "../generators/valid-requests.ts";
import type { AddPermissionRequest } from "../spec/add-permission.ts";
import { openValue } from "../spec/body.ts";
import { addPermission, getPolicy, label, qualifierQuery } from "../spec/calls.ts";
import { type BodyMember, broken } from "../spec/constraint.ts";
import { type Batch, type Call, type Exchange, revisionSlot, type Step } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { tokenService } from "../spec/principal.ts";
import { isRemovable } from "../spec/target.ts";
import type { Drawn } from "./drawn.ts";

/** What a test case needs of its fixture; where it is missing the case is skipped and the report says so. */
export type Need =
  | "other"
  | "versions"
  | "aliases"
  | "alias-lengths"
  | "create"
  | "faults"
  | "routes"
  | "wire";

/**
 * The phases of a run in their order. Candidates are confirmed after each of them, so that a target that ends in a later
 * one takes nothing with it. `odd`: requests that no SDK sends. `lasting`: statements that an existing function may keep.
 * `ending`: requests that are known to end servers.
 */
export const phases = ["ordinary", "odd", "lasting", "ending"] as const;
export type Phase = (typeof phases)[number];

/** The next batch of a test case, from the batches that came back so far; null ends the case. Pure. */
type CaseScript = (done: readonly (readonly Exchange[])[]) => Batch | null;

/** A test case: a history that can be executed on any fixture. Equal seeds give equal cases, byte for byte. */
export interface TestCase {
  /** `suite/topic/case`, unique in the run. */
  readonly id: string;
  readonly needs: readonly Need[];
  /** True when every policy of the fixture must be empty at the start. */
  readonly clean: boolean;
  /** True for requests that must never reach a real account, such as a public principal without a condition. */
  readonly destructive: boolean;
  /** When it is sent; "ordinary" by default. */
  readonly phase?: Phase | undefined;
  /** True for StatementIds that no path can name: where a target accepts one, no request removes its statement. */
  readonly irremovable?: boolean;
  /** The policy that its requests are for, where a suite has test cases for each. */
  readonly policy?: PolicyKind | undefined;
  /** The rule that its requests break: it is left out where every request before it violated that rule. */
  readonly breaks?: string | undefined;
  /** True if it repeats another test case with another number of calls: left out where calls in flight together are slow. */
  readonly repeats?: boolean;
  /**
   * Pure, so that the same answers make it send the same on any fixture: it is started again on another one to have its calls
   * there, and they are taken by the key of their step.
   */
  start(fixture: Fixture): CaseScript;
  /** A random test case as data; absent where its requests are, or where it is none. */
  readonly drawn?: Drawn | undefined;
  /** All its batches, where they do not depend on answers. */
  readonly script?: (fixture: Fixture) => readonly Batch[];
}

/** A source of test cases. A suite sends requests and expects nothing. */
export interface Suite {
  readonly name: string;
  /** One sentence: what it sends. */
  readonly title: string;
  testCases(plan: SuiteOptions): Iterable<TestCase>;
}

/** The options of a suite. */
export interface SuiteOptions {
  readonly seed: number;
  /** Random cases of each property. */
  readonly runs: number;
  /** Repetitions of each kind of race. */
  readonly rounds: number;
}

type CaseOptions = Partial<
  Pick<
    TestCase,
    "needs" | "clean" | "destructive" | "phase" | "irremovable" | "repeats" | "policy" | "breaks" | "drawn"
  >
>;

/** Every policy of the fixture is empty at the start. */
export const clean = { clean: true } as const;

/** The steps of a test case whose batches do not depend on answers. */
export function scripted(
  id: string,
  options: CaseOptions,
  batches: (fixture: Fixture) => readonly Batch[],
): TestCase {
  return {
    id,
    needs: options.needs ?? [],
    clean: options.clean ?? false,
    destructive: options.destructive ?? false,
    phase: options.phase,
    irremovable: options.irremovable ?? false,
    repeats: options.repeats ?? false,
    policy: options.policy,
    breaks: options.breaks,
    drawn: options.drawn,
    script: batches,
    start: (fixture) => {
      const script = batches(fixture);
      return (done) => script[done.length] ?? null;
    },
  };
}

/** One request of a group: its label in reports, and a function that makes it for a fixture and a new id. */
export interface GroupedRequest {
  readonly label: string;
  readonly call: (fixture: Fixture, sid: string) => Call;
  /** The policy that it is for; that of the function by default. Only requests for the same policy share a test case. */
  readonly policy?: PolicyKind;
  /** True if no path can name its StatementId. */
  readonly irremovable?: boolean;
}

/** The policies of the function under test. A server may check a request, or keep a policy as it is, for some of them only. */
export const policyKinds = ["function", "version", "alias"] as const;
export type PolicyKind = (typeof policyKinds)[number];

/** What a test case on such a policy needs. */
export const needsOf: Readonly<Record<PolicyKind, readonly Need[]>> = {
  function: [],
  version: ["versions"],
  alias: ["aliases"],
};

/** The policies in turn. */
export function policyInTurn(nth: number): PolicyKind {
  return policyKinds[nth % policyKinds.length] ?? "function";
}

/** Those for one policy after each other, so that they need fewer fixtures. */
export function byPolicy(testCases: readonly TestCase[]): readonly TestCase[] {
  return policyKinds.flatMap((policy) => testCases.filter((one) => (one.policy ?? "function") === policy));
}

/** The version or alias with that policy; null for the function itself, and where the fixture has none. */
export function qualifierOf({ main }: Fixture, policy: PolicyKind): string | null {
  if (policy === "function") return null;
  return (policy === "version" ? main.versions[0] : main.aliases?.live) ?? null;
}

/** The query that names a version or alias; null for none. */
export function queryOf(qualifier: string | null): string | null {
  return qualifier === null ? null : qualifierQuery(qualifier);
}

/** A request for the policies in turn, with the qualifier in the query, after the name, and after the ARN. */
export function requestInTurn(
  fixture: Fixture,
  nth: number,
  body: Readonly<Record<string, unknown>> | string | null,
): Call {
  const { name, arn } = fixture.main;
  const form = Math.floor((nth + 2) / policyKinds.length) % 3;
  const qualifier = qualifierOf(fixture, policyInTurn(nth));
  const suffix = form === 0 || qualifier === null ? "" : `:${qualifier}`;
  const query = form === 0 ? queryOf(qualifier) : null;
  return addPermission({ functionName: label((form === 2 ? arn : name) + suffix), query, body });
}

/** A request that differs from a valid one in one member, for the policies in turn and with other members in turn. */
export function withOneMember(
  member: BodyMember,
  one: { readonly label: string; readonly value: (sid: string) => unknown },
  nth: number,
): GroupedRequest {
  return {
    label: one.label,
    policy: policyInTurn(nth),
    call: (fixture, sid) =>
      requestInTurn(fixture, nth, bodyWith(member, one.value(sid), sid, otherMembers(member, nth))),
    irremovable: isIrremovableId(member, one.value("fresh")),
  };
}

/** Requests that share one test case, so one read after them serves them all. */
const groupSize = 12;

/**
 * A version of the function under test, or the number of none: an existing function may have versions and aliases that the
 * target does not list, and nothing may be sent to those.
 */
export function versionOf({ main }: Fixture): string {
  return main.versions[0] ?? "4242";
}

/** An alias of the function under test, or the name of none. */
export function aliasOf({ main }: Fixture): string {
  return main.aliases?.live ?? "no-such-alias";
}

/** A batch of one step. */
export function alone(key: string, call: Call): Batch {
  return [{ key, call }];
}

/** One step of a batch of several. */
export function step(key: string, call: Call): Step {
  return { key, call };
}

/** Adds a canonical statement to a policy of the function under test. */
export function add(name: string, sid: string, query: string | null = null): Call {
  return addPermission({ functionName: label(name), query, body: canonicalBody(sid) });
}

/** A step that uses the version that an earlier step published. */
export function ofVersion(key: string, versionFrom: string, call: Call): Batch {
  return [{ key, versionFrom, call }];
}

/** The documented media type with the charset that JSON has anyway. */
export const withCharset: Call["headers"] = [["Content-Type", "application/json; charset=utf-8"]];

/** How an addition with a revision differs from a canonical one to the function by its name. */
interface GuardedOptions {
  readonly query?: string | null;
  readonly name?: string;
  readonly members?: Readonly<Record<string, unknown>>;
  /** True for a Content-Type with a charset. */
  readonly charset?: boolean;
  /** The key of the step; the id by default. */
  readonly key?: string;
}

/** Adds a statement with the revision that an earlier step showed. */
export function guarded(
  { main }: Fixture,
  sid: string,
  from: string,
  { query = null, name = main.name, members = {}, charset = false, key = sid }: GuardedOptions = {},
): Step {
  const body = { ...bodyWith("RevisionId", revisionSlot, sid), ...members };
  const call = addPermission({
    functionName: label(name),
    query,
    body,
    ...(charset && { headers: withCharset }),
  });
  return { key, revisionFrom: from, call };
}

/** The canonical request to the function under test with another body. */
export function withBody(fixture: Fixture, body: Readonly<Record<string, unknown>> | string | null): Call {
  return addPermission({ functionName: label(fixture.main.name), body });
}

/**
 * The canonical body with one member set to any value, or left out, and with other members. A valid token comes with its own
 * principal alone. A token that must be refused comes with the canonical one, so that only the token can be the reason.
 */
export function bodyWith(
  member: BodyMember,
  value: unknown,
  sid: string,
  others: Partial<AddPermissionRequest> = {},
): Readonly<Record<string, unknown>> {
  const isToken = member === "EventSourceToken" && !mustBeRefused(value);
  const base = { ...canonicalBody(sid), ...(isToken ? { Principal: tokenService } : others) };
  return sorted(withMember(base, member, value));
}

/** Says whether a value of a member is a StatementId that no path can name. */
export function isIrremovableId(member: string, value: unknown): boolean {
  return member === "StatementId" && typeof value === "string" && !isRemovable(value);
}

function mustBeRefused(token: unknown): boolean {
  if (token === null || token === undefined) return false;
  if (typeof token !== "string") return true;
  return openValue("EventSourceToken", token) === null && broken("EventSourceToken", token).length > 0;
}

function sorted(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Test cases of at most a dozen requests each for one policy, with a read of it after the last. Requests with an id that no
 * path can name have test cases of their own, which a run can place last or leave out.
 */
export function grouped(
  id: string,
  cases: readonly GroupedRequest[],
  fresh: (index: number) => string,
  options: CaseOptions = {},
): readonly TestCase[] {
  const requests = cases.map((request, index) => ({ ...request, sid: fresh(index) }));
  const isIrremovable = ({ irremovable }: GroupedRequest) => irremovable === true;
  return [
    ...inGroups(
      id,
      requests.filter((request) => !isIrremovable(request)),
      options,
    ),
    ...inGroups(`${id}/irremovable`, requests.filter(isIrremovable), { ...options, irremovable: true }),
  ];
}

function inGroups(
  id: string,
  requests: readonly (GroupedRequest & { readonly sid: string })[],
  options: CaseOptions,
): readonly TestCase[] {
  const groups = policyKinds.flatMap((policy) => {
    const own = requests.filter((request) => (request.policy ?? "function") === policy);
    return Array.from({ length: Math.ceil(own.length / groupSize) }, (_, at) => ({
      policy,
      group: own.slice(at * groupSize, (at + 1) * groupSize),
    }));
  });
  return groups.map(({ policy, group }, at) =>
    scripted(`${id}/${at}`, { ...options, policy }, (fixture) => {
      const read = getPolicy(fixture.main.name, qualifierOf(fixture, policy));
      return [...group.map(({ label, call, sid }) => alone(label, call(fixture, sid))), alone("after", read)];
    }),
  );
}

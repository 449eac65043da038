import { isRecord, parseJson } from "../spec/body.ts";
import { label, qualifierQuery } from "../spec/calls.ts";
import { bodyMembers, broken, isMember } from "../spec/constraint.ts";
import { type Call, type Header, type Operation, revisionSlot } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { addressee, removal, route } from "../spec/target.ts";
import {
  callsOn,
  type HistoryStep,
  type Origin,
  type Rewrite,
  rewritten,
  type Shows,
  type Steps,
  swap,
} from "./regenerate.ts";

/** The canonical values of required members, tried first. */
const usual: Readonly<Record<string, string>> = {
  Action: "lambda:InvokeFunction",
  Principal: "s3.amazonaws.com",
  StatementId: "s",
};

/** The canonical values of optional members. */
const usualWhereNeeded: Readonly<Record<string, string>> = {
  SourceArn: "arn:aws:s3:::b",
  SourceAccount: "123456789012",
};

/** Replaces each call by the simplest that still shows it; without `values`, values by canonical ones only. */
export async function simplifyCalls(
  steps: Steps,
  origin: Origin,
  shows: Shows,
  values = true,
): Promise<Steps> {
  const underTest = await onFunctionUnderTest(steps, origin, shows);
  let current = await onFunctionItself(underTest, origin, shows);
  for (const [index, batch] of steps.entries()) {
    for (const at of batch.keys()) {
      current = await simplifyCall(current, { index, at, values }, origin.fixture, shows);
    }
  }
  return current;
}

/**
 * The histories of which one is likely to be the smallest, the likelier first: the last call alone, with the canonical members
 * but for the one that the rule names, first with a simpler path: the canonical one if that member is in the body, the plain
 * name of the function if it is the qualifier, else one without the query. None if the last call is not a plain
 * addition, or needs an earlier one.
 */
export function likelySmallest(steps: Steps, { fixture }: Origin, rule: string): readonly Steps[] {
  const member = rule.split(".")[0];
  const [step, ...others] = steps.at(-1) ?? [];
  if (step === undefined || others.length > 0) return [];
  const { call } = step;
  const isPlain = call.raw === undefined && call.encoding === undefined && call.connection === undefined;
  if (call.operation !== "AddPermission" || !isPlain) return [];
  const members = sentObject(call.body ?? "");
  if (tooDeepToWrite(members)) return [];
  const canonical: Rewrite = (one) => {
    const kept = Object.entries(membersOf(one)).flatMap(([name, value]) => {
      if (name === member) return [[name, value] as const];
      return usual[name] === undefined ? [] : [[name, usual[name]] as const];
    });
    return { ...one, headers: json, body: JSON.stringify(Object.fromEntries(kept)) };
  };
  const isOfBody = member === "body" || bodyMembers.some((name) => name === member);
  const inBody = members === null ? step : rewritten(step, canonical, fixture);
  const simplerPath = isOfBody ? canonicalPath : member === "Qualifier" ? plainName : withoutQuery;
  const simpler = rewritten(inBody, simplerPath, fixture);
  // A rule about the path finds nothing wrong with the canonical one.
  const inVain = isOfBody ? [inBody] : [inBody, rewritten(inBody, canonicalPath, fixture)];
  const isNew = !inVain.some(({ call: { target } }) => target === simpler.call.target);
  const likely = isNew ? [simpler, inBody] : [inBody];
  return likely.filter(needsNone).map((one) => [[one]]);
}

/** Says whether a step takes no revision and no version from an earlier one. */
function needsNone({ revisionFrom, versionFrom }: HistoryStep): boolean {
  return revisionFrom === undefined && versionFrom === undefined;
}

/** If a history uses the second function alone, tries it with the function under test. */
async function onFunctionUnderTest(steps: Steps, origin: Origin, shows: Shows): Promise<Steps> {
  const { fixture } = origin;
  const { main, other } = fixture;
  const isAbout = (name: string) => steps.flat().some(({ call }) => isFor(call, name));
  if (other === null || other.name === main.name || !isAbout(other.name) || isAbout(main.name)) return steps;
  const calls = callsOn(origin, swap(fixture));
  const moved = steps.map((batch) =>
    batch.map((step): HistoryStep => ({ ...step, call: calls.get(step.key) ?? step.call, swapped: true })),
  );
  return (await shows(moved)) ? moved : steps;
}

/** The operations that are the same on a function, on a version and on an alias. */
const ofAnyPolicy: ReadonlySet<Operation> = new Set([
  "AddPermission",
  "RemovePermission",
  "GetPolicy",
  "GetFunction",
]);

/** If a history without calls in flight together uses versions or aliases, tries it with the functions themselves. */
async function onFunctionItself(steps: Steps, { fixture }: Origin, shows: Shows): Promise<Steps> {
  if (steps.some(({ length }) => length > 1)) return steps;
  const moved = steps.map((batch) =>
    batch.map((step): HistoryStep => {
      const call = withoutQualifier(step.call);
      return call === step.call ? step : rewritten(step, withoutQualifier, fixture);
    }),
  );
  const isMoved = moved.some((batch, at) => batch.some((step, of) => step !== steps[at]?.[of]));
  return isMoved && (await shows(moved)) ? moved : steps;
}

function withoutQualifier(call: Call): Call {
  if (call.raw !== undefined || !ofAnyPolicy.has(call.operation)) return call;
  const at = route(call.target);
  const of = at.kind === "none" ? null : addressee(at);
  return of === null || of.qualifier === null ? call : { ...call, target: plainTarget(call, of.name, null) };
}

/** The target of a call with a function by its plain name, and the qualifier in the query. */
function plainTarget({ target }: Call, name: string, qualifier: string | null): string {
  const rest = target.split("?")[0]?.split("/").slice(4).join("/") ?? "";
  const query = qualifier === null ? "" : `?${qualifierQuery(qualifier)}`;
  return `/2015-03-31/functions/${label(name)}${rest === "" ? "" : `/${rest}`}${query}`;
}

/** Says whether the path of a call names the function, or its body creates it. */
function isFor({ target, body }: Call, name: string): boolean {
  const at = route(target);
  const named = at.kind === "none" ? null : (addressee(at)?.name ?? at.functionName);
  return (named ?? sentObject(body ?? "")?.FunctionName) === name;
}

async function simplifyCall(
  steps: Steps,
  { index, at, values }: { readonly index: number; readonly at: number; readonly values: boolean },
  fixture: Fixture,
  shows: Shows,
): Promise<Steps> {
  let current = steps;
  const attempt: TryRewrite = async (rewrite) => {
    const changed = current.map((batch, i) =>
      i === index ? batch.map((step, j) => (j === at ? rewritten(step, rewrite, fixture) : step)) : batch,
    );
    if (!(await shows(changed))) return false;
    current = changed;
    return true;
  };
  /** Tries a rewrite only if it changes the call. */
  const attemptIfChanged: TryRewrite = async (rewrite) => {
    const now = call();
    return now !== undefined && rewrite(now, fixture) !== now && (await attempt(rewrite));
  };
  const call = (): Call | undefined => current[index]?.[at]?.call;
  const first = call();
  if (first === undefined || first.raw !== undefined) return current;
  if (first.operation !== "AddPermission") {
    await attemptIfChanged(canonicalNeighbour);
    return current;
  }
  await attemptIfChanged(canonicalHeaders);
  if (!(await attemptIfChanged(canonicalPath))) {
    await attemptIfChanged(withoutQuery);
    if (!(await attemptIfChanged(canonicalNeighbour))) await attemptIfChanged(usualEncoding);
  }
  // Concurrent calls differ by their ids and share a revision, so their bodies stay.
  if (first.encoding !== undefined || (current[index]?.length ?? 0) > 1) return current;
  const body = first.body ?? "";
  if (sentObject(body) === null) {
    await simplifyText(body, attempt, attemptIfChanged);
    return current;
  }
  const others = steps.flat().filter(({ key }) => key !== steps[index]?.[at]?.key);
  const needsId = others.some((other) => idOf(other.call) === idOf(first));
  await simplifyMembers(() => call() ?? first, attempt, { values, isAlone: steps.length === 1, needsId });
  return current;
}

/** Simplifies a body that is no object. */
async function simplifyText(body: string, attempt: TryRewrite, attemptIfChanged: TryRewrite): Promise<void> {
  // JSON that is no object breaks another rule than what is no JSON.
  const isJson = parseJson(body) !== undefined;
  for (const text of isJson ? ["[]", "1"] : ["{", `${JSON.stringify({ ...usual })}x`])
    if (await attempt((one) => ({ ...one, body: text }))) return;
  for (let place = membersIn(body).length - 1; place >= 0; place -= 1)
    await attemptIfChanged(cuttingMember(place));
  // A body that looks like an object is small enough with one member.
  if (membersIn(body).length > 0) return;
  const most = { all: 24, inVain: 8 };
  await shorten(body, async (cut) => attempt((one) => ({ ...one, body: cut(one.body ?? "") })), most);
}

/** The StatementId that a call adds or removes; undefined if there is none. */
function idOf(call: Call): unknown {
  return removal(call)?.sid ?? membersOf(call).StatementId;
}

/** Rewrites a call, and keeps the rewrite if the history still shows what it showed. */
type TryRewrite = (rewrite: Rewrite) => Promise<boolean>;

const json: readonly Header[] = [["Content-Type", "application/json"]];

const canonicalHeaders: Rewrite = (call) =>
  JSON.stringify(call.headers) === JSON.stringify(json) ? call : { ...call, headers: json };

const canonicalPath: Rewrite = (call, fixture) => onPlainName(call, fixture, "");

const plainName: Rewrite = (call, fixture) => onPlainName(call, fixture, queryOf(call));

const withoutQuery: Rewrite = (call) =>
  withTarget(call, call.target.slice(0, call.target.length - queryOf(call).length));

/** Writes the label of the function as SDKs do: only what needs it is percent-encoded. */
const usualEncoding: Rewrite = (call) => {
  const at = route(call.target);
  if (at.kind === "none" || at.functionName === null) return call;
  return withTarget(call, call.target.replace(/(?<=\/functions\/)[^/?]+/, label(at.functionName)));
};

/** Writes the function under test by its plain name, with this query. */
function onPlainName(call: Call, { main: { name } }: Fixture, query: string): Call {
  if (call.method !== "POST" || route(call.target).kind !== "policy") return call;
  return withTarget(call, `/2015-03-31/functions/${name}/policy${query}`);
}

/** The query with its question mark; empty if there is none. */
function queryOf({ target }: Call): string {
  return /\?.*/s.exec(target)?.[0] ?? "";
}

function withTarget(call: Call, target: string): Call {
  return call.target === target ? call : { ...call, target };
}

/** Writes the function, version or alias by its plain name, with the qualifier in the query. */
const canonicalNeighbour: Rewrite = (call) => {
  const at = route(call.target);
  const of = at.kind === "none" ? null : addressee(at);
  if (of === null) return call;
  return withTarget(call, plainTarget(call, of.name, of.qualifier));
};

type SentMembers = Readonly<Record<string, unknown>>;

type MemberEdit = (members: SentMembers) => SentMembers;

const withoutMember =
  (name: string): MemberEdit =>
  ({ [name]: _, ...others }) =>
    others;

const withMember =
  (name: string, value: unknown): MemberEdit =>
  (members) => ({ ...members, [name]: value });

/** Rewrites the members of a body, and keeps that if the history still shows what it showed. */
type TryEdit = (change: MemberEdit) => Promise<boolean>;

async function simplifyMembers(
  call: () => Call,
  attempt: TryRewrite,
  { values, isAlone, needsId }: { readonly [name in "values" | "isAlone" | "needsId"]: boolean },
): Promise<void> {
  const members = () => membersOf(call());
  const write: TryEdit = async (change) =>
    !tooDeepToWrite(change(members())) &&
    (await attempt((one) => ({ ...one, body: JSON.stringify(change(membersOf(one))) })));
  // Another call is about the statement of this id.
  const simple = () => Object.entries(members()).filter(([name]) => !needsId || name !== "StatementId");
  if (!(await withoutDeepMembers(members(), write))) return;
  if (JSON.stringify(members()) !== call().body) await write((same) => same);
  for (const [name, value] of simple()) await omitOrMakeUsual(name, value, write);
  if (!values) return;
  for (const [name, value] of simple()) {
    if (isCanonical(name, value)) continue;
    if (typeof value === "string") await shortenMember(name, value, { write, members, isAlone });
    else if (typeof value === "number") await write(withMember(name, 1));
    else if (typeof value === "object" && value !== null)
      await write(withMember(name, Array.isArray(value) ? [] : {}));
  }
}

/** Leaves an optional member out, or gives it its canonical value; gives a required one its canonical value. */
async function omitOrMakeUsual(name: string, value: unknown, write: TryEdit): Promise<void> {
  if (usual[name] === undefined) {
    const plain = usualWhereNeeded[name];
    const isOmitted = await write(withoutMember(name));
    if (!isOmitted && plain !== undefined && value !== plain) await write(withMember(name, plain));
  } else if (value !== usual[name]) {
    const isUsual = await write(withMember(name, usual[name]));
    if (!isUsual && value === null) await write(withoutMember(name));
  }
}

function isCanonical(name: string, value: unknown): boolean {
  return [usual[name], usualWhereNeeded[name], revisionSlot].some((canonical) => canonical === value);
}

/** Shortens the text of a member, and writes it with equal letters where that still shows it. */
async function shortenMember(
  name: string,
  value: string,
  how: { readonly write: TryEdit; readonly members: () => SentMembers; readonly isAlone: boolean },
): Promise<void> {
  const { write, members, isAlone } = how;
  // Other text of the same length is no principal and no ARN.
  if (value.length <= 1 || (isStructured(name) && isValid(name, value))) return;
  // Of equal letters only the number matters, so few attempts shorten them.
  const isPlain = await write(withMember(name, "a".repeat(value.length)));
  // Other calls may need the same value.
  if (!isPlain && isValid(name, value) && !isAlone) return;
  const from = isPlain ? "a".repeat(value.length) : value;
  await shorten(from, (cut) => write((now) => ({ ...now, [name]: cut(String(now[name])) })));
  const left = String(members()[name]);
  if (!isPlain && left.length > 1) await write(withMember(name, "a".repeat(left.length)));
}

function isStructured(name: string): boolean {
  return name === "Principal" || name === "SourceArn";
}

function isValid(name: string, value: string): boolean {
  return isMember(name) && broken(name, value).length === 0;
}

function membersOf({ body }: Call): SentMembers {
  return sentObject(body ?? "") ?? {};
}

/** Removes or empties members that are nested too deeply to serialize; false if one of them has to stay. */
async function withoutDeepMembers(
  members: SentMembers,
  write: (change: MemberEdit) => Promise<boolean>,
): Promise<boolean> {
  for (const [name, value] of Object.entries(members)) {
    if (!tooDeepToWrite(value)) continue;
    const emptied = withMember(name, Array.isArray(value) ? [] : {});
    if (!(await write(withoutMember(name))) && !(await write(emptied))) return false;
  }
  return true;
}

/** JSON.parse accepts any depth, but JSON.stringify only the depth of the stack. */
function tooDeepToWrite(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return false;
  } catch {
    return true;
  }
}

/** The members of a text that looks like an object, though it is none, each as text. */
function membersIn(text: string): readonly string[] {
  return /^\{(.*)\}$/s.exec(text)?.[1]?.split(/,(?=")/) ?? [];
}

function cuttingMember(place: number): Rewrite {
  return (call) => {
    const members = membersIn(call.body ?? "");
    return members.length > 1 ? { ...call, body: `{${members.toSpliced(place, 1).join(",")}}` } : call;
  };
}

/** The most attempts to shorten a text, and the most in a row that fail. */
const mostCuts = { all: 60, inVain: 20 } as const;

/** Removes smaller and smaller pieces of a text, but never all of it, and tries no text twice. */
async function shorten(
  text: string,
  attempt: (cut: (text: string) => string) => Promise<boolean>,
  most: { readonly all: number; readonly inVain: number } = mostCuts,
): Promise<void> {
  let current = Array.from(text);
  const tried = new Set([text]);
  let inVain = 0;
  const isLeft = () => tried.size <= most.all && inVain < most.inVain;
  /** Removes a piece if the rest is new and still shows it. */
  const cutOut = async (start: number, size: number): Promise<boolean> => {
    const cut = (letters: readonly string[]) => letters.toSpliced(start, size);
    const fewer = cut(current);
    if (tried.has(fewer.join(""))) return false;
    tried.add(fewer.join(""));
    const isCut = await attempt((whole) => cut(Array.from(whole)).join(""));
    inVain = isCut ? 0 : inVain + 1;
    if (isCut) current = fewer;
    return isCut;
  };
  for (const size of halves(current.length)) {
    let refused = false;
    for (let start = 0; start < current.length && size < current.length && isLeft(); ) {
      // Without a piece that equals the one before it, the text is the one that was refused.
      refused = (refused && repeats(current, start, size)) || !(await cutOut(start, size));
      if (refused) start += size;
    }
  }
}

/** The half of a length, the half of that, and so on until 1. */
function halves(length: number): readonly number[] {
  const half = Math.ceil(length / 2);
  return half <= 1 ? [half] : [half, ...halves(half)];
}

/** Says whether a piece of a text equals the piece of the same size before it. */
function repeats(letters: readonly string[], start: number, size: number): boolean {
  const piece = letters.slice(start, start + size);
  return piece.length === size && piece.every((letter, at) => letter === letters[start - size + at]);
}

/** Parses a body that we sent as an object of any depth; null for anything else. */
function sentObject(text: string): SentMembers | null {
  const parsed = parseJson(text);
  return isRecord(parsed) ? parsed : null;
}

import { type BodyFeature, jsonForm, memberFeatures } from "./body-features.ts";
import { type BodyQuestion, combinations, openValue } from "./body-questions.ts";
import {
  type BodyMember,
  bodyMembers,
  broken,
  type ConstraintKind,
  type ConstraintRuleId,
  constraintOf,
  isConstraintRuleId,
} from "./constraint.ts";
import { readPrincipal } from "./principal.ts";

export type { BodyFeature } from "./body-features.ts";
export type { BodyQuestion } from "./body-questions.ts";

/** Something about a request that the document says must be refused. */
export type BodyObjection =
  | ConstraintRuleId
  | "body.malformed-json"
  | "body.not-an-object"
  | "body.empty"
  | "Principal.neither"
  | "Principal.account-digits"
  | "Principal.blank";

/** A request body, read against the contract. */
export interface BodyReading {
  /** The members by name; null when the body is no JSON object. */
  readonly members: Readonly<Record<string, unknown>> | null;
  readonly objections: readonly BodyObjection[];
  readonly questions: readonly BodyQuestion[];
  readonly features: readonly BodyFeature[];
}

/** From here on a server may refuse a body for its size alone: the document names no limit. */
const largeBody = 512 * 1024;

/** Reads the bytes of a body (as text; null when they were not UTF-8) as AddPermission's input. */
export function readBody(text: string | null): BodyReading {
  if (text === null) return refused([], ["body.encoding"]);
  if (text === "") return refused(["body.empty"], []);
  if (text.startsWith("\uFEFF")) return refused([], ["body.byte-order-mark"]);
  // A NUL beside the first character is how UTF-16 without a mark looks; some parsers detect that.
  if (text.startsWith("\0") || text[1] === "\0") return refused([], ["body.encoding"]);
  if (text.length > largeBody) return refused([], ["body.large"]);
  const parsed = parse(text);
  if (parsed === undefined) return refused(["body.malformed-json"], []);
  if (!isRecord(parsed)) return refused(["body.not-an-object"], []);
  return readMembers(parsed, text);
}

function refused(objections: readonly BodyObjection[], questions: readonly BodyQuestion[]): BodyReading {
  return { members: null, objections, questions, features: [] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A JSON object, as opposed to an array, null or a scalar. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readMembers(members: Readonly<Record<string, unknown>>, text: string): BodyReading {
  const written = writtenPlainly(members, text);
  if (written !== text && hasDuplicates(text, members)) {
    // Which of the values counts is not said, so that nothing is said against either.
    return { members, objections: [], questions: ["body.duplicate-member"], features: [] };
  }
  const { objections, questions } = readEach(members);
  if (text.includes("\\u") && hasLoneSurrogate(written)) questions.push("body.lone-surrogate");
  const plain = objections.length === 0 && questions.length === 0;
  if (plain) questions.push(...combinations(members));
  return {
    members,
    objections,
    questions,
    features: plain ? [...memberFeatures(members), ...jsonForm(text, written, members)] : [],
  };
}

interface MemberReadings {
  readonly objections: readonly BodyObjection[];
  readonly questions: BodyQuestion[];
}

function readEach(members: Readonly<Record<string, unknown>>): MemberReadings {
  const objections: BodyObjection[] = [];
  const questions: BodyQuestion[] = [];
  for (const member of requiredMembers) {
    if (!Object.hasOwn(members, member)) objections.push(...breach(member, "required"));
  }
  for (const [name, value] of Object.entries(members)) {
    if (isBodyMember(name)) readMember(name, value, objections, questions);
    else questionUnknown(name, members, questions);
  }
  // However unknown members are taken, two faults beside them remain faults.
  const several = objections.length > 1;
  return {
    objections,
    questions: several ? questions.filter((question) => question !== "body.unknown-member") : questions,
  };
}

/** The members as JSON without white space; nesting too deep to write counts as written like that. */
function writtenPlainly(members: Readonly<Record<string, unknown>>, text: string): string {
  try {
    return JSON.stringify(members);
  } catch {
    return text;
  }
}

function readMember(
  member: BodyMember,
  value: unknown,
  objections: BodyObjection[],
  questions: BodyQuestion[],
): void {
  if (value === null) {
    if (requiredMembers.includes(member)) objections.push(...breach(member, "required"));
    else questions.push("body.null-member");
    return;
  }
  if (typeof value !== "string") {
    objections.push(...breach(member, "type"));
    return;
  }
  const question = openValue(member, value);
  if (question) {
    questions.push(question);
    return;
  }
  for (const kind of broken(member, value)) {
    if (kind === "pattern" && value === "" && member === "StatementId") continue;
    objections.push(...breach(member, kind));
  }
  if (member === "Principal") {
    const principal = readPrincipal(value);
    if (principal.kind === "nobody") objections.push(principal.objection);
    if (principal.kind === "open") questions.push(principal.question);
  }
}

function questionUnknown(
  name: string,
  members: Readonly<Record<string, unknown>>,
  questions: BodyQuestion[],
): void {
  if (name === "Qualifier") {
    questions.push("body.qualifier-member");
    return;
  }
  const meant = bodyMembers.find((member) => member.toLowerCase() === name.toLowerCase());
  const standsInForRequired = meant && requiredMembers.includes(meant) && !Object.hasOwn(members, meant);
  if (!standsInForRequired && !questions.includes("body.unknown-member"))
    questions.push("body.unknown-member");
}

function hasDuplicates(text: string, members: Readonly<Record<string, unknown>>): boolean {
  const strings = text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*(:)?/g);
  let names = 0;
  for (const match of strings) if (match[1]) names += 1;
  const nested = Object.values(members).some((value) => typeof value === "object" && value !== null);
  return !nested && names > Object.keys(members).length;
}

function hasLoneSurrogate(written: string): boolean {
  return /\\ud[89a-f]/i.test(written);
}

const requiredMembers: readonly BodyMember[] = bodyMembers.filter((member) => constraintOf(member).required);

/** The objection to a broken constraint; none where the document contradicts itself on it. */
function breach(member: BodyMember, kind: ConstraintKind): readonly ConstraintRuleId[] {
  const id = `${member}.${kind}`;
  return isConstraintRuleId(id) ? [id] : [];
}

function isBodyMember(name: string): name is BodyMember {
  return (bodyMembers as readonly string[]).includes(name);
}

import type { AddPermissionRequest, QueryParameters, Received } from "./add-permission.ts";
import {
  type BodyMember,
  bodyMembers,
  broken,
  type ConstraintKind,
  type ConstraintRuleId,
  constraintOf,
  isConstraintRuleId,
} from "./constraint.ts";
import { withKnownRegion } from "./function-name.ts";
import {
  type PrincipalQuestion,
  type PrincipalRefusalReason,
  readPrincipal,
  services,
  tokenService,
} from "./principal.ts";

/** A reason why the document demands that a body is refused. */
export type BodyRefusalReason =
  | ConstraintRuleId
  | "body.malformed-json"
  | "body.not-an-object"
  | "body.empty"
  | "body.letter-case"
  | PrincipalRefusalReason;

type ReceivedBody = Received<AddPermissionRequest>;

/** The analysis of a request body. */
export interface BodyReading {
  /** The members by name; null when the body is no JSON object. */
  readonly members: ReceivedBody | null;
  readonly refusalReasons: readonly BodyRefusalReason[];
  readonly questions: readonly BodyQuestion[];
  readonly variations: readonly BodyVariation[];
}

/** A server may refuse a body from this size on for its size alone: the document names no limit. */
const largeBody = 512 * 1024;

/** Analyzes a body; `text` is null when the bytes are not UTF-8. */
export function readBody(text: string | null): BodyReading {
  if (text === null) return refused([], ["body.encoding"]);
  if (text === "") return refused(["body.empty"], []);
  if (text.startsWith("\uFEFF")) return refused([], ["body.byte-order-mark"]);
  // A NUL next to the first character looks like UTF-16 without a mark, which some parsers detect.
  if (text.startsWith("\0") || text[1] === "\0") return refused([], ["body.encoding"]);
  if (text.length > largeBody) return refused([], ["body.large"]);
  const parsed = parseJson(text);
  if (parsed === undefined) return refused(["body.malformed-json"], []);
  if (!isRecord(parsed)) return refused(["body.not-an-object"], []);
  return readMembers(parsed, text);
}

function refused(
  refusalReasons: readonly BodyRefusalReason[],
  questions: readonly BodyQuestion[],
): BodyReading {
  return { members: null, refusalReasons, questions, variations: [] };
}

/** The value that JSON text stands for; undefined if it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The deepest nesting that is parsed. JSON allows readers to set a limit; a policy is far below this one. */
const deepest = 500;

/** Says whether JSON is nested too deeply. Without a regular expression, which could overflow the stack. */
export function isTooDeep(text: string): boolean {
  if (text.length <= 2 * deepest) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const token = text.charCodeAt(at);
    if (token === 0x22) at = endOfString(text, at);
    else if (token === 0x5b || token === 0x7b) depth += 1;
    else if (token === 0x5d || token === 0x7d) depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
}

/** The offset of the quote that closes this string, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

/** A JSON object, as opposed to an array, null or a scalar. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readMembers(members: ReceivedBody, text: string): BodyReading {
  const written = writtenPlainly(members, text);
  if (written !== text && hasDuplicates(text, members)) {
    // The document does not say which value counts, so neither value is judged.
    return { members, refusalReasons: [], questions: ["body.duplicate-member"], variations: [] };
  }
  const { refusalReasons, questions } = readEach(members);
  if (text.includes("\\u") && hasLoneSurrogate(written)) questions.push("body.lone-surrogate");
  const plain = refusalReasons.length === 0 && questions.length === 0;
  if (plain) questions.push(...combinations(members));
  return {
    members,
    refusalReasons,
    questions,
    variations: plain ? [...memberVariations(members), ...jsonForm(text, written, members)] : [],
  };
}

interface MemberReadings {
  readonly refusalReasons: readonly BodyRefusalReason[];
  readonly questions: BodyQuestion[];
}

function readEach(members: ReceivedBody): MemberReadings {
  const refusalReasons: BodyRefusalReason[] = [];
  const questions: BodyQuestion[] = [];
  const misnamed = misnamedMembers(members);
  if (misnamed.size > 0) refusalReasons.push("body.letter-case");
  for (const member of requiredMembers) {
    if (!Object.hasOwn(members, member) && !misnamed.has(member))
      refusalReasons.push(...breach(member, "required"));
  }
  for (const [name, value] of Object.entries(members)) {
    if (isBodyMember(name)) readMember(name, value, refusalReasons, questions);
    else questionUnknown(name, misnamed, questions);
  }
  // Two faults must be refused whether unknown members are ignored or not.
  const several = refusalReasons.length > 1;
  return {
    refusalReasons,
    questions: several ? questions.filter((question) => question !== "body.unknown-member") : questions,
  };
}

/** The members as JSON without white space; the given text where the nesting is too deep to write in time. */
function writtenPlainly(members: ReceivedBody, text: string): string {
  return isTooDeep(text) ? text : JSON.stringify(members);
}

function readMember(
  member: BodyMember,
  value: unknown,
  refusalReasons: BodyRefusalReason[],
  questions: BodyQuestion[],
): void {
  if (value === null) {
    if (requiredMembers.includes(member)) refusalReasons.push(...breach(member, "required"));
    else questions.push("body.null-member");
    return;
  }
  if (typeof value !== "string") {
    refusalReasons.push(...breach(member, "type"));
    return;
  }
  const question = openValue(member, value);
  if (question) {
    questions.push(question);
    return;
  }
  for (const kind of broken(member, value)) {
    if (kind === "pattern" && value === "" && member === "StatementId") continue;
    refusalReasons.push(...breach(member, kind));
  }
  if (member === "Principal") {
    const principal = readPrincipal(value);
    if (principal.kind === "nobody") refusalReasons.push(principal.refusalReason);
    if (principal.kind === "open") questions.push(principal.question);
  }
}

/** A query parameter that a client may put into the body by mistake. */
const misplaced: keyof QueryParameters = "Qualifier";

function questionUnknown(name: string, misnamed: ReadonlySet<BodyMember>, questions: BodyQuestion[]): void {
  if (name === misplaced) {
    questions.push("body.qualifier-member");
    return;
  }
  const meant = memberMeant(name);
  const isMissing = meant !== undefined && misnamed.has(meant);
  if (!isMissing && !questions.includes("body.unknown-member")) questions.push("body.unknown-member");
}

/** The required members that are there in another letter case only. */
function misnamedMembers(members: ReceivedBody): ReadonlySet<BodyMember> {
  const meant = Object.keys(members).map(memberMeant);
  return new Set(
    requiredMembers.filter((member) => meant.includes(member) && !Object.hasOwn(members, member)),
  );
}

/** The member of which this is the name, in any letter case. */
function memberMeant(name: string): BodyMember | undefined {
  return bodyMembers.find((member) => member.toLowerCase() === name.toLowerCase());
}

function hasDuplicates(text: string, members: ReceivedBody): boolean {
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

/** The refusal reason for a broken constraint; none where the document contradicts itself. */
function breach(member: BodyMember, kind: ConstraintKind): readonly ConstraintRuleId[] {
  const id = `${member}.${kind}`;
  return isConstraintRuleId(id) ? [id] : [];
}

function isBodyMember(name: string): name is BodyMember {
  return (bodyMembers as readonly string[]).includes(name);
}

/** A way in which a valid request differs from the canonical one. Each has a rule that says it is accepted. */
export type BodyVariation =
  | "Action.get-function"
  | "Action.all-of-lambda"
  | "Principal.account"
  | "Principal.service"
  | "Principal.token-service"
  | "SourceArn.bucket"
  | "SourceArn.topic"
  | "SourceArn.any-resource"
  | "SourceAccount.alone"
  | "SourceAccount.with-source-arn"
  | "EventSourceToken.accepted"
  | "EventSourceToken.longest"
  | "StatementId.shortest"
  | "StatementId.longest"
  | "body.member-order"
  | "body.white-space"
  | "body.escapes";

/** How the members of a valid body differ from the canonical ones. */
function memberVariations(members: ReceivedBody): readonly BodyVariation[] {
  const found: BodyVariation[] = [];
  if (members.Action === "lambda:GetFunction") found.push("Action.get-function");
  if (members.Action === "lambda:*") found.push("Action.all-of-lambda");
  found.push(...principalVariations(String(members.Principal), members.EventSourceToken));
  found.push(...sourceVariations(members));
  const token = members.EventSourceToken;
  if (typeof token === "string") {
    found.push(token.length === 256 ? "EventSourceToken.longest" : "EventSourceToken.accepted");
  }
  const sid = String(members.StatementId);
  if (sid.length === 1) found.push("StatementId.shortest");
  if (sid.length === 100) found.push("StatementId.longest");
  return found;
}

function principalVariations(principal: string, token: unknown): readonly BodyVariation[] {
  if (readPrincipal(principal).kind === "account") return ["Principal.account"];
  if (principal === (token === undefined ? services[0] : tokenService)) return [];
  return [principal === tokenService ? "Principal.token-service" : "Principal.service"];
}

function sourceVariations(members: ReceivedBody): readonly BodyVariation[] {
  const arn = members.SourceArn;
  const account = members.SourceAccount !== undefined;
  if (typeof arn !== "string") return account ? ["SourceAccount.alone"] : [];
  if (account && /^arn:aws:s3:::[a-z0-9.-]+$/.test(arn)) return ["SourceAccount.with-source-arn"];
  const kind = sourceArnVariation(arn);
  return account ? [kind, "SourceAccount.with-source-arn"] : [kind];
}

function sourceArnVariation(arn: string): BodyVariation {
  if (/^arn:aws:s3:::[a-z0-9.-]+$/.test(arn)) return "SourceArn.bucket";
  return /^arn:aws:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$/.test(arn)
    ? "SourceArn.topic"
    : "SourceArn.any-resource";
}

/** How the text of a valid body differs from the output of a JSON writer. */
function jsonForm(text: string, written: string, members: ReceivedBody): readonly BodyVariation[] {
  const found: BodyVariation[] = [];
  const names = Object.keys(members);
  if (names.some((name, index) => index > 0 && name < (names[index - 1] ?? "")))
    found.push("body.member-order");
  if (written === text) return found;
  if (/\\u[0-9a-fA-F]{4}|\\\//.test(text)) found.push("body.escapes");
  if (/[\n\r\t]|[{,:] |" [:,}]| }$|^ /.test(text)) found.push("body.white-space");
  return found;
}

/** Something in a body on which the document is silent or contradicts itself. */
export type BodyQuestion =
  | PrincipalQuestion
  | "EventSourceToken.empty"
  | "EventSourceToken.other-principal"
  | "EventSourceToken.with-source"
  | "Action.wildcard"
  | "Action.unknown"
  | "SourceArn.line-break"
  | "SourceArn.region"
  | "SourceArn.control-character"
  | "RevisionId.empty"
  | "body.null-member"
  | "body.unknown-member"
  | "body.qualifier-member"
  | "body.duplicate-member"
  | "body.byte-order-mark"
  | "body.encoding"
  | "body.large"
  | "body.lone-surrogate";

/** What the document leaves unspecified about the value of one member; null when it decides. */
export function openValue(member: BodyMember, value: string): BodyQuestion | null {
  if (member === "EventSourceToken" && value === "") return "EventSourceToken.empty";
  if (member === "RevisionId" && value === "") return "RevisionId.empty";
  if (member === "Action") return openAction(value);
  return member === "SourceArn" ? openSourceArn(value) : null;
}

function openAction(value: string): BodyQuestion | null {
  if (value === "*") return "Action.wildcard";
  const known = ["lambda:InvokeFunction", "lambda:GetFunction", "lambda:*"];
  return /^lambda:[a-zA-Z]+$/.test(value) && !known.includes(value) ? "Action.unknown" : null;
}

function openSourceArn(value: string): BodyQuestion | null {
  const fields = value.split(":");
  if (/^arn:aws/.test(value) && /[\n\r\u0085\u2028\u2029]/.test(fields.slice(5).join(":"))) {
    return "SourceArn.line-break";
  }
  if (broken("SourceArn", value).length === 0)
    return /\p{Cc}/u.test(value) ? "SourceArn.control-character" : null;
  return broken("SourceArn", withKnownRegion(value)).length === 0 ? "SourceArn.region" : null;
}

/** What the document leaves unspecified about members that are each valid. */
function combinations(members: ReceivedBody): readonly BodyQuestion[] {
  if (members.EventSourceToken === undefined) return [];
  if (members.Principal !== tokenService) return ["EventSourceToken.other-principal"];
  const sourced = members.SourceArn !== undefined || members.SourceAccount !== undefined;
  return sourced ? ["EventSourceToken.with-source"] : [];
}

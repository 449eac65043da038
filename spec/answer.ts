import type {
  AddPermissionError,
  AddPermissionResponse,
  ErrorHeader,
  ErrorName,
  Received,
} from "./add-permission.ts";
import { isRecord, isTooDeep } from "./body.ts";
import { errorStatus } from "./constraint.ts";
import type { Answer, Header, Response } from "./exchange.ts";

/**
 * What an answer to AddPermission means.
 * `unsettled`: no answer, throttled, or unavailable: the call may or may not have taken effect.
 */
export type AnswerReading =
  | { readonly kind: "added"; readonly response: Response; readonly statement: StatementReading }
  | {
      readonly kind: "refused";
      readonly response: Response;
      readonly status: number;
      /** The error's name as restJson1 clients read it; null when none can be read. */
      readonly error: string | null;
    }
  | { readonly kind: "unsettled"; readonly why: string };

/** The `Statement` of a success, as far as it can be read. */
interface StatementReading {
  /** The body is a JSON object. */
  readonly body: Received<AddPermissionResponse> | null;
  /** `Statement` as it stands in the body. */
  readonly raw: unknown;
  /** The JSON object inside the `Statement` string. */
  readonly parsed: Readonly<Record<string, unknown>> | null;
}

/** Reads an answer to AddPermission. */
export function readAnswer(answer: Answer): AnswerReading {
  if (answer.kind === "none") return { kind: "unsettled", why: phrase(answer) };
  const { status } = answer;
  if (isSuccess(answer)) return { kind: "added", response: answer, statement: readStatement(answer.body) };
  const error = errorName(answer);
  if (isUnavailable(status, error)) {
    return { kind: "unsettled", why: error === null ? `${status}` : `${status} ${error}` };
  }
  return { kind: "refused", response: answer, status, error };
}

/** Says whether an answer acknowledges the request. */
export function isSuccess(answer: Answer): boolean {
  return answer.kind === "response" && answer.status >= 200 && answer.status < 300;
}

/** No answer, 429 or 5xx: such an answer does not depend on what the policy holds, and may hide an effect. */
export function saysNothing(answer: Answer): boolean {
  return answer.kind === "none" || answer.status === 429 || answer.status >= 500;
}

/** Throttled, the documented internal error, or an error of a gateway in front of the service. */
function isUnavailable(status: number, error: string | null): boolean {
  if (status === 429 || status === 502 || status === 503 || status === 504) return true;
  const unavailable: ErrorName = "ServiceException";
  return error === unavailable && status === errorStatus[unavailable];
}

/**
 * The error's name: the X-Amzn-ErrorType header in any case, else body `code`, else body `__type`;
 * cut at the first comma and colon, then what follows `#`.
 */
export function errorName(response: Pick<Response, "headers" | "body">): string | null {
  const known = errorNames.get(response);
  if (known !== undefined) return known;
  const name = readErrorName(response);
  errorNames.set(response, name);
  return name;
}

/** Cached: each rule about errors asks for the name of the same answer. */
const errorNames = new WeakMap<object, string | null>();

/** Where restJson1 clients look for the error's name: first in the header, then in these members of the body. */
const nameHeader: ErrorHeader = "X-Amzn-ErrorType";
const nameMembers = ["code", "__type"] as const satisfies readonly (keyof AddPermissionError)[];

function readErrorName(response: Pick<Response, "headers" | "body">): string | null {
  const raw = header(response.headers, nameHeader) ?? nameInBody(response.body);
  if (raw === null) return null;
  const cut = raw.split(",")[0]?.split(":")[0] ?? "";
  const name = cut.slice(cut.lastIndexOf("#") + 1).trim();
  return name === "" ? null : name;
}

function nameInBody(body: string): string | null {
  const parsed: Received<AddPermissionError> | null = jsonObject(body);
  for (const member of nameMembers) {
    const value = parsed?.[member];
    if (typeof value === "string") return value;
  }
  return null;
}

/** The first header of that name, whatever its case. */
export function header(headers: readonly Header[], name: string): string | null {
  const wanted = name.toLowerCase();
  for (const [key, value] of headers) {
    if (key.length === wanted.length && key.toLowerCase() === wanted) return value;
  }
  return null;
}

/** The text as a JSON object; null for anything else, and for text that is nested too deeply. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | null {
  if (isTooDeep(text)) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function readStatement(text: string): StatementReading {
  const body: Received<AddPermissionResponse> | null = jsonObject(text);
  const raw = body?.Statement;
  const statement: AddPermissionResponse["Statement"] | null = typeof raw === "string" ? raw : null;
  return { body, raw, parsed: statement === null ? null : jsonObject(statement) };
}

/** The answer in a few words: "201", "400 ValidationException", "no answer: timeout". */
export function phrase(answer: Answer): string {
  if (answer.kind === "none") return answer.unsent === true ? answer.detail : `no answer: ${answer.reason}`;
  if (answer.status < 400) return String(answer.status);
  return `${answer.status} ${errorName(answer) ?? "without an error name"}`;
}

/** Says whether the answer is a conflict that passes by itself: another operation is in progress. */
export function isInProgress(answer: Answer): boolean {
  return isConflict(answer) && saysItPasses(messageIn(answer.body));
}

/** The message in the body of an error, in either spelling; empty if there is none. */
export function messageIn(body: string): string {
  const { message, Message } = jsonObject(body) ?? {};
  const text = message ?? Message;
  return typeof text === "string" ? text : "";
}

/** Says whether the answer is a ResourceConflictException, whichever of its two meanings it has. */
export function isConflict(answer: Answer): answer is Response {
  if (answer.kind === "none" || answer.status !== errorStatus.ResourceConflictException) return false;
  const name = errorName(answer);
  const conflict: ErrorName = "ResourceConflictException";
  return name === null || name === conflict;
}

/** Says whether the message of a conflict says that the conflict passes by itself. */
export function saysItPasses(message: string): boolean {
  return /in progress|pending|following state|concurrent/i.test(message);
}

/** Says whether the message of a conflict says that what was to be added is there. */
export function saysItExists(message: string): boolean {
  return /exist|already|duplicate/i.test(message);
}

/** The number of the version that an answer to PublishVersion names, as text or as a number; null when it names none. */
export function versionIn(answer: Answer): string | null {
  if (answer.kind === "none" || answer.status >= 300) return null;
  const version = `${jsonObject(answer.body)?.Version}`;
  return /^[0-9]+$/.test(version) ? version : null;
}

/** The RevisionId that an answer of any operation carries; null when it carries none. */
export function revisionIn(answer: Answer): string | null {
  if (answer.kind === "none" || answer.status >= 300) return null;
  const body = jsonObject(answer.body);
  const configuration = body?.Configuration;
  const value = body?.RevisionId ?? (isRecord(configuration) ? configuration.RevisionId : undefined);
  return typeof value === "string" ? value : null;
}

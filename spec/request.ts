import type { QueryParameters } from "./add-permission.ts";
import { header } from "./answer.ts";
import {
  type BodyQuestion,
  type BodyReading,
  type BodyRefusalReason,
  type BodyVariation,
  readBody,
} from "./body.ts";
import { broken } from "./constraint.ts";
import type { Call } from "./exchange.ts";
import { type NameFormat, type OpenName, type ReadName, readName } from "./function-name.ts";
import { type Route, route, valuesOf } from "./target.ts";

/** A reason to refuse a request that the request alone shows. */
export type RequestRefusalReason =
  | BodyRefusalReason
  | "FunctionName.pattern"
  | "FunctionName.maxLength"
  | "FunctionName.empty"
  | "Qualifier.pattern"
  | "Qualifier.maxLength"
  | "Qualifier.disagrees"
  | "route.other-method"
  | "route.other-version";

/** Something in a request that the document leaves unspecified. */
export type RequestQuestion =
  | BodyQuestion
  | OpenName["question"]
  | "FunctionName.undecodable"
  | "Qualifier.empty"
  | "Qualifier.twice"
  | "Qualifier.latest"
  | "Qualifier.undecodable"
  | "request.content-type"
  | "request.framing"
  | "request.method"
  | "request.other-parameter"
  | "request.provoked"
  | "route.unusual-path";

/** How a valid request differs from the canonical one: plain name, three required members, plain JSON. */
export type RequestVariation = BodyVariation | SpellingVariation | "request.charset";

type SpellingVariation =
  | `FunctionName.${NameFormat}${"" | ":version" | ":alias"}`
  | `Qualifier.${"version" | "alias"}`
  | "Qualifier.longest"
  | "Qualifier.agrees"
  | "FunctionName.length-140"
  | "FunctionName.literal-colons"
  | "FunctionName.encoded-letters";

/** The function and the policy of it that a request is for. */
export type Resource = Omit<ReadName, "kind">;

/** The analysis of an AddPermission request by the document alone: nothing here depends on the target's state. */
export interface RequestAnalysis {
  /** Null when the request does not name its function, or can be read in more than one way. */
  readonly resource: Resource | null;
  readonly body: BodyReading;
  readonly refusalReasons: readonly RequestRefusalReason[];
  readonly questions: readonly RequestQuestion[];
  readonly variations: readonly RequestVariation[];
  /** How the function and its qualifier are written, also in a request that is faulty or unclear. */
  readonly spellings: readonly RequestVariation[];
}

/** Analyzes a request that was sent as AddPermission. */
export function analyzeRequest(call: Call): RequestAnalysis {
  const body = readBody(bodyText(call));
  const where = readPlace(call);
  const refusalReasons = [...where.refusalReasons, ...body.refusalReasons];
  const unclear = [...where.questions, ...body.questions, ...readHead(call)];
  // A malformed frame is the unspecified part only where nothing else is unclear.
  const questions = call.raw && unclear.length === 0 ? (["request.framing"] as const) : unclear;
  const plain = refusalReasons.length === 0 && questions.length === 0;
  return {
    resource: where.resource,
    body,
    refusalReasons,
    questions,
    variations: plain ? [...where.variations, ...body.variations, ...charset(call)] : [],
    spellings: where.spellings,
  };
}

interface Place {
  readonly resource: Resource | null;
  readonly refusalReasons: readonly RequestRefusalReason[];
  readonly questions: readonly RequestQuestion[];
  readonly variations: readonly SpellingVariation[];
  readonly spellings: readonly SpellingVariation[];
}

function place(part: Partial<Place>): Place {
  return { resource: null, refusalReasons: [], questions: [], variations: [], spellings: [], ...part };
}

function readPlace(call: Call): Place {
  const at = route(call.target);
  if (at.kind !== "policy" || at.statementId !== null) {
    return place(
      /^(?!\/2015-03-31\/)(\/[\w-]+)?\/functions\/[^/]+\/policy(\?|$)/.test(call.target)
        ? { refusalReasons: ["route.other-version"] }
        : { questions: ["route.unusual-path"] },
    );
  }
  // RFC 3986 leaves what follows a bare semicolon to the server, and some remove it before a program sees the path.
  if (/^[^?]*;/.test(call.target)) return place({ questions: ["route.unusual-path"] });
  if (/^(PUT|PATCH)$/.test(call.method)) return place({ refusalReasons: ["route.other-method"] });
  // Another method is no addition, and the document does not say what it does.
  if (call.method !== "POST") return place({ questions: ["request.method"] });
  if (at.functionName === null) return place({ questions: ["FunctionName.undecodable"] });
  if (at.functionName === "") return place({ refusalReasons: ["FunctionName.empty"] });
  return readResource(at, at.functionName);
}

function readResource(at: Route, label: string): Place {
  const qualifier = readQualifier(at);
  const name = readName(label);
  if (name.kind === "broken") {
    return place({
      refusalReasons: [`FunctionName.${name.constraint}`, ...qualifier.refusalReasons],
      questions: qualifier.questions,
    });
  }
  if (name.kind === "open") {
    return place({
      questions: [name.question, ...qualifier.questions],
      refusalReasons: qualifier.refusalReasons,
    });
  }
  const suffix = name.qualifier;
  const asked = suffix ?? qualifier.value;
  const disagrees = suffix !== null && qualifier.value !== null && suffix !== qualifier.value;
  const variations = spellingVariations(name.format, suffix, qualifier.value, label, at.spelling);
  const decided = !disagrees && qualifier.refusalReasons.length === 0 && qualifier.questions.length === 0;
  return place({
    resource: decided ? { ...name, qualifier: asked } : null,
    refusalReasons: disagrees
      ? [...qualifier.refusalReasons, "Qualifier.disagrees"]
      : qualifier.refusalReasons,
    questions: asked === "$LATEST" ? [...qualifier.questions, "Qualifier.latest"] : qualifier.questions,
    variations,
    // A qualifier that is given twice may be refused in either place.
    spellings: [
      ...variations,
      ...(suffix === null ? [] : [`FunctionName.${name.format}:${kindOf(suffix)}` as const]),
      ...(qualifier.value === null ? [] : [`Qualifier.${kindOf(qualifier.value)}` as const]),
    ],
  });
}

interface QualifierReading {
  readonly value: string | null;
  readonly refusalReasons: readonly RequestRefusalReason[];
  readonly questions: readonly RequestQuestion[];
}

function readQualifier(at: Route): QualifierReading {
  const values = valuesOf(at.query, "Qualifier");
  const [value] = values;
  if (value === undefined) return { value: null, refusalReasons: [], questions: [] };
  const open = (question: RequestQuestion): QualifierReading => ({
    value: null,
    refusalReasons: [],
    questions: [question],
  });
  if (values.length > 1) return open("Qualifier.twice");
  if (value === null) return open("Qualifier.undecodable");
  if (value === "") return open("Qualifier.empty");
  const refusalReasons = broken("Qualifier", value).flatMap((kind): readonly RequestRefusalReason[] =>
    kind === "pattern" || kind === "maxLength" ? [`Qualifier.${kind}`] : [],
  );
  return { value, refusalReasons, questions: [] };
}

function kindOf(qualifier: string): "version" | "alias" {
  return /^\d+$/.test(qualifier) ? "version" : "alias";
}

function spellingVariations(
  format: NameFormat,
  suffix: string | null,
  asked: string | null,
  label: string,
  spelling: Route["spelling"],
): readonly SpellingVariation[] {
  const found: SpellingVariation[] = [];
  if (spelling === "literal-colons") {
    if (asked !== null) found.push(suffix === null ? `Qualifier.${kindOf(asked)}` : "Qualifier.agrees");
    return [...found, "FunctionName.literal-colons"];
  }
  const length140 = label.length === 140 && format === "full-arn";
  if (length140) found.push("FunctionName.length-140");
  else if (suffix !== null && asked !== null) found.push("Qualifier.agrees");
  else if (suffix !== null) found.push(`FunctionName.${format}:${kindOf(suffix)}`);
  else if (asked !== null && asked.length === 128) found.push("Qualifier.longest");
  else if (asked !== null) found.push(`Qualifier.${kindOf(asked)}`);
  else if (format !== "name") found.push(`FunctionName.${format}`);
  if (format !== "name" && asked !== null && !length140) found.push(`FunctionName.${format}`);
  if (spelling === "encoded-letters") found.push("FunctionName.encoded-letters");
  return found;
}

function readHead(call: Call): readonly RequestQuestion[] {
  const found: RequestQuestion[] = [];
  const type = header(call.headers, "content-type");
  const json = type !== null && /^application\/json(; ?charset=utf-8)?$/i.test(type);
  if (!json) found.push("request.content-type");
  if (hasOtherParameter(call.target)) found.push("request.other-parameter");
  if (header(call.headers, "prefer") !== null) found.push("request.provoked");
  return found;
}

const documented: keyof QueryParameters = "Qualifier";

function hasOtherParameter(target: string): boolean {
  const at = route(target);
  return at.kind === "policy" && (target.endsWith("?") || at.query.some(([name]) => name !== documented));
}

function charset(call: Call): readonly RequestVariation[] {
  return header(call.headers, "content-type") === "application/json" ? [] : ["request.charset"];
}

function bodyText(call: Call): string | null {
  if (call.body === null) return "";
  if (call.encoding !== "base64") return call.body;
  try {
    const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return strict.decode(Uint8Array.from(atob(call.body), (character) => character.charCodeAt(0)));
  } catch {
    return null;
  }
}

import type { QueryParameters } from "./add-permission.ts";
import { header } from "./answer.ts";
import {
  type BodyFeature,
  type BodyObjection,
  type BodyQuestion,
  type BodyReading,
  readBody,
} from "./body.ts";
import { broken } from "./constraint.ts";
import type { Call } from "./exchange.ts";
import { isPadded, type NameFormat, type OpenName, readName } from "./function-name.ts";
import { type Route, route, valuesOf } from "./target.ts";

/** A reason to refuse a request that the request alone shows. */
export type RequestObjection =
  | BodyObjection
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
  | "Qualifier.padded"
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
export type RequestFeature = BodyFeature | SpellingFeature | "request.charset";

/** How the function and its qualifier are written. */
type SpellingFeature =
  | `FunctionName.${NameFormat}${"" | ":version" | ":alias"}`
  | `Qualifier.${"version" | "alias"}`
  | "Qualifier.longest"
  | "Qualifier.agrees"
  | "FunctionName.length-140"
  | "FunctionName.literal-colons"
  | "FunctionName.encoded-letters";

/** The function and the policy of it that a request is for. */
export interface Resource {
  readonly name: string;
  readonly format: NameFormat;
  readonly qualifier: string | null;
  readonly partition: string | null;
  readonly region: string | null;
  readonly account: string | null;
}

/** The analysis of an AddPermission request by the document alone: nothing here depends on the target's state. */
export interface Reading {
  /** Null when the request does not name its function, or can be read in more than one way. */
  readonly resource: Resource | null;
  readonly body: BodyReading;
  readonly objections: readonly RequestObjection[];
  readonly questions: readonly RequestQuestion[];
  readonly features: readonly RequestFeature[];
}

/** Analyzes a request that was sent as AddPermission. */
export function read(call: Call): Reading {
  const body = readBody(bodyText(call));
  const where = readPlace(call);
  const objections = [...where.objections, ...body.objections];
  const unclear = [...where.questions, ...body.questions, ...readHead(call)];
  // A malformed frame is the unspecified part only where nothing else is unclear.
  const questions = call.raw && unclear.length === 0 ? (["request.framing"] as const) : unclear;
  const plain = objections.length === 0 && questions.length === 0;
  return {
    resource: where.resource,
    body,
    objections,
    questions,
    features: plain ? [...where.features, ...body.features, ...charset(call)] : [],
  };
}

interface Place {
  readonly resource: Resource | null;
  readonly objections: readonly RequestObjection[];
  readonly questions: readonly RequestQuestion[];
  readonly features: readonly RequestFeature[];
}

function place(part: Partial<Place>): Place {
  return { resource: null, objections: [], questions: [], features: [], ...part };
}

function readPlace(call: Call): Place {
  const at = route(call.target);
  if (at.kind !== "policy" || at.statementId !== null) {
    return place(
      /^(?!\/2015-03-31\/)(\/[\w-]+)?\/functions\/[^/]+\/policy(\?|$)/.test(call.target)
        ? { objections: ["route.other-version"] }
        : { questions: ["route.unusual-path"] },
    );
  }
  if (/^(PUT|PATCH)$/.test(call.method)) return place({ objections: ["route.other-method"] });
  // Another method is no addition, and the document does not say what it does.
  if (call.method !== "POST") return place({ questions: ["request.method"] });
  if (at.functionName === null) return place({ questions: ["FunctionName.undecodable"] });
  if (at.functionName === "") return place({ objections: ["FunctionName.empty"] });
  return readResource(at, at.functionName);
}

function readResource(at: Route, label: string): Place {
  const qualifier = readQualifier(at);
  const name = readName(label);
  if (name.kind === "broken") {
    return place({
      objections: [`FunctionName.${name.constraint}`, ...qualifier.objections],
      questions: qualifier.questions,
    });
  }
  if (name.kind === "open") {
    return place({ questions: [name.question, ...qualifier.questions], objections: qualifier.objections });
  }
  const suffix = name.qualifier;
  const asked = suffix ?? qualifier.value;
  const disagrees = suffix !== null && qualifier.value !== null && suffix !== qualifier.value;
  const decided = !disagrees && qualifier.objections.length === 0 && qualifier.questions.length === 0;
  return place({
    resource: decided ? { ...name, qualifier: asked } : null,
    objections: disagrees ? [...qualifier.objections, "Qualifier.disagrees"] : qualifier.objections,
    questions: asked === "$LATEST" ? [...qualifier.questions, "Qualifier.latest"] : qualifier.questions,
    features: spellingFeatures(name.format, suffix, qualifier.value, label, at.spelling),
  });
}

interface QualifierReading {
  readonly value: string | null;
  readonly objections: readonly RequestObjection[];
  readonly questions: readonly RequestQuestion[];
}

function readQualifier(at: Route): QualifierReading {
  const values = valuesOf(at.query, "Qualifier");
  const [value] = values;
  if (value === undefined) return { value: null, objections: [], questions: [] };
  const open = (question: RequestQuestion): QualifierReading => ({
    value: null,
    objections: [],
    questions: [question],
  });
  if (values.length > 1) return open("Qualifier.twice");
  if (value === null) return open("Qualifier.undecodable");
  if (value === "") return open("Qualifier.empty");
  if (isPadded("Qualifier", value)) return open("Qualifier.padded");
  const objections = broken("Qualifier", value).flatMap((kind): readonly RequestObjection[] =>
    kind === "pattern" || kind === "maxLength" ? [`Qualifier.${kind}`] : [],
  );
  return { value, objections, questions: [] };
}

function spellingFeatures(
  format: NameFormat,
  suffix: string | null,
  asked: string | null,
  label: string,
  spelling: Route["spelling"],
): readonly SpellingFeature[] {
  const found: SpellingFeature[] = [];
  const kind = (qualifier: string) => (/^\d+$/.test(qualifier) ? "version" : "alias");
  if (spelling === "literal-colons") {
    if (asked !== null) found.push(suffix === null ? `Qualifier.${kind(asked)}` : "Qualifier.agrees");
    return [...found, "FunctionName.literal-colons"];
  }
  const length140 = label.length === 140 && format === "full-arn";
  if (length140) found.push("FunctionName.length-140");
  else if (suffix !== null && asked !== null) found.push("Qualifier.agrees");
  else if (suffix !== null) found.push(`FunctionName.${format}:${kind(suffix)}`);
  else if (asked !== null && asked.length === 128) found.push("Qualifier.longest");
  else if (asked !== null) found.push(`Qualifier.${kind(asked)}`);
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

function charset(call: Call): readonly RequestFeature[] {
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

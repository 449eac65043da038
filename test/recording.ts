/** One AddPermission exchange with the live service, taken from a public source. */
export interface RecordedExchange {
  /** `date/what-it-shows`, unique. */
  readonly id: string;
  /** The day of the exchange, `YYYY-MM-DD`; the day it was published where the source does not say. */
  readonly date: string;
  /** Where the exchange was published. */
  readonly source: string;
  readonly confidence: Confidence;
  /** What is not literally in the source. */
  readonly note?: string;
  /** The policy that the request met. */
  readonly before: {
    readonly statements: readonly Readonly<Record<string, unknown>>[];
    readonly note?: string;
  };
  /**
   * What was sent. Account, region and name of the function are stand-ins, and so are members that the source does
   * not show: a valid request needs them.
   */
  readonly request: {
    readonly functionName: string;
    readonly qualifier?: string;
    readonly body: Readonly<Record<string, unknown>>;
  };
  /** What came back. The statement is parsed, its members in the order in which the service printed them. */
  readonly response: {
    readonly status: number;
    /** The exception's name; absent on success. */
    readonly error?: string;
    /** The exact message, where the source gives it. */
    readonly message?: string;
    readonly statement?: Readonly<Record<string, unknown>>;
  };
  /** Whether the function, with the version or alias that the request names, was there. */
  readonly exists: boolean;
}

/**
 * How good the evidence is: seen on AddPermission itself; seen on another Lambda operation with the same input; or
 * concluded from the form that other answers have.
 */
type Confidence = "recorded" | "sibling" | "inferred";

/** Something that the live service was seen to do and that is more than one exchange. */
export interface RecordedFact {
  /** `date/what-it-shows`, unique; the date is `undated` where the source gives none. */
  readonly id: string;
  /** `YYYY-MM-DD`, `YYYY-MM` or `YYYY`; null where the source gives none. */
  readonly date: string | null;
  readonly claim: string;
  readonly source: string;
  readonly confidence: Confidence;
}

type JsonFields = Readonly<Record<string, unknown>>;

/** Says whether a value read from a file is a recording. */
export function isRecording(value: unknown): value is RecordedExchange {
  return (
    isFields(value) &&
    hasOnly(value, [
      "id",
      "date",
      "source",
      "confidence",
      "note",
      "before",
      "request",
      "response",
      "exists",
    ]) &&
    [value.id, value.date, value.source].every(isText) &&
    isConfidence(value.confidence) &&
    isOptionalText(value.note) &&
    isBefore(value.before) &&
    isRequest(value.request) &&
    isResponse(value.response) &&
    typeof value.exists === "boolean"
  );
}

/** Says whether a value read from a file is a fact. */
export function isFact(value: unknown): value is RecordedFact {
  return (
    isFields(value) &&
    hasOnly(value, ["id", "date", "claim", "source", "confidence"]) &&
    [value.id, value.claim, value.source].every(isText) &&
    (value.date === null || isText(value.date)) &&
    isConfidence(value.confidence)
  );
}

function isBefore(value: unknown): boolean {
  if (!isFields(value) || !hasOnly(value, ["statements", "note"])) return false;
  return Array.isArray(value.statements) && value.statements.every(isFields) && isOptionalText(value.note);
}

function isRequest(value: unknown): boolean {
  if (!isFields(value) || !hasOnly(value, ["functionName", "qualifier", "body"])) return false;
  return isText(value.functionName) && isOptionalText(value.qualifier) && isFields(value.body);
}

function isResponse(value: unknown): boolean {
  if (!isFields(value) || !hasOnly(value, ["status", "error", "message", "statement"])) return false;
  const success = value.status === 201;
  return (
    typeof value.status === "number" &&
    (success ? isFields(value.statement) : value.statement === undefined) &&
    (success ? value.error === undefined : isText(value.error)) &&
    isOptionalText(value.message)
  );
}

function isFields(value: unknown): value is JsonFields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasOnly(value: JsonFields, known: readonly string[]): boolean {
  return Object.keys(value).every((key) => known.includes(key));
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || isText(value);
}

function isConfidence(value: unknown): value is Confidence {
  return value === "recorded" || value === "sibling" || value === "inferred";
}

import { readdir, readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { isMember } from "../spec/constraint.ts";

/** One AddPermission exchange with the live service, taken from a public source. */
interface RecordedExchange {
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
interface RecordedFact {
  /** `date/what-it-shows`, unique; the date is `undated` where the source gives none. */
  readonly id: string;
  /** `YYYY-MM-DD`, `YYYY-MM` or `YYYY`; null where the source gives none. */
  readonly date: string | null;
  readonly claim: string;
  readonly source: string;
  readonly confidence: Confidence;
}

const text = { type: "string", minLength: 1 };
const object = { type: "object" };
const confidence = { enum: ["recorded", "sibling", "inferred"] };

function closed(required: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}) {
  const properties = { ...required, ...optional };
  return { type: "object", additionalProperties: false, required: Object.keys(required), properties };
}

const ajv = new Ajv2020();
const isRecording = ajv.compile<RecordedExchange>(
  closed(
    {
      id: text,
      date: text,
      source: text,
      confidence,
      before: closed({ statements: { type: "array", items: object } }, { note: text }),
      request: closed({ functionName: text, body: object }, { qualifier: text }),
      response: {
        oneOf: [
          closed({ status: { const: 201 }, statement: object }, { message: text }),
          closed({ status: { type: "number", not: { const: 201 } }, error: text }, { message: text }),
        ],
      },
      exists: { type: "boolean" },
    },
    { note: text },
  ),
);
const date = { anyOf: [text, { type: "null" }] };
const isFact = ajv.compile<RecordedFact>(closed({ id: text, date, claim: text, source: text, confidence }));

const folder = new URL("../spec/recordings/", import.meta.url);
const files = (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
const dated = files.filter((name) => name !== "facts.json");

async function entries(name: string): Promise<readonly unknown[]> {
  const value: unknown = JSON.parse(await readFile(new URL(name, folder), "utf8"));
  return Array.isArray(value) ? value : [];
}

const isDay = (date: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(date) && new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);

const recordings = (await Promise.all(dated.map(entries))).flat().filter((one) => isRecording(one));
const facts = (await entries("facts.json")).filter((one) => isFact(one));

describe("recordings of the live service", () => {
  test.each(dated)("%s is well-formed and holds one day", async (name) => {
    const found = await entries(name);
    expect(found.length).toBeGreaterThan(0);
    for (const entry of found) expect(isRecording(entry), JSON.stringify(entry)).toBe(true);
    const days = new Set(found.filter((one) => isRecording(one)).map(({ date }) => date));
    expect([...days]).toEqual([name.slice(0, -".json".length)]);
  });

  test("every fact is well-formed", async () => {
    for (const entry of await entries("facts.json")) expect(isFact(entry), JSON.stringify(entry)).toBe(true);
  });

  test("every date is a day, and every name starts with it", () => {
    for (const { id, date } of recordings) {
      expect(isDay(date), id).toBe(true);
      expect(id.startsWith(`${date}/`), id).toBe(true);
    }
    for (const { id, date } of facts) {
      expect(date === null || /^\d{4}(-\d{2}(-\d{2})?)?$/.test(date), id).toBe(true);
      expect(id.startsWith(`${date ?? "undated"}/`), id).toBe(true);
    }
  });

  test("every name is unique", () => {
    const ids = [...recordings, ...facts].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("every request has only members of the document", () => {
    for (const { id, request } of recordings) {
      for (const member of Object.keys(request.body)) expect(isMember(member), `${id} ${member}`).toBe(true);
    }
  });

  test("a statement keeps the order of the service", () => {
    const printed = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"];
    const statements = recordings.flatMap(({ response }) => (response.statement ? [response.statement] : []));
    expect(statements.length).toBeGreaterThan(0);
    for (const statement of statements) {
      expect(Object.keys(statement)).toEqual(printed.filter((key) => key in statement));
    }
  });

  test("a malformed entry is refused", () => {
    const [good] = recordings;
    expect(isRecording({ ...good, extra: 1 })).toBe(false);
    expect(isRecording({ ...good, response: { status: 201 } })).toBe(false);
    expect(isRecording({ ...good, confidence: "guessed" })).toBe(false);
    expect(isRecording(null)).toBe(false);
  });
});

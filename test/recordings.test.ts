import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { isMember } from "../spec/constraint.ts";
import { isFact, isRecording } from "./recording.ts";

const folder = new URL("../spec/recordings/", import.meta.url);
const files = (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
const dated = files.filter((name) => name !== "facts.json");

async function entries(name: string): Promise<readonly unknown[]> {
  const value: unknown = JSON.parse(await readFile(new URL(name, folder), "utf8"));
  return Array.isArray(value) ? value : [];
}

const isDay = (date: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(date) && new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);

const recordings = (await Promise.all(dated.map(entries))).flat().filter(isRecording);
const facts = (await entries("facts.json")).filter(isFact);

describe("recordings of the live service", () => {
  test.each(dated)("%s is well-formed and holds one day", async (name) => {
    const found = await entries(name);
    expect(found.length).toBeGreaterThan(0);
    for (const entry of found) expect(isRecording(entry), JSON.stringify(entry)).toBe(true);
    const days = new Set(found.filter(isRecording).map(({ date }) => date));
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

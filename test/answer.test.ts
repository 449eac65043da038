import { expect, test } from "vitest";
import { bodyBytes } from "../client/body.ts";
import { truncateAnswer, truncateExchange } from "../runner/batch.ts";
import { jsonObject } from "../spec/answer.ts";
import type { Answer } from "../spec/exchange.ts";

const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;

test("an object that is nested too deeply is not read, however long its other members are", () => {
  expect(jsonObject(nested(500))).not.toBeNull();
  expect(jsonObject(nested(501))).toBeNull();
  expect(jsonObject(nested(200_000))).toBeNull();
});

test("brackets in strings do not count as nesting", () => {
  const text = JSON.stringify({ a: `\\"${"[{".repeat(2000)}`, b: ["\\", "[".repeat(2000)] });
  expect(jsonObject(text)).toEqual(JSON.parse(text));
});

const answer = (body: string): Answer => ({
  kind: "response",
  status: 201,
  headers: [],
  body,
  sentAt: 0,
  answeredAt: 1,
});

test("a huge answer that is not a JSON object is truncated and stays invalid; a JSON object is judged completely", () => {
  const object = answer(JSON.stringify({ a: "x".repeat(100_000) }));
  expect(truncateAnswer(object)).toBe(object);
  const accident = truncateAnswer(answer(`{}${" ".repeat(100_000)}x`));
  expect(accident.kind === "response" && accident.body.length).toBe(65_537);
  expect(accident.kind === "response" && jsonObject(accident.body)).toBeNull();
  const short = answer("x");
  expect(truncateAnswer(short)).toBe(short);
});

test("an answer that is stored for a report is truncated", () => {
  const call = { operation: "GetPolicy", method: "GET", target: "/", headers: [], body: null } as const;
  const kept = truncateExchange({ step: { key: "a", call }, call, answer: answer("é😀".repeat(50_000)) });
  expect(kept.answer.kind === "response" && kept.answer.body).toBe("é😀".repeat(50_000).slice(0, 65_536));
});

const read = (pieces: readonly string[]): string => {
  const bytes = bodyBytes();
  for (const piece of pieces) expect(bytes.add(Buffer.from(piece))).toBe(true);
  return bytes.text();
};

test("of a long body that is no JSON object only the beginning is kept while it comes, and any other body whole", () => {
  const pieces = (text: string) => Array.from({ length: 20 }, () => text.repeat(5000));
  expect(read(pieces("é"))).toBe(`${"é".repeat(4096)}…`);
  expect(read([" ", "[", ...pieces("a")])).toBe(` [${"a".repeat(8190)}…`);
  expect(read(pieces(" "))).toBe(`${" ".repeat(8192)}…`);
  const object = ['\n{"a":"', ...pieces("x"), '"}'];
  expect(read(object)).toBe(object.join(""));
  expect(jsonObject(read([...pieces(" "), '{"a":1}']))).toEqual({ a: 1 });
  expect(read(["[1]"])).toBe("[1]");
});

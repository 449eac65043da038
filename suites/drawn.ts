import { jsonObject } from "../spec/answer.ts";
import { isRecord } from "../spec/body.ts";
import { addPermission, getPolicy, label } from "../spec/calls.ts";
import { alone, isIrremovableId, scripted, type TestCase } from "./case.ts";
import { historyRounds } from "./histories.ts";
import { type HistoryCommand, isHistoryCommand } from "./history-commands.ts";
import { isRaceQualifier, isRaceShape, type Race, raceBatches, raceNeeds } from "./races.ts";

/** A random test case as plain data, from which it is made again on any fixture. */
export type Drawn =
  | { readonly kind: "history"; readonly commands: readonly HistoryCommand[] }
  | ({ readonly kind: "race" } & Race)
  /** One request to the function under test; `body` is its text. */
  | { readonly kind: "request"; readonly body: string };

/** Makes a test case from its data. It starts on an empty fixture, so that it shows the same again. */
export function drawnTestCase(id: string, drawn: Drawn): TestCase {
  switch (drawn.kind) {
    case "history":
      return scripted(id, { clean: true, drawn }, (fixture) => historyRounds(fixture, drawn.commands));
    case "race":
      return scripted(id, { clean: true, drawn, needs: raceNeeds(drawn) }, (fixture) =>
        raceBatches(fixture, drawn),
      );
    case "request":
      return requestTestCase(id, drawn);
  }
}

function requestTestCase(id: string, drawn: Extract<Drawn, { readonly kind: "request" }>): TestCase {
  const members = jsonObject(drawn.body);
  return scripted(
    id,
    {
      clean: true,
      drawn,
      // It may come from another run, so anything that could open a function to everyone counts.
      destructive: members === null || /\*|\\u/.test(drawn.body),
      irremovable: isIrremovableId("StatementId", members?.StatementId),
    },
    ({ main: { name } }) => [
      alone("before", getPolicy(name)),
      alone("request", addPermission({ functionName: label(name), body: drawn.body })),
      alone("after", getPolicy(name)),
    ],
  );
}

/** Reads the data of a test case; null if it is none. */
export function readDrawn(value: unknown): Drawn | null {
  if (!isRecord(value)) return null;
  const { kind, commands, shape, size, seed, on, body } = value;
  if (
    kind === "history" &&
    Array.isArray(commands) &&
    commands.length > 0 &&
    commands.every(isHistoryCommand)
  )
    return { kind, commands };
  if (kind === "race" && isRaceShape(shape) && isWhole(size, 2, 32) && isWhole(seed, 0, 0xffffffff))
    return { kind, shape, size, seed, ...(isRaceQualifier(on) && { on }) };
  return kind === "request" && typeof body === "string" ? { kind, body } : null;
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

/** How large a test case is, to compare those that show the same: its commands or calls first, then its text. */
export function sizeOf(drawn: Drawn): number {
  const steps = drawn.kind === "history" ? drawn.commands.length : drawn.kind === "race" ? drawn.size : 1;
  return steps * 1e6 + Math.min(JSON.stringify(drawn).length, 1e6 - 1);
}

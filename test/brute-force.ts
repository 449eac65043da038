import type { PolicyOperation, PolicyReading } from "../oracle/policy-model.ts";

/** What the brute-force judge starts from. */
export interface Beginning {
  readonly sids: readonly string[];
  readonly revision: string | null;
  readonly ordered: boolean;
}

/**
 * Tries every order that respects real time, with every subset of the unanswered operations, and replays each from
 * start to end. Shares nothing with the checker but the types; only for a handful of operations.
 */
export function explicable(history: readonly PolicyOperation[], beginning: Beginning): boolean {
  return orders(history, []).some((order) => replays(order, beginning));
}

function orders(left: readonly PolicyOperation[], chosen: readonly PolicyOperation[]): PolicyOperation[][] {
  const here = left.every((operation) => operation.output === null) ? [[...chosen]] : [];
  const first = left.filter((one) => !left.some((other) => other !== one && returnedBefore(other, one)));
  return [
    ...here,
    ...first.flatMap((one) =>
      orders(
        left.filter((other) => other !== one),
        [...chosen, one],
      ),
    ),
  ];
}

function returnedBefore(one: PolicyOperation, other: PolicyOperation): boolean {
  return one.output !== null && one.returnedAt !== null && one.returnedAt < other.invokedAt;
}

/** The life of one revision: what it was said to be and not to be. */
interface Epoch {
  readonly is: Set<string>;
  readonly isNot: Set<string>;
}

function replays(order: readonly PolicyOperation[], beginning: Beginning): boolean {
  const stored = new Map<string, string | undefined>(beginning.sids.map((sid) => [sid, undefined]));
  const epochs: Epoch[] = [epoch(beginning.revision)];
  for (const operation of order) {
    const now = epochs.at(-1);
    if (now === undefined || !takesPlace(operation, stored, now, beginning.ordered)) return false;
    if (changes(operation)) epochs.push(epoch(null));
  }
  return epochs.every(consistent) && distinct(epochs.flatMap(({ is }) => [...is]));
}

function takesPlace(
  { input, output }: PolicyOperation,
  stored: Map<string, string | undefined>,
  now: Epoch,
  ordered: boolean,
): boolean {
  if (output === "refused") return true;
  if (input.kind === "read") {
    if (output === null) return true;
    if (typeof output === "string") return false;
    if (output.revision !== null) now.is.add(output.revision);
    return ordered ? equal(output, [...stored]) : equalInAnyOrder(output, [...stored]);
  }
  if (output === "stale") {
    if (input.revision !== undefined) now.isNot.add(input.revision);
    return input.revision !== undefined;
  }
  const present = stored.has(input.sid);
  if (output === "duplicate") return input.kind === "add" && present;
  if (output === "absent") return input.kind === "remove" && !present;
  if (input.revision !== undefined) now.is.add(input.revision);
  if (input.kind === "remove") return (output ?? "removed") === "removed" && stored.delete(input.sid);
  stored.set(input.sid, present ? stored.get(input.sid) : input.statement);
  return (output ?? "added") === "added" && !present;
}

function changes({ input, output }: PolicyOperation): boolean {
  return input.kind !== "read" && (output === null || output === "added" || output === "removed");
}

function equal(reading: PolicyReading, stored: readonly (readonly [string, string | undefined])[]): boolean {
  if (reading.sids.length !== stored.length) return false;
  return stored.every(([sid, statement], index) => {
    const shown = reading.statements?.[index];
    return (
      reading.sids[index] === sid && (shown === undefined || statement === undefined || shown === statement)
    );
  });
}

function equalInAnyOrder(
  reading: PolicyReading,
  stored: readonly (readonly [string, string | undefined])[],
): boolean {
  if (stored.length !== reading.sids.length || !distinct(reading.sids)) return false;
  return stored.every(([sid, statement]) => {
    const index = reading.sids.indexOf(sid);
    const shown = reading.statements?.[index];
    return index >= 0 && (shown === undefined || statement === undefined || shown === statement);
  });
}

function epoch(revision: string | null): Epoch {
  return { is: new Set(revision === null ? [] : [revision]), isNot: new Set() };
}

function consistent({ is, isNot }: Epoch): boolean {
  return is.size <= 1 && [...is].every((revision) => !isNot.has(revision));
}

function distinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

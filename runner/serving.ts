import { canonicalBody } from "../generators/valid-requests.ts";
import type { Serving } from "../oracle/rule.ts";
import { isInProgress, isSuccess } from "../spec/answer.ts";
import { addPermission, label } from "../spec/calls.ts";
import type { Batch, Call, Exchange } from "../spec/exchange.ts";
import type { Fixture, FixtureFunction } from "../spec/fixture.ts";
import { addressee, route } from "../spec/target.ts";

const controlKey = "control-";
const againKey = "again-";

/**
 * Surrounds a history whose last request fails by valid requests, and repeats the failing one among them. The order is
 * irregular, so that a target that fails every n-th request cannot fail the same ones.
 */
export function surrounded(
  batches: readonly Batch[],
  { main, other }: Fixture,
  on: Serving,
): readonly Batch[] {
  const failing = batches.at(-1) ?? [];
  const addressed = new Set(failing.map(({ call }) => nameIn(call)));
  const elsewhere = other === null || addressed.has(other.name) ? main : other;
  const control = (n: number) => validAddition(n, on === "elsewhere" ? elsewhere : main);
  const again = (n: number): Batch => failing.map((step) => ({ ...step, key: `${againKey}${n}` }));
  const rest = [control(2), again(1), again(2), control(3), again(3), control(4), control(5)];
  return [control(1), ...batches, ...rest, again(4), again(5), control(6)];
}

function nameIn({ target }: Call): string | null {
  const at = route(target);
  return at.kind === "none" ? null : (addressee(at)?.name ?? null);
}

/** The canonical request to a function, as a batch. */
export function validAddition(n: number, { name }: Pick<FixtureFunction, "name">): Batch {
  const key = `${controlKey}${n}`;
  return [{ key, call: addPermission({ functionName: label(name), body: canonicalBody(key) }) }];
}

/** What was seen, with what such a rerun adds to it. */
export function withServing(seen: string): string {
  return `${seen}, each time, while valid requests before and after it succeeded`;
}

/** Says whether the target answered every valid request with a success, and failed each time at the other one. */
export function failsAlone(batches: readonly (readonly Exchange[])[]): boolean {
  const exchanges = batches.flat();
  const starting = (key: string) => exchanges.filter(({ step }) => step.key.startsWith(key));
  const controls = starting(controlKey);
  const last = exchanges[exchanges.findIndex(({ step }) => step.key === `${controlKey}2`) - 1];
  const failures = [...(last === undefined ? [] : [last]), ...starting(againKey)];
  return (
    controls.length === 6 &&
    failures.length === 6 &&
    controls.every(({ answer }) => isSuccess(answer)) &&
    failures.every(
      ({ answer }) =>
        answer.kind === "response" && (answer.status === 429 || answer.status >= 500 || isInProgress(answer)),
    )
  );
}

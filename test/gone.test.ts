import { expect, it } from "vitest";
import { silenceCounter } from "../runner/gone.ts";
import { getPolicy } from "../spec/calls.ts";
import type { Exchange } from "../spec/exchange.ts";

const call = getPolicy("f");

function exchange(status: number, at: number): Exchange {
  const answer = { kind: "response", status, headers: [], body: "", sentAt: at, answeredAt: at } as const;
  return { step: { key: "k", call }, call, answer };
}

/** Two workers take turns: all requests of the first are turned away. The statuses of the other are given. */
function reasonFor(other: number): string | null {
  let gone: string | null = null;
  const anywhere = { at: Number.NEGATIVE_INFINITY, servedAt: Number.NEGATIVE_INFINITY };
  const [first, second] = [0, 1].map(() => silenceCounter(({ code }) => (gone = code), anywhere));
  for (let turn = 0; turn < 20; turn += 1) {
    first?.([exchange(503, 2 * turn)]);
    second?.([exchange(other, 2 * turn + 1)]);
  }
  return gone;
}

it("gives up a target that turns the requests of all workers away, not those of one", () => {
  expect(reasonFor(503)).toBe("busy");
  expect(reasonFor(200)).toBeNull();
});

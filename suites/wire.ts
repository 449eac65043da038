import { canonicalBody } from "../generators/valid-requests.ts";
import { slowBodies, type WireRequest, wireBodies, wireTypes } from "../generators/wire-bodies.ts";
import { wireFramings, wireTargets } from "../generators/wire-framings.ts";
import { addPermission, getPolicy, label } from "../spec/calls.ts";
import type { Batch, Call } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { aliasOf, alone, type Suite, scripted, type TestCase } from "./case.ts";

/** Requests that no SDK sends. A canonical request must work right after each of them. */
export const wire: Suite = {
  name: "wire",
  title: "Bodies, headers, framing and paths that no SDK writes, each few followed by plain requests",
  testCases: () => [
    ...groups("bodies", "b", wireBodies.filter(isOdd)),
    ...groups("types", "t", wireTypes),
    ...groups("targets", "u", wireTargets.filter(isOdd), { needs: ["routes"] }),
    ...groups("framing", "f", wireFramings, { needs: ["wire"] }),
    ...groups("ending-bodies", "e", [...wireBodies.filter(isEnding), ...slowBodies], { phase: "ending" }),
    ...groups("ending-targets", "d", wireTargets.filter(isEnding), { needs: ["routes"], phase: "ending" }),
  ],
};

function isEnding({ ends }: WireRequest): boolean {
  return ends === true;
}

function isOdd(one: WireRequest): boolean {
  return !isEnding(one);
}

/** Requests of one test case, between two checks that the policy is unchanged and the target still works. */
const groupSize = 15;

function groups(
  topic: string,
  short: string,
  requests: readonly WireRequest[],
  { needs = [], phase = "odd" }: Partial<Pick<TestCase, "needs" | "phase">> = {},
): readonly TestCase[] {
  return Array.from({ length: Math.ceil(requests.length / groupSize) }, (_, nth) => {
    const some = requests.slice(nth * groupSize, (nth + 1) * groupSize);
    const sid = (at: number | string) => `w${short}${nth}-${at}`;
    return scripted(`wire/${topic}/${nth}`, { needs, phase }, (fixture) => [
      alone("before", getPolicy(fixture.main.name)),
      ...some.flatMap((one, at) => roundsOf(one, fixture, sid(at))),
      alone("between", getPolicy(fixture.main.name)),
      alone("next-on-same-connection", onConnection(canonical(fixture, sid("same")), fixture)),
      alone("next-valid", canonical(fixture, sid("next"))),
      alone("after", getPolicy(fixture.main.name)),
    ]);
  });
}

/** After an unusual but valid frame the next message on the connection must be understood. */
function roundsOf(one: WireRequest, fixture: Fixture, sid: string): readonly Batch[] {
  const call = one.make(label(fixture.main.name), sid, aliasOf(fixture));
  // A malformed frame has no known end, so it gets a connection of its own.
  if (call.raw?.invalid) return [alone(one.label, call)];
  const first = alone(one.label, onConnection(call, fixture));
  return call.raw === undefined
    ? [first]
    : [first, alone(`${one.label}/then`, onConnection(canonical(fixture, `${sid}t`), fixture))];
}

function canonical(fixture: Fixture, sid: string): Call {
  return addPermission({ functionName: label(fixture.main.name), body: canonicalBody(sid) });
}

function onConnection(call: Call, fixture: Fixture): Call {
  return { ...call, connection: fixture.main.name };
}

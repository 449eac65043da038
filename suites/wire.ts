import { canonicalBody } from "../generators/valid-requests.ts";
import { slowBodies, type WireRequest, wireBodies, wireTypes } from "../generators/wire-bodies.ts";
import { wireFramings, wireTargets } from "../generators/wire-framings.ts";
import { addPermission, getPolicy, label } from "../spec/calls.ts";
import type { Call, Round } from "../spec/exchange.ts";
import type { Stage } from "../spec/fixture.ts";
import { alone, type Suite, scripted, type Unit } from "./case.ts";

/** Requests that no SDK sends. A canonical request must work right after each of them. */
export const wire: Suite = {
  name: "wire",
  title: "Bodies, headers, framing and paths that no SDK writes, each few followed by plain requests",
  units: () => [
    ...groups("bodies", "b", wireBodies),
    ...groups("types", "t", wireTypes),
    ...groups("slow", "s", slowBodies),
    ...groups("targets", "u", wireTargets),
    ...groups("framing", "f", wireFramings, ["wire"]),
  ],
};

/** Requests of one test case, between two checks that the policy is unchanged and the target still works. */
const groupSize = 15;

function groups(
  topic: string,
  short: string,
  requests: readonly WireRequest[],
  needs: Unit["needs"] = [],
): readonly Unit[] {
  return Array.from({ length: Math.ceil(requests.length / groupSize) }, (_, nth) => {
    const some = requests.slice(nth * groupSize, (nth + 1) * groupSize);
    const sid = (at: number | string) => `w${short}${nth}-${at}`;
    return scripted(
      `wire/${topic}/${nth}`,
      (stage) => [
        alone("before", getPolicy(stage.main.name)),
        ...some.flatMap((one, at) => roundsOf(one, stage, sid(at))),
        alone("between", getPolicy(stage.main.name)),
        alone("next-on-same-connection", onConnection(canonical(stage, sid("same")), stage)),
        alone("next-valid", canonical(stage, sid("next"))),
        alone("after", getPolicy(stage.main.name)),
      ],
      { needs },
    );
  });
}

/** After an unusual but valid frame the next message on the connection must be understood. */
function roundsOf(one: WireRequest, stage: Stage, sid: string): readonly Round[] {
  const call = one.make(label(stage.main.name), sid);
  // A malformed frame has no known end, so it gets a connection of its own.
  if (call.raw?.invalid) return [alone(one.label, call)];
  const first = alone(one.label, onConnection(call, stage));
  return call.raw === undefined
    ? [first]
    : [first, alone(`${one.label}/then`, onConnection(canonical(stage, `${sid}t`), stage))];
}

function canonical(stage: Stage, sid: string): Call {
  return addPermission({ functionName: label(stage.main.name), body: canonicalBody(sid) });
}

function onConnection(call: Call, stage: Stage): Call {
  return { ...call, connection: stage.main.name };
}

import { canonicalBody } from "../generators/body.ts";
import { addPermission, getPolicy, label } from "../generators/call.ts";
import { type OddRequest, oddBodies, oddTypes, slowBodies } from "../generators/wire/bodies.ts";
import { oddFramings } from "../generators/wire/framings.ts";
import { oddTargets } from "../generators/wire/targets.ts";
import { alone } from "./steps.ts";
import { type Suite, scripted, type Unit } from "./unit.ts";

/** What arrives is stranger than any SDK sends; a plain request must work right after it. */
export const wire: Suite = {
  name: "wire",
  title: "Bodies, headers, framing and paths that no SDK writes, each few followed by a plain request",
  units: () => [
    ...groups("bodies", "b", oddBodies),
    ...groups("types", "t", oddTypes),
    ...groups("slow", "s", slowBodies),
    ...groups("targets", "u", oddTargets),
    ...groups("framing", "f", oddFramings, ["wire"]),
  ],
};

/** Odd requests between two proofs that the policy is untouched and the target still works. */
const groupSize = 10;

function groups(
  topic: string,
  short: string,
  odd: readonly OddRequest[],
  needs: Unit["needs"] = [],
): readonly Unit[] {
  return Array.from({ length: Math.ceil(odd.length / groupSize) }, (_, nth) => {
    const some = odd.slice(nth * groupSize, (nth + 1) * groupSize);
    return scripted(
      `wire/${topic}/${nth}`,
      ({ main }) => [
        alone("before", getPolicy(main.name)),
        ...some.map((one, at) =>
          alone(one.label, one.make(label(main.name), `w${short}${nth * groupSize + at}`)),
        ),
        alone("between", getPolicy(main.name)),
        alone(
          "next-valid",
          addPermission({ functionName: label(main.name), body: canonicalBody(`w${short}n${nth}`) }),
        ),
        alone("after", getPolicy(main.name)),
      ],
      { needs },
    );
  });
}

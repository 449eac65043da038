import { createReference, type ReferenceOptions } from "./reference/reference.ts";
import type { Target } from "./target.ts";

/** The reference on a loopback port of this process. */
export function embedded(options: ReferenceOptions = {}, name = "reference"): Target {
  return {
    name,
    cannot: [],
    arranges: true,
    start: async () => {
      const reference = createReference(options);
      return { endpoint: (await reference.listen()).origin, stop: reference.close };
    },
  };
}

import { Fault } from "../spec/fault.ts";
import { ministack, moto } from "./emulators.ts";
import { prism } from "./prism.ts";
import { createReference } from "./reference/reference.ts";
import type { Target } from "./target.ts";

/** The reference on a loopback port of this process. */
export const embedded: Target = {
  name: "reference",
  cannot: [],
  arranges: true,
  start: async () => {
    const reference = createReference();
    return { endpoint: (await reference.listen()).origin, stop: reference.close };
  },
};

/** The built-in targets by name; the first is the default. */
export const builtin: readonly Target[] = [embedded, prism, moto, ministack];

/** The target of this name; throws a `Fault` that lists the valid names. */
export function targetNamed(name: string): Target {
  const found = builtin.find((target) => target.name === name);
  if (found !== undefined) return found;
  const names = builtin.map((target) => target.name).join(", ");
  throw new Fault(`There is no target "${name}"; use one of ${names}, or --endpoint URL for any other.`);
}

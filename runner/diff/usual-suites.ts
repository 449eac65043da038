import { usualSuites } from "../../suites/index.ts";

/**
 * Left out unless named: two correct targets may end a race differently, only some can be asked for a fault, and which
 * statement is the first too many depends on the length of the ARNs in it.
 */
const onlyByName: ReadonlySet<string> = new Set(["races", "faults", "size"]);

/** The suites whose answers can be held against each other. */
export const comparedSuites = usualSuites.filter(({ name }) => !onlyByName.has(name));

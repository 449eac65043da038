import { versions } from "node:process";
import { setFlagsFromString } from "node:v8";

/**
 * Options of V8 with which it optimises a function after nine times the usual work. In a process that judges hundreds of
 * targets for a moment each, most of what V8 compiles early does not win back its cost. Node 20 spends a sixth more CPU time
 * without it; later versions have a cheaper compiler between and no such option.
 */
export const lateOptimisation: readonly string[] = versions.node.startsWith("20.")
  ? ["--interrupt-budget=600000"]
  : [];

/** Sets these options for this process and its threads. */
export function optimiseLate(): void {
  for (const option of lateOptimisation) setFlagsFromString(option);
}

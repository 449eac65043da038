export type { KnownEntry, KnownFile } from "./known/entry.ts";
export { failsGate, type Judgement, judgeKnown } from "./known/judge.ts";
export { nearest } from "./known/nearest.ts";
export { parseKnown } from "./known/parse.ts";
export { caseOf, shapeOf } from "./known/shape.ts";
export { updateKnown } from "./known/update.ts";

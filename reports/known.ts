export { failsGate, type Judgement, judgeKnown } from "./known/judge.ts";
export { parseKnown } from "./known/parse.ts";
export type { KnownEntry, KnownFile } from "./known/shape.ts";
export { caseOf, shapeOf } from "./known/shape.ts";
export { updateKnown } from "./known/update.ts";

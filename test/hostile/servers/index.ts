import type { Hostile } from "../hostile-server.ts";
import { fromTheFirstRequest } from "./from-the-start.ts";
import { withWrongAnswer } from "./with-wrong-answer.ts";
import { withoutAnswer } from "./without-answer.ts";
import { withoutBlame } from "./without-blame.ts";

/** The hostile servers; those with the longest runs are first. */
export const servers: readonly Hostile[] = [
  ...fromTheFirstRequest,
  ...withoutAnswer,
  ...withoutBlame,
  ...withWrongAnswer,
];

import type { Round } from "../../spec/exchange.ts";
import type { Stage } from "../../spec/stage.ts";
import type { Lane, Played, Script } from "../lane.ts";
import { sameRequest } from "./place.ts";

/** A lane on each target. Both play the same histories, round by round. */
export interface Pair {
  readonly x: Lane;
  readonly y: Lane;
}

/** A history that both targets got. */
export interface PairPlayed {
  readonly x: Played;
  readonly y: Played;
  /** It ended early: what was answered made the histories ask for different requests. */
  readonly parted: boolean;
}

/** Plays a history on both lanes. The next round is sent when both have answered the last, and only if it is the same. */
export async function playPair(
  pair: Pair,
  scripts: { readonly x: Script; readonly y: Script },
  unit: string,
): Promise<PairPlayed> {
  let parted = false;
  const meeting = meetingOf((x, y) => {
    if (x === null || y === null) return x === y;
    const same = alike(x, pair.x.stage, y, pair.y.stage);
    if (!same) parted = true;
    return same;
  });
  const follow = async (side: "x" | "y"): Promise<Played> => {
    try {
      return await pair[side].play((done) => meeting.come(side, scripts[side](done)), { unit });
    } finally {
      meeting.leave();
    }
  };
  // Where one side fails the other ends too, once what it has sent is answered.
  const [x, y] = await Promise.allSettled([follow("x"), follow("y")]);
  if (x.status === "rejected") throw x.reason;
  if (y.status === "rejected") throw y.reason;
  return { x: x.value, y: y.value, parted };
}

/** The same requests, apart from the names of the stages. */
function alike(x: Round, stageX: Stage, y: Round, stageY: Stage): boolean {
  return (
    x.length === y.length &&
    x.every((step, index) => {
      const other = y[index];
      return other?.key === step.key && sameRequest(step.call, stageX, other.call, stageY);
    })
  );
}

/** Two sides meet before each round; each gets its own round when both may go on, and null when not. */
function meetingOf(mayGoOn: (x: Round | null, y: Round | null) => boolean) {
  let waiting: { readonly round: Round | null; readonly resolve: (goOn: boolean) => void } | null = null;
  let over = false;
  return {
    come: async (side: "x" | "y", round: Round | null): Promise<Round | null> => {
      if (over) return null;
      if (waiting === null) {
        const goOn = await new Promise<boolean>((resolve) => {
          waiting = { round, resolve };
        });
        return goOn ? round : null;
      }
      const other = waiting;
      waiting = null;
      const goOn = side === "x" ? mayGoOn(round, other.round) : mayGoOn(other.round, round);
      other.resolve(goOn);
      return goOn ? round : null;
    },
    leave: (): void => {
      over = true;
      waiting?.resolve(false);
    },
  };
}

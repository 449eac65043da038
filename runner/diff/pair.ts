import type { Round, Step } from "../../spec/exchange.ts";
import type { Stage } from "../../spec/stage.ts";
import { isFillable, type Lane, type Played, type Script } from "../lane.ts";
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
  /** Steps that neither got, because the answers of one alone held nothing to fill them with. */
  readonly unfilled: number;
}

/**
 * Executes a history on both lanes. The next round is sent when both have answered the last, and only if it is the same: a
 * step that one side cannot fill is sent to neither.
 */
export async function playPair(
  pair: Pair,
  scripts: { readonly x: Script; readonly y: Script },
  unit: string,
): Promise<PairPlayed> {
  let parted = false;
  let unfilled = 0;
  const meeting = meetingOf((x, y) => {
    if (x === null || y === null) return x === y ? everyStep : null;
    if (!alike(x.round, pair.x.stage, y.round, pair.y.stage)) {
      parted = true;
      return null;
    }
    const lacking = new Set([...x.lacking, ...y.lacking]);
    // What neither can fill is the same on both sides.
    unfilled += [...lacking].filter((key) => x.lacking.includes(key) !== y.lacking.includes(key)).length;
    return ({ key }) => !lacking.has(key);
  });
  const follow = async (side: "x" | "y"): Promise<Played> => {
    const next = (done: Played["rounds"]) => {
      const round = scripts[side](done);
      const lacks = (step: Step) => !isFillable(step, done);
      return meeting.come(
        side,
        round === null ? null : { round, lacking: round.filter(lacks).map(({ key }) => key) },
      );
    };
    try {
      return await pair[side].play(next, { unit });
    } finally {
      meeting.leave();
    }
  };
  // Where one side fails the other ends too, once what it has sent is answered.
  const [x, y] = await Promise.allSettled([follow("x"), follow("y")]);
  if (x.status === "rejected") throw x.reason;
  if (y.status === "rejected") throw y.reason;
  return { x: x.value, y: y.value, parted, unfilled };
}

/** The next round of one side, and the keys of its steps that the answers so far cannot fill. */
interface Offer {
  readonly round: Round;
  readonly lacking: readonly string[];
}

const everyStep = () => true;

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

/** Says which steps of a round are sent. */
type Chosen = (step: Step) => boolean;

/** Two sides meet before each round; each gets the chosen steps of its own when both may go on, and null when not. */
function meetingOf(choose: (x: Offer | null, y: Offer | null) => Chosen | null) {
  let waiting: { readonly offer: Offer | null; readonly resolve: (chosen: Chosen | null) => void } | null =
    null;
  let over = false;
  const stepsOf = (offer: Offer | null, chosen: Chosen | null): Round | null =>
    offer === null || chosen === null ? null : offer.round.filter(chosen);
  return {
    come: async (side: "x" | "y", offer: Offer | null): Promise<Round | null> => {
      if (over) return null;
      if (waiting === null) {
        const chosen = await new Promise<Chosen | null>((resolve) => {
          waiting = { offer, resolve };
        });
        return stepsOf(offer, chosen);
      }
      const other = waiting;
      waiting = null;
      const chosen = side === "x" ? choose(offer, other.offer) : choose(other.offer, offer);
      other.resolve(chosen);
      return stepsOf(offer, chosen);
    },
    leave: (): void => {
      over = true;
      waiting?.resolve(null);
    },
  };
}

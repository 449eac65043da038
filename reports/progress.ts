import { count } from "./verdict.ts";

/** The progress of a run. */
export interface ProgressEvent {
  /** Number of test cases that ended, and that are planned. */
  readonly sent: number;
  readonly planned: number;
  /** Requests sent so far, including those that set up fixtures. */
  readonly requests?: number;
  /** Candidates or differences found so far. */
  readonly violated: number;
  /**
   * The phase after the ordinary requests: those that no SDK sends, those whose statements no request removes, or those
   * that are known to end servers.
   */
  readonly phase?: "odd" | "lasting" | "ending";
  /** The round of a campaign, its seed, the new behaviours so far, and the milliseconds left at its start. */
  readonly campaign?: {
    readonly round: number;
    readonly seed: number;
    readonly new: number;
    readonly leftMs: number;
  };
  /** After the test cases of a phase: the candidates that were rerun, their total, and how many of them are confirmed. */
  readonly confirming?: { readonly tried: number; readonly of: number; readonly confirmed?: number };
}

/** Where and how progress is written. */
export interface ProgressInput {
  readonly write: (text: string) => void;
  /** Milliseconds from a monotonic clock. */
  readonly now: () => number;
  /** True rewrites one line; false writes plain lines. */
  readonly tty: boolean;
  /** Columns of the terminal. */
  readonly columns: number;
  /** The name of one unconfirmed finding. */
  readonly noun: "candidate" | "difference";
}

/** Writes the progress of a run. */
export interface Progress {
  update(event: ProgressEvent): void;
  /** Erases the line on a TTY; elsewhere writes the latest event if it is still unwritten. */
  end(): void;
}

/** Shortest time between two writes in milliseconds. */
const pause = { tty: 100, log: 2000 } as const;

/** Progress as one rewritten line on a TTY, or elsewhere as plain lines at most every 2 s. */
export function progress({ write, now, tty, columns, noun }: ProgressInput): Progress {
  let writtenAt = Number.NEGATIVE_INFINITY;
  let held: ProgressEvent | null = null;
  const show = (event: ProgressEvent) => {
    write(tty ? `\r\u001b[K${bar(event, noun, columns - 1)}` : `${sentence(event, noun)}\n`);
    writtenAt = now();
    held = null;
  };
  return {
    update(event) {
      if (now() - writtenAt >= (tty ? pause.tty : pause.log)) show(event);
      else held = event;
    },
    end() {
      if (tty) write("\r\u001b[K");
      else if (held !== null) show(held);
    },
  };
}

function share({ sent, planned, confirming }: ProgressEvent): number {
  const [done, all] = confirming === undefined ? [sent, planned] : [confirming.tried, confirming.of];
  return all <= 0 ? 0 : Math.min(1, done / all);
}

const phases = {
  odd: "requests that no SDK sends",
  lasting: "ids that no path can name",
  ending: "requests that end some servers",
} as const;

function sentence(event: ProgressEvent, noun: string): string {
  const { confirming } = event;
  if (confirming !== undefined) {
    const { tried, of, confirmed } = confirming;
    return `${tried} of ${count(of, noun)} rerun${confirmed === undefined ? "" : `, ${confirmed} confirmed so far`}`;
  }
  const { sent, planned, requests, violated, campaign } = event;
  if (campaign !== undefined) {
    const { round, new: news, leftMs } = campaign;
    const left = `${Math.ceil(leftMs / 60_000)} min left`;
    const behaviours = count(news, "new behaviour");
    return `round ${round}, ${left}, ${count(requests ?? 0, "request")}, ${behaviours}, ${count(violated, noun)}`;
  }
  const cases = `${sent} of ${count(Math.max(sent, planned), "test case")} executed`;
  const so = requests === undefined ? "" : `, ${count(requests, "request")}`;
  const now = event.phase === undefined ? "" : `, now ${phases[event.phase]}`;
  return `${cases} (${Math.floor(share(event) * 100)} %)${so}, ${count(violated, noun)}${now}`;
}

/** One line of at most `columns`: the sentence, and a bar when there is room for it. */
function bar(event: ProgressEvent, noun: string, columns: number): string {
  const words = sentence(event, noun);
  const room = Math.min(40, columns - words.length - 3);
  if (room < 5) return words.slice(0, Math.max(0, columns));
  const full = Math.round(share(event) * room);
  return `[${"#".repeat(full)}${"-".repeat(room - full)}] ${words}`;
}

import { count } from "./verdict.ts";

/** How far a run is. */
export interface ProgressEvent {
  /** Test cases that ended, and those that are planned. */
  readonly sent: number;
  readonly planned: number;
  /** Requests sent so far, arranging included. */
  readonly requests?: number;
  /** What was noticed so far. */
  readonly violated: number;
  /** Once everything is sent: how much of it was sent again, of how much, and how much of that showed again. */
  readonly confirming?: { readonly tried: number; readonly of: number; readonly confirmed?: number };
}

/** Where progress goes and how it may look. */
export interface ProgressInput {
  readonly write: (text: string) => void;
  /** Milliseconds from a monotonic clock. */
  readonly now: () => number;
  /** True rewrites one line; false writes plain lines. */
  readonly tty: boolean;
  /** Columns of the terminal. */
  readonly columns: number;
  /** What one thing that was noticed is called, until it is confirmed. */
  readonly noun: "candidate" | "difference";
}

/** Shows how far a run is. */
export interface Progress {
  update(event: ProgressEvent): void;
  /** Wipes the line on a TTY; elsewhere writes what was held back. */
  end(): void;
}

/** Shortest time between two writes in milliseconds: fast enough to look alive, slow enough for a log. */
const pause = { tty: 100, log: 2000 } as const;

/** Progress as one rewritten line on a TTY, or as plain lines at most every 2 s elsewhere. */
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

function sentence(event: ProgressEvent, noun: string): string {
  const { confirming } = event;
  if (confirming !== undefined) {
    const { tried, of, confirmed } = confirming;
    return `${tried} of ${count(of, noun)} sent again${confirmed === undefined ? "" : `, ${confirmed} confirmed`}`;
  }
  const { sent, planned, requests, violated } = event;
  const cases = `${sent} of ${count(Math.max(sent, planned), "test case")} executed`;
  const so = requests === undefined ? "" : `, ${count(requests, "request")}`;
  return `${cases} (${Math.floor(share(event) * 100)} %)${so}, ${count(violated, noun)}`;
}

/** A line that fits: the bar takes what the words leave, and goes first when there is too little room. */
function bar(event: ProgressEvent, noun: string, columns: number): string {
  const words = sentence(event, noun);
  const room = Math.min(40, columns - words.length - 3);
  if (room < 5) return words.slice(0, Math.max(0, columns));
  const full = Math.round(share(event) * room);
  return `[${"#".repeat(full)}${"-".repeat(room - full)}] ${words}`;
}

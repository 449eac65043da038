import { count } from "./verdict.ts";

/** How far a run is; all three only grow, but for `planned`, which shrinks when histories end early. */
export interface ProgressEvent {
  readonly sent: number;
  readonly planned: number;
  readonly violated: number;
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
export function progress({ write, now, tty, columns }: ProgressInput): Progress {
  let writtenAt = Number.NEGATIVE_INFINITY;
  let held: ProgressEvent | null = null;
  const show = (event: ProgressEvent) => {
    write(tty ? `\r\u001b[K${bar(event, columns - 1)}` : `${sentence(event)}\n`);
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

function share({ sent, planned }: ProgressEvent): number {
  return planned <= 0 ? 0 : Math.min(1, sent / planned);
}

function sentence(event: ProgressEvent): string {
  const percent = `${Math.floor(share(event) * 100)} %`;
  return `${event.sent} of ${Math.max(event.sent, event.planned)} sent (${percent}), ${count(event.violated, "rule")} violated`;
}

/** A line that fits: the bar takes what the words leave, and goes first when there is too little room. */
function bar(event: ProgressEvent, columns: number): string {
  const words = sentence(event);
  const room = Math.min(40, columns - words.length - 3);
  if (room < 5) return words.slice(0, Math.max(0, columns));
  const full = Math.round(share(event) * room);
  return `[${"#".repeat(full)}${"-".repeat(room - full)}] ${words}`;
}

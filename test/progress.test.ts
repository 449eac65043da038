import { describe, expect, it } from "vitest";
import { width } from "../reports/print-terminal.ts";
import { progress } from "../reports/progress.ts";

function start(options: { readonly tty: boolean; readonly columns?: number }) {
  const written: string[] = [];
  let time = 0;
  const input = {
    columns: 80,
    noun: "candidate" as const,
    ...options,
    write: (text: string) => void written.push(text),
    now: () => time,
  };
  return { written, wait: (ms: number) => (time += ms), ...progress(input) };
}

describe("progress on a TTY", () => {
  it("rewrites one line and erases it at the end", () => {
    const { written, wait, update, end } = start({ tty: true });
    update({ sent: 0, planned: 200, violated: 0 });
    wait(100);
    update({ sent: 100, planned: 200, violated: 1 });
    end();
    expect(written).toHaveLength(3);
    expect(written[1]).toContain("100 of 200 test cases executed (50 %), 1 candidate");
    expect(written.every((text) => text.startsWith("\r\u001b[K") && !text.includes("\n"))).toBe(true);
    expect(written[2]).toBe("\r\u001b[K");
  });

  it.each([0, 1, 10, 50, 60, 80, 200])("fits %d columns", (columns) => {
    const { written, update } = start({ tty: true, columns });
    update({ sent: 123_456, planned: 1_000_000, violated: 12 });
    expect(width((written[0] ?? "").replace("\r\u001b[K", ""))).toBeLessThan(Math.max(1, columns));
  });

  it("shows the progress of reruns after all test cases", () => {
    const { written, update } = start({ tty: true, columns: 120 });
    update({ sent: 200, planned: 200, violated: 6, confirming: { tried: 3, of: 4 } });
    expect(written[0]).toContain("3 of 4 candidates rerun");
    expect(written[0]).toMatch(/\[(#+)-+\]/);
    expect(/\[(#+)(-+)\]/.exec(written[0] ?? "")?.[1]).toHaveLength(30);
  });

  it("names what each number counts", () => {
    const { written, wait, update } = start({ tty: true, columns: 120 });
    update({ sent: 1, planned: 224, requests: 12, violated: 1 });
    wait(100);
    update({ sent: 224, planned: 224, violated: 4, confirming: { tried: 3, of: 4, confirmed: 2 } });
    expect(written[0]).toContain("1 of 224 test cases executed (0 %), 12 requests, 1 candidate");
    expect(written[1]).toContain("3 of 4 candidates rerun, 2 confirmed so far");
  });

  it("says when requests begin that end some servers", () => {
    const { written, update } = start({ tty: true, columns: 160 });
    update({ sent: 230, planned: 245, violated: 1, phase: "ending" });
    expect(written[0]).toContain("1 candidate, now requests that end some servers");
  });

  it("limits how often it writes", () => {
    const { written, wait, update } = start({ tty: true });
    for (let sent = 0; sent < 1000; sent += 1) {
      update({ sent, planned: 1000, violated: 0 });
      wait(1);
    }
    expect(written).toHaveLength(10);
  });

  it("accepts more test cases than planned, and none planned", () => {
    const { written, wait, update } = start({ tty: true });
    update({ sent: 7, planned: 5, violated: 0 });
    wait(100);
    update({ sent: 0, planned: 0, violated: 0 });
    expect(written[0]).toContain("7 of 7 test cases executed (100 %)");
    expect(written[1]).toContain("0 of 0 test cases executed (0 %)");
  });
});

describe("progress elsewhere", () => {
  it("writes plain lines, at most one in two seconds, and the last one at the end", () => {
    const { written, wait, update, end } = start({ tty: false });
    for (let sent = 0; sent <= 50; sent += 1) {
      update({ sent, planned: 50, violated: 0 });
      wait(100);
    }
    end();
    const line = (sent: number, percent: number) =>
      `${sent} of 50 test cases executed (${percent} %), 0 candidates\n`;
    expect(written).toEqual([line(0, 0), line(20, 40), line(40, 80), line(50, 100)]);
  });

  it("does not repeat the last line at the end", () => {
    const { written, update, end } = start({ tty: false });
    update({ sent: 1, planned: 1, violated: 0 });
    end();
    expect(written).toHaveLength(1);
  });
});

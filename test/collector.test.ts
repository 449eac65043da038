import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { options } from "../api/options.ts";
import { collect, formats, prepareOut, writeReports } from "../reports/collector.ts";
import { json } from "../reports/json.ts";
import { Fault } from "../spec/fault.ts";
import { sampleReport } from "./sample-report.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "collector-"));
});
afterEach(() => rm(dir, { recursive: true }));

describe("the output folder", () => {
  it("is created with its parents, and the write check leaves it empty", async () => {
    const out = await prepareOut(join(dir, "a", "b"));
    expect(await readdir(out.dir)).toEqual([]);
  });

  it("is a fault when its path is a file, in a sentence with value, reason and remedy", async () => {
    const file = join(dir, "file");
    await writeFile(file, "");
    const error = await prepareOut(join(file, "reports")).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Fault);
    expect(String(error)).toMatch(
      /The output folder ".*file\/reports" cannot be written \(ENOTDIR\): .* choose another with --out\./,
    );
  });

  it("is a fault on a file system that accepts no files", async () => {
    await expect(prepareOut("/proc/self/reports")).rejects.toThrow(Fault);
  });

  it("keeps existing files", async () => {
    await writeFile(join(dir, "mine.txt"), "mine");
    const out = await prepareOut(dir);
    await writeReports(out, sampleReport(), []);
    expect((await readdir(dir)).sort()).toEqual(["mine.txt", "report.json"]);
  });
});

describe("a written report", () => {
  it("replaces the earlier one and leaves no other file behind", async () => {
    const out = await prepareOut(dir);
    await out.write("report.json", "old");
    await Promise.all(["1", "2", "3"].map((text) => out.write("report.json", text.repeat(100_000))));
    expect(await readdir(dir)).toEqual(["report.json"]);
    expect(await readFile(join(dir, "report.json"), "utf8")).toMatch(/^(1{100000}|2{100000}|3{100000})$/);
  });

  it("is never partially visible to a reader", async () => {
    const out = await prepareOut(dir);
    const texts = ["a", "b"].map((letter) => letter.repeat(2_000_000));
    await out.write("x", texts[0] ?? "");
    let writing = true;
    const writer = (async () => {
      for (let turn = 0; turn < 20; turn += 1) await out.write("x", texts[turn % 2] ?? "");
      writing = false;
    })();
    while (writing) expect(texts.includes(await readFile(join(dir, "x"), "utf8"))).toBe(true);
    await writer;
  });

  it("that cannot be written is a fault and leaves no temporary file", async () => {
    const out = await prepareOut(dir);
    await expect(out.write("no/such/folder", "x")).rejects.toThrow(Fault);
    await writeFile(join(dir, "free"), "");
    expect(await readdir(dir)).toEqual(["free"]);
  });

  it("exists in every requested format, and always as JSON", async () => {
    const out = await prepareOut(dir);
    await writeReports(out, sampleReport(), ["junit", "sarif"]);
    expect((await readdir(dir)).sort()).toEqual(["junit.xml", "report.json", "report.sarif"]);
    expect(await readFile(join(dir, "report.json"), "utf8")).toBe(json(sampleReport()));
  });
});

describe("the events of a run", () => {
  const file = () => join(dir, "report.ndjson");
  const history = (done: number) => ({ event: "history", id: `a/${done}`, done, planned: 9 }) as const;
  const names = async () =>
    (await readFile(file(), "utf8"))
      .split("\n")
      .filter((line) => line !== "")
      .map((line): string => JSON.parse(line).event);

  it("are in the file before the run ends, and stay when other reports are rewritten", async () => {
    await writeFile(file(), "of an earlier run\n");
    const reports = await collect(await prepareOut(dir), ["ndjson", "junit"]);
    reports.event?.(history(1));
    await expect.poll(names).toEqual(["history"]);
    await reports.soFar(sampleReport());
    reports.event?.(history(2));
    await expect.poll(names).toEqual(["history", "history"]);
    await reports.end(sampleReport());
    const all = await names();
    expect(all.slice(0, 3)).toEqual(["history", "history", "rule"]);
    expect(all.at(-1)).toBe("run-end");
    expect((await readdir(dir)).sort()).toEqual(["junit.xml", "report.json", "report.ndjson"]);
  });

  it("are written only on request", async () => {
    const reports = await collect(await prepareOut(dir), ["json"]);
    expect(reports.event).toBeUndefined();
    await reports.end(sampleReport());
    expect(await readdir(dir)).toEqual(["report.json"]);
  });

  it("that do not fit on a full disk are a fault at the end, after the other reports are written", async () => {
    await symlink("/dev/full", file());
    const reports = await collect(await prepareOut(dir), ["ndjson"]);
    reports.event?.(history(1));
    await expect(reports.end(sampleReport())).rejects.toThrow(
      /report\.ndjson" cannot be written \(ENOSPC\): .* choose another with --out\./,
    );
    expect(await readFile(join(dir, "report.json"), "utf8")).toBe(json(sampleReport()));
  });

  it("are a fault at once when the file cannot be opened", async () => {
    await symlink("/proc/self/none", file());
    await expect(collect(await prepareOut(dir), ["ndjson"])).rejects.toThrow(Fault);
  });
});

describe("the formats", () => {
  it("each have their own file and are deterministic", () => {
    expect(new Set(options.formats.of.map((name) => formats[name].file)).size).toBe(
      options.formats.of.length,
    );
    for (const name of options.formats.of)
      expect(formats[name].render(sampleReport())).toBe(formats[name].render(sampleReport()));
  });
});

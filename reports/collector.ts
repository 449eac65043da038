import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { github, sarif } from "./annotations.ts";
import { lineFile, makeFolder, proveWritable, replace, unwritable } from "./files.ts";
import { html } from "./html/report.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { eventLine, finalLines, ndjson, type PublishedEvent } from "./ndjson.ts";
import type { Report } from "./report.ts";
import { runMarkdown } from "./run-blocks.ts";

/** A folder that was proven writable. */
export interface Out {
  /** The path as the user gave it. */
  readonly dir: string;
  readonly path: string;
  /** Replaces the file atomically. Throws a Fault. */
  write(name: string, text: string): Promise<void>;
}

/** Creates the folder, relative to `cwd`, and checks that files can be written and replaced there. Throws a Fault. */
export async function prepareOut(dir: string, cwd = "."): Promise<Out> {
  const path = resolve(cwd, dir);
  try {
    await makeFolder(path);
    await proveWritable(path);
  } catch (error) {
    throw unwritable(`The output folder ${JSON.stringify(dir)}`, error, "out");
  }
  return {
    dir,
    path,
    write: async (name, text) => {
      await replace(join(path, name), text).catch((error: unknown) => {
        throw unwritable(`The report ${JSON.stringify(join(dir, name))}`, error, "out");
      });
    },
  };
}

/** Writes the report in the given formats, `json` always and first. */
export async function writeReports(out: Out, report: Report, names: readonly FormatName[]): Promise<void> {
  for (const name of new Set<FormatName>(["json", ...names])) {
    const { file, render } = formats[name];
    await out.write(file, render(report));
  }
}

/** Removes reports of earlier runs in formats that this run does not write. */
export async function removeOther({ path }: Out, names: readonly FormatName[]): Promise<void> {
  const kept = fileNames(names);
  const others = Object.values(formats).filter(({ file }) => !kept.includes(file));
  await Promise.all(others.map(({ file }) => rm(join(path, file), { force: true })));
}

/** The line that says which files were written; `others` are no reports. */
export function filesLine(
  { dir }: Out,
  names: readonly FormatName[],
  others: readonly string[] = [],
): string {
  return `Reports: ${dir}/ (${[...fileNames(names), ...others].join(", ")})`;
}

/** The files of these formats, and of `json`, which is first. */
function fileNames(names: readonly FormatName[]): readonly string[] {
  return [...new Set<FormatName>(["json", ...names])].map((name) => formats[name].file);
}

/** Writes the reports during a run: it rewrites each file, and appends events as they occur. */
export interface Collector {
  readonly event: ((event: PublishedEvent) => void) | undefined;
  /** Writes an intermediate report. */
  soFar(report: Report): Promise<void>;
  /** Writes the final report. Throws a Fault when it cannot be written. */
  end(report: Report): Promise<void>;
}

/** Removes older reports, and opens the event file when it is requested. Throws a Fault when it cannot be opened. */
export async function collect(out: Out, names: readonly FormatName[]): Promise<Collector> {
  await removeOther(out, names);
  const { file } = formats.ndjson;
  const failed = (cause: unknown) =>
    unwritable(`The report ${JSON.stringify(join(out.dir, file))}`, cause, "out");
  const events = names.includes("ndjson") ? await lineFile(join(out.path, file), failed) : null;
  const whole = names.filter((name) => name !== "ndjson");
  return {
    event: events === null ? undefined : (event) => events.add(eventLine(event)),
    soFar: (report) => writeReports(out, report, whole),
    end: async (report) => {
      await writeReports(out, report, whole);
      await events?.end(finalLines(report));
    },
  };
}

/** All formats by name: a file, and the pure function that renders its text. */
export const formats = {
  json: { file: "report.json", render: json },
  html: { file: "report.html", render: html },
  junit: { file: "junit.xml", render: junit },
  markdown: { file: "report.md", render: (report: Report) => runMarkdown(report) },
  github: { file: "github.txt", render: github },
  ndjson: { file: "report.ndjson", render: ndjson },
  sarif: { file: "report.sarif", render: sarif },
} as const;

/** A format name, as in `--format`. */
export type FormatName = keyof typeof formats;

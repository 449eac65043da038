import { Fault } from "../spec/fault.ts";
import { github } from "./github.ts";
import { har } from "./har.ts";
import { html } from "./html.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import { ndjson } from "./ndjson.ts";
import type { Report } from "./report.ts";
import { sarif } from "./sarif.ts";

/** The formats that reports are written in. */
export const formatNames = ["json", "html", "junit", "markdown", "github", "ndjson", "har", "sarif"] as const;

/** Name of a format as `--format` takes it. */
export type FormatName = (typeof formatNames)[number];

/** A file name and the pure function that fills it. */
export interface Format {
  readonly file: string;
  readonly render: (report: Report) => string;
}

/** All formats by name. */
export const formats: Readonly<Record<FormatName, Format>> = {
  json: { file: "report.json", render: json },
  html: { file: "report.html", render: html },
  junit: { file: "junit.xml", render: junit },
  markdown: { file: "report.md", render: (report) => markdown(report) },
  github: { file: "github.txt", render: github },
  ndjson: { file: "report.ndjson", render: ndjson },
  har: { file: "report.har", render: har },
  sarif: { file: "report.sarif", render: sarif },
};

/** The formats of a comma-separated list, `json` always and first; a Fault names an unknown one and the known ones. */
export function parseFormats(list: string): readonly FormatName[] {
  const wanted = list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return [...new Set<FormatName>(["json", ...wanted.map(parseFormat)])];
}

function parseFormat(name: string): FormatName {
  const found = formatNames.find((known) => known === name);
  if (found !== undefined) return found;
  throw new Fault(`The format ${JSON.stringify(name)} is unknown: choose from ${formatNames.join(", ")}.`);
}

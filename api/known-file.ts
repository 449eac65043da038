import { readFile } from "node:fs/promises";
import { type Judgement, judgeKnown, type KnownFile, parseKnown } from "../reports/known.ts";
import type { Report } from "../reports/report.ts";
import { ruleIds } from "../rules/index.ts";
import { Fault } from "../spec/fault.ts";

/** Reads a file of known deviations; throws a Fault when there is none or when it is wrong. */
export async function readKnown(file: string | URL): Promise<KnownFile> {
  const name = `${file}`;
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new Fault(
      `The file of known deviations ${JSON.stringify(name)} cannot be read: give one that exists, or make it with --update-known.`,
      { cause },
    );
  });
  return parseKnown(text, name, ruleIds);
}

/** Holds a run against what is known of its target, today. */
export function judgeToday(report: Report, known: KnownFile): Judgement {
  return judgeKnown(report, known, new Date().toISOString().slice(0, 10));
}

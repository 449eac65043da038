import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { judgeKnown, newsIn } from "../reports/known.ts";
import { parseKnown } from "../reports/known-file.ts";
import { updateKnown } from "../reports/known-update.ts";
import type { Report } from "../reports/report.ts";
import { exitCode } from "../reports/verdict.ts";
import { type RuleId, rules } from "../rules/index.ts";
import { judgeVariant, type VariantOptions } from "../runner/kill-matrix.ts";
import { bearingOn } from "../suites/bearing.ts";
import { boundary } from "../suites/boundary.ts";
import { fuzz } from "../suites/fuzz.ts";
import { spellings } from "../suites/spellings.ts";
import { state } from "../suites/state.ts";
import type { Mutation } from "../targets/reference/behaviour.ts";
import { mutants } from "../targets/reference/mutants/index.ts";
import { overlooking, rewriting, taking, together } from "../targets/reference/mutants/mutant.ts";
import { partOf } from "./part-of.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const today = "2026-11-29";
const matching = (pattern: RegExp) => (value: string) => pattern.test(value);
const numbers = (value: unknown) => (typeof value === "number" ? String(value) : value);
const scalars = (value: unknown) => (typeof value === "boolean" ? String(value) : numbers(value));

/** Two defects of one rule: the second accepts all that the first accepts, and more. */
const pairs: readonly (readonly [rule: RuleId, narrow: Mutation, wide: Mutation])[] = [
  [
    "StatementId.pattern",
    overlooking("StatementId", "pattern", matching(/^[\w:-]+$/)),
    overlooking("StatementId", "pattern", matching(/^.{1,100}$/)),
  ],
  [
    "StatementId.maxLength",
    overlooking("StatementId", "maxLength", ({ length }) => length === 101),
    overlooking("StatementId", "maxLength"),
  ],
  ["StatementId.type", taking("StatementId", numbers), taking("StatementId", scalars)],
  [
    "Action.pattern",
    overlooking("Action", "pattern", matching(/^lambda:[a-zA-Z0-9]+$/)),
    overlooking("Action", "pattern"),
  ],
  [
    "EventSourceToken.pattern",
    overlooking("EventSourceToken", "pattern", matching(/^[\w.@-]+$/)),
    overlooking("EventSourceToken", "pattern"),
  ],
  [
    "EventSourceToken.maxLength",
    overlooking("EventSourceToken", "maxLength", ({ length }) => length === 257),
    overlooking("EventSourceToken", "maxLength"),
  ],
  [
    "SourceAccount.pattern",
    overlooking("SourceAccount", "pattern", matching(/^\d{11}$/)),
    overlooking("SourceAccount", "pattern", matching(/^\d+$/)),
  ],
  [
    "SourceArn.pattern",
    overlooking("SourceArn", "pattern", (value) => value.split(":")[4] === "*"),
    overlooking("SourceArn", "pattern"),
  ],
  [
    "body.malformed-json",
    rewriting((text) => text.slice(0, text.lastIndexOf("}") + 1)),
    rewriting((text) => text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1)),
  ],
  ["EventSourceToken.type", taking("EventSourceToken", numbers), taking("EventSourceToken", scalars)],
];

const folder = temporaryFolder();

/** Runs test cases whose inputs are the same at every seed, as the rest has no kinds. */
function judged(
  mutate: Mutation,
  ids: readonly RuleId[],
  options: Partial<VariantOptions> = {},
): Promise<Report> {
  const asked = rules.filter(({ id }) => ids.some((one) => one === id));
  return judgeVariant(mutate, { seed: 1, rules: asked, ...options });
}

/** The test cases of the suite boundary that are about the member of a rule. */
const about = (rule: RuleId) => partOf(boundary, new RegExp(`^boundary/${rule.split(".")[0]}/`));

describe("A known-file records which kinds of input violate a rule", () => {
  it.each(pairs)(
    "%s",
    async (rule, narrow, wide) => {
      const known = join(folder, `${rule}.yaml`);
      const file = async (report: Report) => {
        const text = updateKnown(null, report, today);
        await writeFile(known, text);
        return text;
      };
      const read = async () => parseKnown(await readFile(known, "utf8"), known, null);
      const chosen = [about(rule)];
      const few = await judged(narrow, [rule], { chosen });
      const ofFew = await file(few);

      // More than what is recorded is news, and the counterexample shows it.
      const many = await judged(wide, [rule], { chosen, seed: 2, isNews: newsIn(await read()) });
      const { report: wider } = judgeKnown(many, await read(), today);
      const [failure, ...others] = wider.gate?.failures ?? [];
      expect([exitCode(wider), failure?.code, failure?.rule, others]).toEqual([1, "wider", rule, []]);
      const [found] = wider.rules;
      const kind = found?.counterexample?.kind ?? "";
      expect(Object.values(failure?.kinds ?? {}).flat()).toContain(kind);
      expect(ofFew).not.toMatch(new RegExp(`[ [{]${kind}[,\\]]`));
      expect(failure?.message).toMatch(new RegExp(`^also violated by ${kind}.*POST /`));
      expect(found?.counterexample?.reruns?.shown).toBeGreaterThan(0);
      expect(updateKnown(ofFew, many, today)).toBe(await file(many));

      // Fewer are better, and fail nothing; an update narrows the entry.
      await file(many);
      const fewer = judgeKnown(few, await read(), today);
      expect(fewer.report.gate?.failures).toEqual([]);
      expect(fewer.report.gate?.notes).toMatchObject([{ code: "better", rule }]);
      expect(updateKnown(await file(many), few, today)).toBe(ofFew);
    },
    60_000,
  );

  it("which are the same at every seed", async () => {
    const all = [
      ...pairs.slice(0, 3).map(([, narrow]) => narrow),
      mutants["StatementId.duplicate"].mutate,
      mutants["success.is-201"].mutate,
      mutants["errors.documented-name"].mutate,
    ];
    const mutate = together(...all);
    const known = join(folder, "seeds.yaml");
    const ids: readonly RuleId[] = [
      "StatementId.pattern",
      "StatementId.maxLength",
      "StatementId.type",
      "StatementId.duplicate",
      "success.is-201",
      "errors.documented-name",
    ];
    const chosen = [about("StatementId.type"), ...(bearingOn([spellings, state, fuzz], ids) ?? [])];
    const first = await judged(mutate, ids, { chosen, runs: 10 });
    const text = updateKnown(null, first, today);
    expect(ids.filter((id) => !text.includes(id))).toEqual([]);
    const file = parseKnown(text, known, null);
    for (const seed of [2, 3, 4]) {
      const run = await judged(mutate, ids, { chosen, seed, runs: 10, isNews: newsIn(file) });
      const { report } = judgeKnown(run, file, today);
      expect([seed, exitCode(report), report.gate]).toEqual([
        seed,
        0,
        { file: known, failures: [], notes: [] },
      ]);
    }
  }, 120_000);
});

import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { tool } from "../api/tool.ts";
import { github, sarif } from "../reports/annotations.ts";
import { shapeOf } from "../reports/deviation.ts";
import { html } from "../reports/html/report.ts";
import { json } from "../reports/json.ts";
import { junit } from "../reports/junit.ts";
import { judgeKnown, nameOf, newsIn } from "../reports/known.ts";
import { parseKnown } from "../reports/known-file.ts";
import { updateKnown } from "../reports/known-update.ts";
import { readReport } from "../reports/read-report.ts";
import type { Outcome, Report, RuleReport } from "../reports/report.ts";
import { runMarkdown, runText } from "../reports/run-blocks.ts";
import { exitCode, ruleStatus } from "../reports/verdict.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { recorder } from "../runner/recording.ts";
import { Fault } from "../spec/fault.ts";
import { bearingOn } from "../suites/bearing.ts";
import { ordinarySuites } from "../suites/index.ts";
import { faithful } from "../targets/reference/behaviour.ts";
import { mutants } from "../targets/reference/mutants/index.ts";
import { together } from "../targets/reference/mutants/mutant.ts";
import { createReference } from "../targets/reference/reference.ts";
import { type Ran, runCommand } from "./command.ts";
import { sampleCounterexample, sampleReport, sampleRule, sampleStep } from "./sample-report.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const today = "2026-11-23";

const oneLine = (text: string) => text.replace(/\s+/g, " ");

function broken(id: string, status: number | null = 200): RuleReport {
  const counterexample = sampleCounterexample({ steps: [sampleStep('{"StatementId":"s1"}', status)] });
  return sampleRule(id, { verdicts: { document: "violated", aws: "violated" }, counterexample });
}

function reportOf(rules: readonly RuleReport[], changes: Partial<Report> = {}): Report {
  const count = (outcome: Outcome) => rules.filter((rule) => rule.verdicts.document === outcome).length;
  const tally = {
    holds: count("holds"),
    violated: count("violated"),
    known: 0,
    inconclusive: count("inconclusive"),
    unexercised: count("unexercised"),
  };
  return sampleReport({ rules, summary: { document: tally, aws: tally }, ...changes });
}

const both = reportOf([broken("a.one"), broken("a.two", 500), sampleRule("a.three")]);

/** The known-file after one run, parsed. */
function baseline(report: Report, text: string | null = null) {
  const written = updateKnown(text, report, today);
  return {
    written,
    known: parseKnown(written, "known.yaml", null),
  };
}

function counted(report: Report, known: ReturnType<typeof baseline>["known"], on = today) {
  const judged = judgeKnown(report, known, on);
  return {
    known: judged.report.rules.filter((rule) => rule.known).map((rule) => rule.id),
    fresh: judged.fresh.map((rule) => rule.id),
    stale: judged.stale.map(nameOf),
    changed: judged.changed.map(({ was, is }) => `${was} -> ${is}`),
    wider: judged.wider.map(({ rule, kinds }) => [rule, kinds]),
    better: judged.better.map(({ rule, kinds }) => [rule, kinds]),
    expired: judged.expired.map(nameOf),
    unseen: judged.unseen.map(nameOf),
  };
}

const nothing = {
  ...{ known: [], fresh: [], stale: [], changed: [] },
  ...{ wider: [], better: [], expired: [], unseen: [] },
};

describe("a run compared with a known-file", () => {
  it("excuses every violation of the baseline and counts it as known", () => {
    const { known } = baseline(both);
    expect(counted(both, known)).toEqual({ ...nothing, known: ["a.one", "a.two"] });
    expect(judgeKnown(both, known, today).report.summary.document).toEqual({
      holds: 1,
      violated: 0,
      known: 2,
      inconclusive: 0,
      unexercised: 0,
    });
  });

  it("is idempotent", () => {
    const { known } = baseline(both);
    const once = judgeKnown(both, known, today).report;
    expect(judgeKnown(once, known, today).report).toEqual(once);
  });

  it("removes a known mark from the report when the file no longer has the entry", () => {
    const { known } = baseline(both);
    const once = judgeKnown(both, known, today).report;
    const { gate, ...report } = judgeKnown(once, { fileName: "known.yaml", entries: [] }, today).report;
    expect(report).toEqual(both);
    expect(gate).toEqual({ file: "known.yaml", failures: [], notes: [] });
  });

  it("finds an entry stale once its rule holds", () => {
    const { known } = baseline(both);
    const repaired = reportOf([sampleRule("a.one"), broken("a.two", 500), sampleRule("a.three")]);
    expect(counted(repaired, known)).toEqual({ ...nothing, known: ["a.two"], stale: ["a.one"] });
  });

  it("names only the new violation", () => {
    const { known } = baseline(both);
    const worse = reportOf([broken("a.one"), broken("a.two", 500), broken("a.three")]);
    expect(counted(worse, known)).toEqual({ ...nothing, known: ["a.one", "a.two"], fresh: ["a.three"] });
  });

  it("shows both shapes of a changed deviation and does not excuse it", () => {
    const { known } = baseline(both);
    const other = reportOf([broken("a.one", 500), broken("a.two", null), sampleRule("a.three")]);
    expect(counted(other, known)).toEqual({
      ...nothing,
      changed: ["accepted -> 500 ServiceException", "500 ServiceException -> no answer: timeout"],
    });
  });

  it("cannot check an entry whose rule is unexercised, and excuses one that is inconclusive", () => {
    const { known } = baseline(both);
    const of = (outcome: "unexercised" | "inconclusive") =>
      reportOf(
        [
          sampleRule("a.one", { verdicts: { document: outcome, aws: outcome } }),
          broken("a.two", 500),
          sampleRule("a.three"),
        ],
        { faults: [], problems: [] },
      );
    expect(counted(of("unexercised"), known)).toEqual({ ...nothing, known: ["a.two"], unseen: ["a.one"] });
    expect(exitCode(judgeKnown(of("unexercised"), known, today).report)).toBe(3);
    // It was seen to be violated, and reruns did not show it.
    expect(counted(of("inconclusive"), known)).toEqual({ ...nothing, known: ["a.one", "a.two"] });
    expect(exitCode(judgeKnown(of("inconclusive"), known, today).report)).toBe(0);
  });

  it("cannot check an entry whose rule is missing, or holds in an incomplete run", () => {
    const { known } = baseline(both);
    expect(counted(reportOf([broken("a.two", 500)]), known).unseen).toEqual(["a.one"]);
    const cut = reportOf([sampleRule("a.one"), broken("a.two", 500)], { incomplete: true });
    expect(counted(cut, known)).toEqual({ ...nothing, known: ["a.two"], unseen: ["a.one"] });
  });

  it("cannot check an entry whose rule holds in a run without all suites, and keeps it", () => {
    const { known, written } = baseline(both);
    const rules = [sampleRule("a.one"), broken("a.two", 500)];
    const some = reportOf(rules, { only: { suites: ["questions"] } });
    expect(counted(some, known)).toEqual({ ...nothing, known: ["a.two"], unseen: ["a.one"] });
    expect(updateKnown(written, some, today)).toBe(written);
    const all = reportOf(rules, { only: { rules: 2 } });
    expect(counted(all, known)).toEqual({ ...nothing, known: ["a.two"], stale: ["a.one"] });
  });

  it("excuses until the day before an entry expires", () => {
    const { written } = baseline(reportOf([broken("a.one")]));
    const known = parseKnown(`${written}    expires: 2027-06-01\n`, "known.yaml", null);
    const report = reportOf([broken("a.one")]);
    expect(counted(report, known, "2027-05-31")).toEqual({ ...nothing, known: ["a.one"] });
    expect(counted(report, known, "2027-06-01")).toEqual({ ...nothing, expired: ["a.one"] });
  });

  it("uses the deciding column; observed rules count in one column only", () => {
    const observed = { ...broken("a.seen"), basis: "observed" } as const;
    expect(counted(reportOf([observed]), { fileName: "k", entries: [] }).fresh).toEqual([]);
    expect(counted(reportOf([observed], { profile: "aws" }), { fileName: "k", entries: [] }).fresh).toEqual([
      "a.seen",
    ]);
  });
});

describe("kinds of input", () => {
  const of = (kinds: RuleReport["kinds"], changes: Partial<RuleReport> = {}) =>
    reportOf([{ ...broken("a.one"), ...(kinds === undefined ? {} : { kinds }), ...changes }]);
  const file = (seen: string) =>
    parseKnown(
      `version: 1\ndeviations:\n  - {rule: a.one, because: "", date: 2026-01-01, seen: ${seen}}\n`,
      "k.yaml",
      null,
    );
  const shown = (kind: string) => sampleCounterexample({ ...broken("a.one").counterexample, kind });

  it("are news only where the counterexample shows one that is not recorded", () => {
    const known = file("{accepted: [colon]}");
    const seenOnce = of({ accepted: ["blank", "colon"] });
    expect(counted(seenOnce, known)).toEqual({ ...nothing, known: ["a.one"] });
    const confirmed = of({ accepted: ["blank", "colon"] }, { counterexample: shown("blank") });
    expect(counted(confirmed, known)).toEqual({ ...nothing, wider: [["a.one", { accepted: ["blank"] }]] });
    expect(newsIn(known)("a.one", { kind: "blank", answer: "accepted" })).toBe(true);
    expect(newsIn(known)("a.one", { kind: "colon", answer: "accepted" })).toBe(false);
    expect(newsIn(known)("a.one", { kind: "colon", answer: "400 X" })).toBe(true);
    expect(newsIn(known)("a.two", { kind: "blank", answer: "accepted" })).toBe(false);
  });

  it("are better where fewer violate the rule in a whole run", () => {
    const known = file("{accepted: [blank, colon]}");
    const better = [["a.one", { accepted: ["blank"] }]];
    expect(counted(of({ accepted: ["colon"] }), known)).toEqual({ ...nothing, known: ["a.one"], better });
    const part = { ...of({ accepted: ["colon"] }), only: { suites: ["state"] } };
    expect(counted(part, known)).toEqual({ ...nothing, known: ["a.one"] });
    // Only random requests violate it.
    expect(counted(of(undefined), known).known).toEqual(["a.one"]);
  });

  it("may be all of a rule, or the answers of a rule about any refusal", () => {
    expect(counted(of({ accepted: ["blank"] }), file("{accepted: all}")).better).toHaveLength(1);
    const all = of({ accepted: ["blank"] }, { allKinds: true });
    expect(counted(all, file("{accepted: all}"))).toEqual({ ...nothing, known: ["a.one"] });
    expect(updateKnown(null, all, today)).toContain("    seen: {accepted: all}\n");
    const other = of({ "400 X": [], "500 ServiceException": [] }, broken("a.one", 500));
    expect(counted(other, file('{"400 X": []}')).wider).toEqual([["a.one", { "500 ServiceException": [] }]]);
  });

  it("are added to the entry of an earlier version", () => {
    const text = `version: 1\ndeviations:\n  - {rule: a.one, because: x, date: 2026-01-01, seen: "201"}\n`;
    const report = of({ accepted: ["colon"] });
    expect(counted(report, parseKnown(text, "k", null))).toEqual({ ...nothing, known: ["a.one"] });
    const updated = updateKnown(text, report, today);
    expect(updated).toContain("seen: {accepted: [colon]}");
    expect(updateKnown(updated, report, "2030-01-01")).toBe(updated);
  });
});

describe("an entry for a cause", () => {
  const cause = (rules: readonly string[]) => ({
    ...{
      id: "values.accepted",
      title: "A value that breaks its pattern or length is refused",
      gravity: "acceptance" as const,
    },
    ...{ rules, requests: 2, rule: "a.one", counterexample: sampleCounterexample() },
  });
  const two = reportOf([broken("a.one"), broken("a.two"), sampleRule("a.three")], {
    causes: [cause(["a.one", "a.two"])],
  });
  const mended = (...rules: readonly RuleReport[]) => reportOf([...rules, sampleRule("a.three")]);

  it("holds the rules of one cause, and is stale when none of them deviates", () => {
    const { written, known } = baseline(two);
    expect(written).toContain(`deviations:
  # A value that breaks its pattern or length is refused
  - cause: values.accepted
    because: ""
    date: 2026-11-23
    rules:
      a.one: accepted
      a.two: accepted
`);
    expect(counted(two, known)).toEqual({ ...nothing, known: ["a.one", "a.two"] });
    const one = mended(sampleRule("a.one"), broken("a.two"));
    expect(counted(one, known)).toEqual({ ...nothing, known: ["a.two"], better: [["a.one", {}]] });
    expect(updateKnown(written, one, today)).not.toContain("a.one");
    const none = mended(sampleRule("a.one"), sampleRule("a.two"));
    expect(counted(none, known)).toEqual({ ...nothing, stale: ["values.accepted"] });
    expect(updateKnown(written, none, today)).toContain("deviations: []");
    const third = reportOf([broken("a.one"), broken("a.two"), broken("a.three")], {
      causes: [cause(["a.one", "a.two", "a.three"])],
    });
    expect(counted(third, known).fresh).toEqual(["a.three"]);
    expect(updateKnown(written, third, today)).toContain("      a.two: accepted\n      a.three: accepted\n");
  });

  it("excuses all its rules without naming them, until the cause is gone", () => {
    const text = `version: 1\ndeviations:\n  - {cause: values.accepted, because: x, date: 2026-01-01}\n`;
    const known = parseKnown(text, "k", null);
    expect(counted(two, known)).toEqual({ ...nothing, known: ["a.one", "a.two"] });
    expect(updateKnown(text, two, today)).toBe(text);
    const none = mended(sampleRule("a.one"), sampleRule("a.two"));
    expect(counted(none, known)).toEqual({ ...nothing, stale: ["values.accepted"] });
    const undecided = sampleRule("a.one", { verdicts: { document: "inconclusive", aws: "inconclusive" } });
    expect(counted(mended(undecided), known)).toEqual(nothing);
  });
});

describe("a rule that cannot be judged", () => {
  const left = (outcome: "unexercised" | "inconclusive" | "holds") =>
    reportOf(
      [
        broken("a.one"),
        sampleRule("a.left", {
          verdicts: { document: outcome, aws: outcome },
          reason: "none was of its kind",
        }),
        sampleRule("a.three"),
      ],
      { faults: [], problems: [] },
    );

  it("is recorded with the reason, so that the next run passes", () => {
    const { written, known } = baseline(left("unexercised"));
    expect(written).toContain("because: none was of its kind\n    date: 2026-11-23\n    seen: not judged\n");
    const { report } = judgeKnown(left("unexercised"), known, today);
    expect([exitCode(report), ruleStatus(report.rules[1] ?? broken("x"), report)]).toEqual([0, "recorded"]);
    expect(counted(left("inconclusive"), known).known).toEqual(["a.one", "a.left"]);
    expect(counted(left("holds"), known).stale).toEqual(["a.left"]);
    const violated = reportOf([broken("a.one"), broken("a.left")]);
    expect(counted(violated, known).changed).toEqual(["not judged -> accepted"]);
  });

  it("and was seen in part may be judged by another run", () => {
    const { written, known } = baseline(left("inconclusive"));
    expect(written).toContain("seen: sometimes not judged");
    expect(counted(left("holds"), known)).toEqual({ ...nothing, known: ["a.one"], unseen: ["a.left"] });
  });

  it("is not recorded by a run without all suites", () => {
    const part = { ...left("unexercised"), only: { suites: ["state"] } };
    expect(updateKnown(null, part, today)).not.toContain("a.left");
  });
});

describe("what fails the gate", () => {
  const report = reportOf([
    sampleRule("a.stale"),
    broken("a.changed", 500),
    broken("a.expired"),
    { ...broken("a.known"), kinds: { accepted: ["blank"] } },
  ]);
  const entry = (rule: string, rest: string) =>
    `  - {rule: ${rule}, because: tracked by us, link: "https://example.com/7", date: 2026-01-01, ${rest}}\n`;
  const known = parseKnown(
    `version: 1\ndeviations:\n${entry("a.stale", "seen: accepted")}${entry("a.changed", "seen: accepted")}${entry("a.expired", "seen: accepted, expires: 2026-02-01")}${entry("a.known", "seen: {accepted: [blank, colon]}")}`,
    "my/known.yaml",
    null,
  );
  const { report: judged } = judgeKnown(report, known, today);
  const stale = "a.stale no longer deviates: remove it from the file";
  const changed = "a.changed was accepted, is 500 ServiceException";
  const expired = "a.expired was accepted until 2026-02-01";

  it("is in every format, with the exit code's sentence of the process", () => {
    expect(exitCode(judged)).toBe(1);
    expect(judged.gate?.failures.map(({ code, line }) => [code, line])).toEqual([
      ["stale", 3],
      ["changed", 4],
      ["expired", 5],
    ]);
    const alone = judgeKnown(reportOf([sampleRule("a.stale")]), known, today).report;
    expect(html(alone)).toContain("Exit code 1: an entry of the known-file fails.");
    const texts = [
      [
        html(judged),
        runMarkdown(judged).replaceAll(/<\/?code>/g, ""),
        junit(judged),
        github(judged),
        sarif(judged),
      ],
      [runText(judged, { columns: 200, color: false })],
    ].flat();
    for (const text of texts) for (const one of [stale, changed, expired]) expect(text).toContain(one);
    expect(junit(judged)).toMatch(/failures="5"/);
    expect(github(judged)).toContain(`::error title=stale a.stale,file=my/known.yaml,line=3::${stale}`);
    expect(readReport(json(judged), "report.json").gate).toEqual(judged.gate);
  });

  it("stands beside the reasons of what is known", () => {
    const because = "tracked by us https://example.com/7";
    expect(junit(judged)).toContain(`<skipped message="known deviation: ${because}"/>`);
    expect(github(judged)).toContain(`::notice title=1 known deviation::a.known: ${because}`);
    expect(sarif(judged)).toContain(`"justification": "${because}"`);
    const markdown = runMarkdown(judged).replaceAll("&#58;", ":");
    for (const text of [html(judged), markdown, runText(judged, { columns: 200, color: false })])
      expect(text).toContain(because);
    expect(runMarkdown(judged)).toContain("no longer violated by colon");
  });
});

describe("an intermittent race", () => {
  const steps = [sampleStep('{"StatementId":"a"}', 412), sampleStep('{"StatementId":"b"}', 201)].map(
    (step) => ({
      ...step,
      request: { ...step.request, round: 1 },
    }),
  );
  const lost = (shown: number, order: typeof steps = steps) => ({
    ...broken("race.one"),
    counterexample: sampleCounterexample({
      steps: order,
      reproduced: "now and then",
      reruns: { shown, tried: 20 },
    }),
  });

  it("has the same shape for any order of its calls", () => {
    const answers = [shapeOf(lost(3)), shapeOf(lost(3, steps.toReversed()))];
    expect(answers[0]).toMatch(/^412 /);
    expect(answers[1]).toBe(answers[0]);
  });

  it("is recorded as intermittent, excused when it is lost again, and not stale otherwise", () => {
    const text = updateKnown(null, reportOf([lost(3)]), today);
    expect(text).toMatch(/seen: "sometimes 412 \w+"/);
    const file = parseKnown(text, "k.yaml", null);
    expect(counted(reportOf([lost(20)]), file)).toEqual({ ...nothing, known: ["race.one"] });
    expect(counted(reportOf([sampleRule("race.one")]), file)).toEqual({ ...nothing, unseen: ["race.one"] });
    expect(updateKnown(text, reportOf([sampleRule("race.one")]), today)).toBe(text);
  });

  it("is stale when it is no longer lost, if it was always lost before", () => {
    const file = parseKnown(updateKnown(null, reportOf([lost(20)]), today), "k.yaml", null);
    expect(counted(reportOf([sampleRule("race.one")]), file)).toEqual({ ...nothing, stale: ["race.one"] });
  });
});

describe("a shape", () => {
  it("contains the status and error name of the last step, or why there is no answer", () => {
    expect(shapeOf(broken("a", 201))).toBe("accepted");
    expect(shapeOf(broken("a", 200))).toBe("accepted");
    expect(shapeOf(broken("a", 500))).toBe("500 ServiceException");
    expect(shapeOf(broken("a", null))).toBe("no answer: timeout");
    const said = {
      ...sampleStep(null, null),
      silence: "reset of a kind: timeout",
      silenceCode: "tls",
    } as const;
    const silent = sampleRule("a", { counterexample: sampleCounterexample({ steps: [said] }) });
    expect(shapeOf(silent)).toBe("no answer: tls");
    expect(shapeOf(sampleRule("a"))).toBe("no counterexample");
  });
});

describe("--update-known", () => {
  const text = `# our gate
version: 1
deviations:
  # the team knows
  - rule: a.two
    because: 'it is slow' # really
    link: https://example.com/1
    date: 2026-01-01
    seen: "201"

  # soon gone
  - rule: a.three
    because: ""
    date: 2026-01-01
    seen: "201"

  - rule: a.four # not run today
    because: ""
    date: 2026-01-01
    seen: "201"
# the end
`;

  it("corrects, drops and adds entries, and keeps comments and order", () => {
    expect(updateKnown(text, both, today)).toBe(`# our gate
version: 1
deviations:
  # the team knows
  - rule: a.two
    because: 'it is slow' # really
    link: https://example.com/1
    date: 2026-11-23
    seen: "500 ServiceException"

  - rule: a.four # not run today
    because: ""
    date: 2026-01-01
    seen: "201"
  # The claim of a.one
  - rule: a.one
    because: ""
    date: 2026-11-23
    seen: accepted

# the end
`);
  });

  it("writes a complete file when there is none", () => {
    expect(updateKnown(null, reportOf([broken("a.one")]), today)).toBe(
      `# yaml-language-server: $schema=./node_modules/addpermission-conformance/reports/known.schema.json
version: 1
deviations:
  # The claim of a.one
  - rule: a.one
    because: ""
    date: 2026-11-23
    seen: accepted
`,
    );
  });

  it("takes the title of an entry away with it", () => {
    const written = updateKnown(null, reportOf([broken("a.one"), broken("a.two")]), today);
    const left = updateKnown(written, reportOf([sampleRule("a.one"), broken("a.two")]), today);
    expect(left).not.toContain("a.one");
    expect(left).toContain("deviations:\n  # The claim of a.two\n  - rule: a.two\n");
  });

  it("keeps an unchanged file byte for byte in any layout", () => {
    const odd =
      'version:   1\r\ndeviations:   [ {rule: a.one, because: "x",  date: 2026-01-01, seen: "200"} ] # odd\r\n';
    expect(updateKnown(odd, reportOf([broken("a.one")]), today)).toBe(odd);
  });

  it("does not extend an entry that has expired", () => {
    const expired = `version: 1\ndeviations:\n- {rule: a.one, because: x, date: 2026-01-01, expires: 2026-02-01, seen: "200"}\n`;
    expect(updateKnown(expired, reportOf([broken("a.one")]), today)).toBe(expired);
  });

  it("gives a file that passes the gate, for any earlier file and any run", () => {
    const rule = fc.tuple(
      fc.constantFrom("a.one", "a.two", "b.one", "b.two"),
      fc.constantFrom(200, 201, 500, null, "holds", "out"),
    );
    const run = fc.uniqueArray(rule, { selector: ([id]) => id, maxLength: 4 }).map((list) =>
      reportOf(
        list.flatMap(([id, what]) => {
          if (what === "out") return [];
          return [typeof what === "string" ? sampleRule(id) : broken(id, what)];
        }),
      ),
    );
    fc.assert(
      fc.property(run, run, (first, second) => {
        const { written } = baseline(first);
        const { written: again, known } = baseline(second, written);
        const { known: _, unseen: __, ...complaints } = counted(second, parseKnown(again, "k", null));
        expect(complaints).toEqual({ fresh: [], stale: [], changed: [], wider: [], better: [], expired: [] });
        expect(known.entries.length).toBeLessThanOrEqual(4);
        expect(updateKnown(again, second, "2030-01-01")).toBe(again);
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});

const entry = (changes: string, first = "rule: success.is-201") =>
  `version: 1\ndeviations:\n  - ${first}\n    because: ""\n    date: 2026-11-23\n    seen: "200"\n${changes}`;

describe("a bad known-file", () => {
  const ids = ["success.is-201", "answer.known-name"];

  it.each([
    [
      "an unknown rule",
      entry("", "rule: sucess.is-201"),
      'k.yaml:3:11: unknown rule "sucess.is-201", expected an id that the `rules` command lists: did you mean "success.is-201"?',
    ],
    [
      "an unknown rule without a similar one",
      entry("", "rule: zzz"),
      'k.yaml:3:11: unknown rule "zzz", expected an id that the `rules` command lists: delete the entry or correct its id',
    ],
    [
      "the beginning of a rule",
      entry("", "rule: success.is-2"),
      'k.yaml:3:11: unknown rule "success.is-2", expected an id that the `rules` command lists: did you mean "success.is-201"?',
    ],
    [
      "an unknown cause",
      entry("", "cause: value.accepted"),
      'k.yaml:3:12: unknown cause "value.accepted", expected an id that the report shows: did you mean one that starts with "values"?',
    ],
    [
      "a rule and a cause",
      entry("    cause: values.accepted\n"),
      "k.yaml:7:12: an entry names a rule and a cause, expected one of them: make two entries",
    ],
    [
      "what is no answer",
      entry("").replace('"200"', "{ refused: [blank] }"),
      'k.yaml:6:13: "refused" is no answer, expected one such as accepted or "400 ValidationException": correct it',
    ],
    [
      "a rule in two entries",
      `${entry("")}  - cause: values.accepted\n    because: ""\n    date: 2026-11-23\n    rules: { success.is-201: accepted }\n`,
      'k.yaml:10:14: a second entry for "success.is-201", expected one, see line 3: delete one of the two',
    ],
    [
      "a duplicate entry",
      `${entry("")}  - rule: success.is-201\n    because: ""\n    date: 2026-11-23\n    seen: "201"\n`,
      'k.yaml:7:5: a second entry for "success.is-201", expected one, see line 3: delete one of the two',
    ],
    [
      "a number instead of text",
      entry("").replace('"200"', "200"),
      'k.yaml:6:11: seen is 200, expected an answer such as accepted, "400 ValidationException", "no answer: timeout", "sometimes accepted" or not judged, or a mapping from answers to kinds of input: put it in quotes',
    ],
    [
      "an invalid shape",
      entry("").replace('"200"', "two hundred"),
      'k.yaml:6:11: seen is "two hundred", expected an answer such as accepted, "400 ValidationException", "no answer: timeout", "sometimes accepted" or not judged, or a mapping from answers to kinds of input: correct it',
    ],
    [
      "a missing member",
      entry("").replace('    because: ""\n', ""),
      'k.yaml:3:5: "because" is missing, expected text: add it',
    ],
    [
      "a misspelt member",
      entry("    expire: 2027-01-01\n"),
      'k.yaml:7:5: unknown member "expire", expected rule, cause, because, link, date, expires, seen, rules: did you mean "expires"?',
    ],
    [
      "an invalid day",
      entry("    expires: 2027-02-30\n"),
      'k.yaml:7:14: expires is "2027-02-30", expected a day such as 2026-11-23: correct it',
    ],
    [
      "an invalid link",
      entry("    link: javascript:alert(1)\n"),
      'k.yaml:7:11: link is "javascript:alert(1)", expected an http or https address: correct it',
    ],
    [
      "text instead of an entry",
      "version: 1\ndeviations:\n  - success.is-201\n",
      'k.yaml:3:5: an entry is "success.is-201", expected a mapping with rule, because, date and seen: start it with "- rule:" or "- cause:"',
    ],
    [
      "another version",
      "version: 2\ndeviations: []\n",
      "k.yaml:1:10: version is 2, expected 1: write that, or use the release that wrote this file",
    ],
    [
      "no version",
      "deviations: []\n",
      'k.yaml:1:1: "version" is missing, expected 1: start the file with "version: 1" and "deviations:"',
    ],
    [
      "no list",
      "version: 1\n",
      'k.yaml:1:1: "deviations" is missing, expected a list with one entry for each rule or cause: start the file with "version: 1" and "deviations:"',
    ],
    [
      "a mapping for a list",
      "version: 1\ndeviations: {}\n",
      "k.yaml:2:13: deviations is a mapping, expected a list with one entry for each rule or cause: correct it",
    ],
    [
      "an empty file",
      "",
      'k.yaml:1:1: an empty file, expected "version: 1" and "deviations": let --update-known fill it',
    ],
    [
      "a list at the top",
      "- a\n",
      'k.yaml:1:1: not a mapping, expected "version: 1" and "deviations": name another file, which --update-known creates',
    ],
    [
      "an alias",
      entry("    link: *x\n"),
      "k.yaml:7:11: an alias, expected plain text: replace it with its value",
    ],
  ])("with %s is a fault with line and column", (_, text, message) => {
    expect(() => parseKnown(text, "k.yaml", ids)).toThrowError(new Fault(message));
  });

  it.each([
    "version: 1\ndeviations: [\n",
    "a: b: c\n",
    "version: 1\nversion: 1\n",
    "\t- x\n",
    "--- 1\n--- 2\n",
    "%YAML",
  ])("that is not YAML is a fault with line and column: %j", (text) => {
    expect(() => parseKnown(text, "k.yaml", ids)).toThrowError(/^k\.yaml:\d+:\d+: .+, expected .+: .+$/);
    expect(() => parseKnown(text, "k.yaml", ids)).toThrowError(Fault);
  });

  it("gives a Fault of one line for any text", () => {
    const pieces = fc.array(
      fc.constantFrom(
        ...entry("").split(/(?<=[\s:"-])/),
        "!!x ",
        "&a ",
        "*a",
        "<<: ",
        "? ",
        "{",
        "[",
        "|\n",
        "\u0000",
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          pieces.map((list) => list.join("")),
          fc.string(),
        ),
        (text) => {
          try {
            parseKnown(text, "k.yaml", ids);
          } catch (error) {
            expect(error).toBeInstanceOf(Fault);
            expect(String(error)).not.toMatch(/\n/);
          }
        },
      ),
      { numRuns: 300, seed: 11 },
    );
  });

  it("with an empty list is valid", () => {
    expect(parseKnown("version: 1\ndeviations:\n", "k.yaml", ids).entries).toEqual([]);
  });
});

describe("the schema for editors", () => {
  const schema: object = JSON.parse(
    readFileSync(new URL("../reports/known.schema.json", import.meta.url), "utf8"),
  );
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

  it("accepts the output of --update-known", () => {
    expect(validate(parse(updateKnown(null, both, today)))).toBe(true);
    expect(validate(parse(updateKnown(null, sampleReport(), today)))).toBe(true);
    expect(validate(parse(updateKnown(null, reportOf([]), today)))).toBe(true);
  });

  it.each([
    ["another version", "version: 2\ndeviations: []\n"],
    ["a missing member", entry("").replace('    because: ""\n', "")],
    ["an unknown member", entry("    expire: 2027-01-01\n")],
    ["a number for a shape", entry("").replace('"200"', "200")],
    ["an invalid link", entry("    link: nowhere\n")],
    ["an invalid day", entry("    expires: tomorrow\n")],
  ])("refuses %s, as the reader does", (_, text) => {
    expect(validate(parse(text))).toBe(false);
    expect(() => parseKnown(text, "k.yaml", null)).toThrowError(Fault);
  });
});

describe("A known-file as a gate", () => {
  const file = ["--known", "known.yaml"] as const;
  const watched = "success.is-201,statement.sid,statement.effect";
  // The suite with the fewest requests that shows these deviations.
  const limits = ["--suite", "histories", "--runs", "1"] as const;
  const folder = temporaryFolder();

  /** Runs the command in its own folder; never rejects. */
  const run = (...args: readonly string[]): Promise<Ran> => runCommand(args, { cwd: folder });

  /** Judges a variant of the reference on a port by a few rules, by default with all suites. */
  async function judge(
    breaking: readonly (keyof typeof mutants)[],
    ...args: readonly string[]
  ): Promise<Ran> {
    const mutate = together(...breaking.map((id) => mutants[id].mutate));
    const reference = createReference({ behaviour: mutate(faithful) });
    const endpoint = await reference.listen();
    try {
      return await run("--endpoint", endpoint.href, "--rule", watched, "--concurrency", "1", ...args);
    } finally {
      await reference.close();
    }
  }

  it("passes recorded deviations, fails on a repair and on a new violation, and names only these", async () => {
    const both = ["statement.effect", "success.is-201"] as const;
    const known = [...file, ...limits];
    const baseline = await judge(both, ...known, "--update-known");
    expect(baseline.code).toBe(0);
    const written = await readFile(join(folder, "known.yaml"), "utf8");
    expect([...written.matchAll(/rule: (\S+)/g)].map(([, rule]) => rule)).toEqual([
      "success.is-201",
      "statement.effect",
    ]);

    expect((await judge(both, ...known)).code).toBe(0);

    const partly = await judge(["success.is-201"], ...known);
    expect(partly.code).toBe(0);
    expect(oneLine(partly.out)).toContain("unseen statement.effect was not fully judged by this run");

    // A recording of a run that a selection of suites does not narrow.
    const recording = await recorder(join(folder, "repaired"), tool);
    const chosen = bearingOn(ordinarySuites, watched.split(",")) ?? [];
    const observers = () => [recording];
    const whole = await judgeVariant(mutants["success.is-201"].mutate, { seed: 1, chosen, observers });
    await recording.close(whole);
    const repaired = await run("judge", "repaired", ...file);
    expect(repaired.code).toBe(1);
    expect(oneLine(repaired.out)).toContain("! stale statement.effect no longer deviates: remove it");
    expect(repaired.out.match(/^ +! .*/gm)).toHaveLength(1);

    const worse = await judge([...both, "statement.sid"], ...known);
    expect(worse.code).toBe(1);
    expect(worse.out.match(/^✗ \S+/gm)).toEqual(["✗ statement.sid"]);
    expect(worse.out).not.toMatch(/^! /m);
  }, 120_000);

  it("is also written by a run that exercised nothing or was incomplete, which still fails", async () => {
    const update = ["--known", "barren.yaml", "--update-known"];
    const nothing = await run("--rule", "StatementId.duplicate", "--suite", "faults", ...update);
    expect([nothing.code, nothing.out]).toEqual([3, expect.stringContaining("deviations: barren.yaml")]);
    const cut = await run("--suite", "state", "--budget", "150", "--concurrency", "1", ...update);
    expect([cut.code, cut.out]).toEqual([2, expect.stringContaining("deviations: barren.yaml")]);
    expect(await readFile(join(folder, "barren.yaml"), "utf8")).toContain("deviations: []");
  }, 120_000);

  it("fails on a deviation of another shape and shows both", async () => {
    await judge(["success.is-201"], "--known", "shape.yaml", "--update-known", ...limits);
    const text = await readFile(join(folder, "shape.yaml"), "utf8");
    expect(text).toMatch(/seen: accepted$/m);
    await writeFile(join(folder, "other.yaml"), text.replace("accepted", '"500 ServiceException"'));
    const changed = await judge(["success.is-201"], "--known", "other.yaml", ...limits);
    expect(changed.code).toBe(1);
    expect(oneLine(changed.out)).toContain("! changed success.is-201 was 500 ServiceException, is accepted");
  }, 120_000);

  it("is also compared with a recording", async () => {
    await judge(["success.is-201"], "--record", "recording", ...limits);
    const again = (...args: readonly string[]) =>
      run("judge", "recording", "--known", "judged.yaml", ...args);
    // The recording is of one suite, which leaves other rules unexercised.
    const recorded = await again("--update-known");
    expect([recorded.code, recorded.out]).toEqual([3, expect.stringContaining("deviations: judged.yaml")]);
    const known = await again();
    expect([known.code, known.out]).toEqual([3, expect.stringMatching(/^No new violation .* \(1 known\)/m)]);
    await writeFile(join(folder, "judged.yaml"), "version: 1\ndeviations: []\n");
    const fresh = await again();
    expect([fresh.code, fresh.out]).toEqual([1, expect.stringContaining("✗ success.is-201")]);
  }, 120_000);

  it("is started in an empty file, and not over other text", async () => {
    await writeFile(join(folder, "empty.yaml"), "# ours\n");
    const started = await judge(["success.is-201"], "--known", "empty.yaml", "--update-known", ...limits);
    expect(started.code).toBe(0);
    const text = await readFile(join(folder, "empty.yaml"), "utf8");
    expect(text).toMatch(/^# ours\n[\s\S]*rule: success\.is-201/);
    await writeFile(join(folder, "hello.yaml"), "hello");
    const refused = await run("--known", "hello.yaml", "--update-known");
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("not a mapping")]);
    expect(refused.err).toContain("name another file");
  }, 120_000);

  it("fails once an entry has expired", async () => {
    await judge(["success.is-201"], "--known", "dated.yaml", "--update-known", ...limits);
    const text = await readFile(join(folder, "dated.yaml"), "utf8");
    await writeFile(join(folder, "dated.yaml"), text.replace(/( +)date: .*/, "$&\n$1expires: 2020-01-01"));
    const expired = await judge(["success.is-201"], "--known", "dated.yaml", ...limits);
    expect(expired.code).toBe(1);
    expect(oneLine(expired.out)).toContain("! expired success.is-201 was accepted until 2020-01-01");
  }, 120_000);

  it("refuses an unknown rule before any request, with line, column and a suggestion", async () => {
    const entry = '  - {rule: sucess.is-201, because: x, date: 2026-01-01, seen: "200"}';
    await writeFile(join(folder, "typo.yaml"), `version: 1\ndeviations:\n${entry}\n`);
    const { code, err } = await run("--known", "typo.yaml", "--out", join(folder, "typo"));
    expect(code).toBe(2);
    expect(err).toMatch(/typo\.yaml:3:12: .*"sucess\.is-201".*did you mean "success\.is-201"/);
    expect(err.trim().split("\n")).toHaveLength(1);
    await expect(readFile(join(folder, "typo"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

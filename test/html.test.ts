import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { html } from "../reports/html/report.ts";
import { showcase } from "./browser/showcase.ts";
import { greenReport, hostile, sampleCounterexample, sampleReport, sampleRule } from "./sample-report.ts";

/** Start tags of a page with their attributes, as a browser parses them. */
function tags(page: string): readonly string[] {
  return page.match(/<[a-z!][^>]*>/gi) ?? [];
}

function sha256(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

describe("the HTML report", () => {
  it("matches the golden file", async () => {
    await expect(html(showcase())).toMatchFileSnapshot("golden/report.html");
  });

  it("matches the golden file when everything holds", async () => {
    await expect(html(greenReport())).toMatchFileSnapshot("golden/report-green.html");
  });

  it("has a policy that allows only its own style and script", () => {
    const page = html(showcase());
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
    const script = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? "";
    expect(page).toContain(
      `content="default-src 'none'; style-src ${sha256(style)}; script-src ${sha256(script)}; img-src data:; base-uri 'none'; form-action 'none'"`,
    );
    expect(page).not.toMatch(/unsafe-|<script [^>]|<style [^>]/);
    expect(page.match(/<script|<style/g)).toHaveLength(2);
  });

  it("has no address to fetch and no event handler", () => {
    const attributes = tags(html(showcase())).join("\n");
    expect(
      attributes.match(/\b(?:src|srcset|action|formaction|data|poster|background|style)=/g) ?? [],
    ).toEqual([]);
    expect(attributes.match(/\bon[a-z]+=/gi) ?? []).toEqual([]);
    const links = [...attributes.matchAll(/href="([^"]*)"/g)].map((found) => found[1] ?? "");
    expect(links.filter((link) => !link.startsWith("#") && link !== "data:,")).toEqual([]);
  });

  it("has the same tags for normal and hostile answers", () => {
    const said = (text: string) => {
      const counterexample = sampleCounterexample({
        expected: text,
        seen: text,
        curl: text,
        replay: text,
        reproduced: text,
      });
      const steps = counterexample.steps.map((step) => ({
        request: {
          ...step.request,
          path: text,
          method: text,
          headers: { [text]: text },
          body: text,
          operation: text,
        },
        response: { status: 500, error: text, headers: { [text]: text }, body: text },
        silence: text,
      }));
      const verdicts = { document: "violated", aws: "holds" } as const;
      const rule = sampleRule(`a.${text}`, {
        title: text,
        source: text,
        verdicts,
        counterexample: { ...counterexample, steps },
      });
      return sampleReport({
        target: { name: text, endpoint: text, cannot: [text] },
        rules: [rule, sampleRule("b", { reason: text, title: text })],
        questions: [{ id: text, title: text, answer: text, observations: 1, source: text }],
        faults: [text],
        latency: { medianMs: 1, p99Ms: 2, maxMs: 3, outliers: [{ case: text, ms: 3 }] },
      });
    };
    const names = (page: string) => tags(page).map((tag) => tag.split(/[\s>]/)[0]);
    const attacks = [
      hostile,
      '"><script>x</script>',
      "' onmouseover='x",
      "</script><svg onload=x>",
      "]]><img src=x onerror=x>",
    ];
    for (const attack of attacks) expect(names(html(said(attack)))).toEqual(names(html(said("polite"))));
  });

  it("shows calls in flight together as overlapping bars", () => {
    const page = html(showcase());
    const drawing = page.slice(page.indexOf('<svg viewBox="0 0 340'), page.indexOf("</figure>"));
    const bars = [...drawing.matchAll(/class="bar" x="(\d+)" y="(\d+)" width="6" height="(\d+)"/g)].map(
      (found) => ({
        x: Number(found[1]),
        from: Number(found[2]),
        to: Number(found[2]) + Number(found[3]),
      }),
    );
    const [first, second, third, last] = bars;
    expect(bars).toHaveLength(4);
    expect(third?.from).toBeLessThan(second?.to ?? 0);
    expect(third?.x).toBeLessThan(second?.x ?? 0);
    expect(first?.to).toBeLessThan(second?.from ?? 0);
    expect(last?.from).toBeGreaterThan(second?.to ?? 0);
  });

  it("truncates long bodies and gives their length", () => {
    const [step] = sampleCounterexample().steps;
    const steps =
      step === undefined ? [] : [{ ...step, request: { ...step.request, body: "x".repeat(100_000) } }];
    const rule = sampleRule("a.b", {
      verdicts: { document: "violated", aws: "violated" },
      counterexample: sampleCounterexample({ steps }),
    });
    const page = html(sampleReport({ rules: [rule] }));
    expect(page).toContain("[truncated: 100000 characters in all, see report.json]");
    expect(page.length).toBeLessThan(60_000);
  });

  it("draws the beginning of a long history and lists all steps", () => {
    const [step] = sampleCounterexample().steps;
    const steps = step === undefined ? [] : Array.from({ length: 40 }, () => step);
    const rule = sampleRule("a.b", {
      verdicts: { document: "violated", aws: "violated" },
      counterexample: sampleCounterexample({ steps }),
    });
    const page = html(sampleReport({ rules: [rule] }));
    expect(page).toContain("16 more steps are only in the list.");
    expect(page.match(/class="way">Sent/g)).toHaveLength(40);
  });

  it("says why requests were left out", () => {
    const none = { kind: "random values", unanswered: 0, left: 7 };
    const page = html(
      sampleReport({
        leftOut: [
          { ...none, violates: "Action.pattern" },
          { ...none, left: 1 },
          { ...none, unanswered: 3 },
          { ...none, ended: 2 },
        ],
      }),
    );
    for (const why of [
      "each violated Action.pattern, 7 further test cases not sent",
      "too slow, 1 repetition left out",
      "3 in a row got no answer, 7 further requests not sent",
      "the target was gone after it 2 times, 7 further requests not sent",
    ])
      expect(page).toContain(`<code>random values</code>: ${why}</li>`);
  });

  it("says when there is nothing to show", () => {
    const page = html(sampleReport({ rules: [], questions: [], faults: [], problems: [], incomplete: true }));
    expect(page).toContain("No violation was found.");
    expect(page).toContain("This run is incomplete.");
    expect(page).not.toContain('id="questions"');
  });
});

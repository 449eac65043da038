import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import axe from "axe-core";
import type { BrowserContextOptions, Page } from "playwright-core";
import { matrix } from "../../reports/comparison.ts";
import { matrixHtml } from "../../reports/html/matrix.ts";
import { markOf } from "../../reports/html/page.ts";
import { html } from "../../reports/html/report.ts";
import type { Report } from "../../reports/report.ts";
import { greenReport, sampleReport } from "../sample-report.ts";
import { type Browser, chromiumPath, launch, type Opened } from "./browser.ts";
import { attacks, reportSaying } from "./hostile-report.ts";
import { showcase } from "./showcase.ts";

const report = showcase();
const heatMap = matrixHtml(matrix([report, sampleReport(), greenReport()], "document"));
const schemes = ["light", "dark"] as const;

function clean({ incidents }: Opened): void {
  assert.deepEqual(incidents, { errors: [], requests: [], dialogs: [] });
}

/** Presses Tab until the focus is on the selected element. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let pressed = 0; pressed < 80; pressed++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
  }
  assert.fail(`Tab never reaches ${selector}`);
}

async function visibleRules(page: Page): Promise<number> {
  return await page.locator("[data-rule]:not([hidden])").count();
}

async function expectShown(page: Page, count: number): Promise<void> {
  const words = `${count} of ${report.rules.length} rules`;
  await page.getByText(words, { exact: true }).waitFor();
  assert.equal(await visibleRules(page), count);
}

function how(fits: (rule: Report["rules"][number]) => boolean): number {
  const count = report.rules.filter(fits).length;
  assert.ok(count > 0 && count < report.rules.length, "this filter would show nothing or everything");
  return count;
}

async function filtersWorkByKeyboard(browser: Browser): Promise<void> {
  const opened = await browser.open(html(report));
  const { page } = opened;
  await expectShown(page, report.rules.length);
  await tabTo(page, 'input[value="violated"]');
  await page.keyboard.press("Space");
  await expectShown(
    page,
    how((rule) => markOf(rule, "document") === "violated"),
  );
  await tabTo(page, 'input[name="column"]');
  await page.keyboard.press("ArrowRight");
  await expectShown(
    page,
    how((rule) => markOf(rule, "aws") === "violated"),
  );
  await tabTo(page, "#area");
  await page.keyboard.type("race");
  await expectShown(
    page,
    how((rule) => rule.id.startsWith("race.") && markOf(rule, "aws") === "violated"),
  );
  await tabTo(page, "#text");
  await page.keyboard.type("nothing has these words");
  await expectShown(page, 0);
  assert.equal(await page.locator("#findings .nothing").isVisible(), true);
  await tabTo(page, 'button[type="reset"]');
  await page.keyboard.press("Enter");
  await expectShown(page, report.rules.length);
  await page.locator("#text").focus();
  await page.keyboard.type("FLIGHT statementid");
  await expectShown(
    page,
    how((rule) => rule.id === "race.one-winner"),
  );
  clean(opened);
}

async function groupsByCause(browser: Browser): Promise<void> {
  const opened = await browser.open(html(report));
  const { page } = opened;
  const causes = report.causes ?? [];
  const shown = async (selector: string): Promise<readonly string[]> =>
    await page.locator(selector).filter({ visible: true }).allTextContents();
  const ids = causes.map(({ id }) => id).sort();
  assert.deepEqual((await shown("main .cause-facts code")).toSorted(), ids);
  assert.deepEqual((await shown("nav .causes li")).toSorted(), ids);
  const group = page.locator(".cause");
  assert.equal(await group.count(), 1);
  assert.equal(
    await group.locator(".cause-facts").first().textContent(),
    "success.shape · 2 rules · 840 requests",
  );
  const text = await group.locator("summary").first().innerText();
  for (const part of ["A success has the documented shape", "201, as the page says", "200"])
    assert.ok(text.includes(part), `${part} is not shown of a folded cause`);
  // A cause whose rules are all filtered out disappears, also from the contents; one with another rule does not.
  await page.locator("#text").fill("text/html");
  assert.deepEqual(await shown("main .cause-facts code"), ["success.shape"]);
  assert.deepEqual(await shown("nav .causes li"), ["success.shape"]);
  await page.locator("#text").fill("race.one-winner.seen");
  assert.deepEqual(await shown("main .cause-facts code"), ["race.one-winner.seen"]);
  await page.locator("#text").fill("success.shape");
  assert.equal(await visibleRules(page), 2);
  clean(opened);
}

async function foldsByKeyboard(browser: Browser): Promise<void> {
  const opened = await browser.open(html(report));
  const { page } = opened;
  const open = page.locator(".finding > details[open]");
  const all = await page.locator(".finding").count();
  assert.equal(all, (report.causes?.length ?? 0) + 2);
  assert.equal(await open.count(), 0);
  await tabTo(page, 'nav [href="#cause-3"]');
  await page.keyboard.press("Enter");
  await page.locator("#cause-3 > details[open]").waitFor();
  assert.equal(await open.count(), 1);
  await tabTo(page, '[data-fold="open"]');
  await page.keyboard.press("Enter");
  assert.equal(await open.count(), all);
  await tabTo(page, ".cause > details > summary");
  assert.notEqual(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "none");
  await page.keyboard.press("Space");
  assert.equal(await page.locator(".cause > details").getAttribute("open"), null);
  assert.equal(await page.locator(".cause article").first().isVisible(), false);
  await page.keyboard.press("Enter");
  await tabTo(page, ".cause article summary");
  await page.keyboard.press("Space");
  assert.equal(await page.locator(".cause article > details").first().getAttribute("open"), null);
  clean(opened);
}

async function copies(browser: Browser): Promise<void> {
  const opened = await browser.open(html(report), { permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = opened;
  await page.locator('[data-fold="open"]').click();
  const wanted = report.rules[0]?.counterexample;
  for (const [label, text] of [
    ["Copy curl", wanted?.curl],
    ["Copy replay", wanted?.replay],
  ] as const) {
    const button = page.locator('#findings article:has(code:text-is("race.one-winner")) button', {
      hasText: label,
    });
    await button.focus();
    await page.keyboard.press("Enter");
    await page
      .locator('#findings article:has(code:text-is("race.one-winner")) button', { hasText: "Copied" })
      .waitFor();
    assert.equal(await page.evaluate("navigator.clipboard.readText()"), text);
    await button.waitFor();
  }
  assert.equal(await page.locator("#copied").textContent(), "Copied to the clipboard.");
  clean(opened);
}

async function isWholeWithoutScript(browser: Browser): Promise<void> {
  const opened = await browser.open(html(report), { javaScriptEnabled: false });
  const { page } = opened;
  for (const one of await page.locator(".finding-body, .rule, .questions > li, .outliers > li").all()) {
    assert.equal(await one.isVisible(), true);
  }
  assert.equal(await page.locator(".filters").isVisible(), false);
  assert.equal(await page.locator(".copy:visible").count(), 0);
  clean(opened);
}

async function detectorsDetect(browser: Browser): Promise<void> {
  const bad = `<p>${attacks[0]}<img src="http://attacker.test/x"><script>console.error("seen")</script>`;
  const { page, incidents } = await browser.open(bad);
  assert.equal(await page.evaluate("window.hacked"), 1);
  assert.deepEqual(incidents.dialogs, ["1"]);
  assert.deepEqual(incidents.requests, ["http://attacker.test/x"]);
  assert.ok(incidents.errors.includes("seen"));
}

async function nothingFromATargetRuns(browser: Browser): Promise<void> {
  for (const attack of attacks) {
    const hostileReport = reportSaying(attack);
    for (const page of [html(hostileReport), matrixHtml(matrix([hostileReport, report], "document"))]) {
      const opened = await browser.open(page);
      await provoke(opened.page);
      assert.equal(await opened.page.evaluate("window.hacked"), undefined, attack);
      clean(opened);
      await opened.page.context().close();
    }
  }
}

/** Moves over every element, opens every fold, filters and copies. */
async function provoke(page: Page): Promise<void> {
  await page.evaluate(`for (const one of document.querySelectorAll("*")) {
    for (const type of ["mouseover", "focus", "click"]) one.dispatchEvent(new Event(type, { bubbles: true }));
  }`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(30);
}

/** Checks the content security policy with escaping disabled. */
async function policyStopsWhatEscapingMisses(browser: Browser): Promise<void> {
  const hole = `${attacks[0]}${attacks[6]}<a id="j" href="javascript:window.hacked=1">x</a>`;
  const { page, incidents } = await browser.open(html(report).replace("<main", `${hole}<main`));
  await page.locator("#j").focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate("window.hacked"), undefined);
  assert.deepEqual(incidents.dialogs, []);
  assert.ok(incidents.errors.some((error) => error.includes("Content Security Policy")));
}

async function accessible(browser: Browser): Promise<void> {
  for (const page of [html(report), html(greenReport()), heatMap]) {
    for (const colorScheme of schemes) {
      for (const width of [1280, 360])
        await axeFinds(browser, page, { colorScheme, viewport: { width, height: 800 } });
    }
  }
}

async function axeFinds(browser: Browser, content: string, options: BrowserContextOptions): Promise<void> {
  const opened = await browser.open(content, options);
  const { page } = opened;
  await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
  await page.evaluate(axe.source);
  const tags = JSON.stringify(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]);
  const found: unknown =
    await page.evaluate(`axe.run(document, { runOnly: { type: "tag", values: ${tags} } }).then((result) =>
    result.violations.map((one) => one.id + ": " + one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")))`);
  assert.deepEqual(found, []);
  clean(opened);
  await page.context().close();
}

async function fitsNarrowScreens(browser: Browser): Promise<void> {
  for (const content of [html(report), html(greenReport()), html(reportSaying("x".repeat(3000))), heatMap]) {
    for (const width of [360, 320]) {
      const opened = await browser.open(content, { viewport: { width, height: 740 } });
      for (const open of [true, false]) {
        await opened.page.evaluate(
          `for (const one of document.querySelectorAll("details")) one.open = ${open}`,
        );
        const widest = await opened.page.evaluate("document.documentElement.scrollWidth");
        assert.equal(widest, width);
      }
      clean(opened);
      await opened.page.context().close();
    }
  }
}

async function coverageScrollsByKeyboard(browser: Browser): Promise<void> {
  const opened = await browser.open(html(report), { viewport: { width: 360, height: 740 } });
  const { page } = opened;
  const scrolled = "document.querySelector('#coverage .scroll').scrollLeft";
  await page.locator("#coverage .scroll").focus();
  assert.equal(await page.evaluate(scrolled), 0);
  for (let pressed = 0; pressed < 5; pressed++) await page.keyboard.press("ArrowRight");
  // The policy of the page forbids the eval of waitForFunction.
  for (let waits = 0; waits < 50 && (await page.evaluate(scrolled)) === 0; waits++)
    await page.waitForTimeout(20);
  assert.notEqual(await page.evaluate(scrolled), 0);
  assert.equal(await page.getByRole("rowheader", { name: "StatementId" }).isVisible(), true);
  clean(opened);
}

async function filtersTheHeatMapWithoutScript(browser: Browser): Promise<void> {
  const opened = await browser.open(heatMap, { javaScriptEnabled: false });
  const { page } = opened;
  const before = await page.locator("tbody tr:visible").count();
  await tabToWithoutScript(page, 4);
  await page.keyboard.press("Space");
  const differing = matrix([report, sampleReport(), greenReport()], "document").rows.filter(
    (row) => row.differs,
  ).length;
  assert.ok(differing < before);
  assert.equal(await page.locator("tbody tr:visible").count(), differing);
  clean(opened);
}

async function tabToWithoutScript(page: Page, most: number): Promise<void> {
  for (let pressed = 0; pressed < most; pressed++) {
    await page.keyboard.press("Tab");
    if ((await page.locator("#only:focus").count()) === 1) return;
  }
  assert.fail("Tab never reaches the switch of the heat map");
}

async function takeScreenshots(browser: Browser, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const colorScheme of schemes) {
    for (const width of [1280, 360]) {
      for (const [name, content] of [
        ["report", html(report)],
        ["matrix", heatMap],
      ] as const) {
        const { page } = await browser.open(content, { colorScheme, viewport: { width, height: 900 } });
        await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
        await page.context().close();
      }
    }
  }
}

const checks: readonly (readonly [string, (browser: Browser) => Promise<void>])[] = [
  ["the filters work with the keyboard alone", filtersWorkByKeyboard],
  ["findings are grouped by cause, and filters hide causes without a rule", groupsByCause],
  ["causes and findings fold with the keyboard alone", foldsByKeyboard],
  ["the copy buttons copy curl and replay", copies],
  ["the page is whole without script", isWholeWithoutScript],
  ["a script, a dialog, a request and a console error would be noticed", detectorsDetect],
  [`nothing from a target runs (${attacks.length} attacks, report and heat map)`, nothingFromATargetRuns],
  ["the policy stops what escaping would let through", policyStopsWhatEscapingMisses],
  ["axe finds no violation of WCAG A and AA, light and dark, wide and narrow", accessible],
  ["nothing is wider than a screen of 360 or 320 px", fitsNarrowScreens],
  ["the coverage scrolls with the keyboard on a narrow screen", coverageScrollsByKeyboard],
  ["the heat map filters without script", filtersTheHeatMapWithoutScript],
];

async function main(folder: string | undefined): Promise<number> {
  const path = chromiumPath(process.env);
  if (path === null) {
    const named = process.env.CHROMIUM ?? "/usr/bin/chromium";
    console.error(
      `There is no Chromium at ${named}, and this test needs one: run "apt-get install chromium" or set CHROMIUM.`,
    );
    return 2;
  }
  const browser = await launch(path);
  let failed = 0;
  try {
    for (const [title, check] of checks) {
      try {
        await check(browser);
        console.log(`ok    ${title}`);
      } catch (error) {
        failed++;
        console.error(`FAIL  ${title}\n${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (folder !== undefined) await takeScreenshots(browser, folder);
  } finally {
    await browser.close();
  }
  console.log(
    failed === 0
      ? `All ${checks.length} browser checks hold.`
      : `${failed} of ${checks.length} browser checks fail.`,
  );
  return failed === 0 ? 0 : 1;
}

// The argument is a folder for screenshots.
process.exitCode = await main(process.argv[2]);

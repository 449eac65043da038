import { accessSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";

const quiet = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Forbidden actions of a page. */
interface Incidents {
  /** Console errors and uncaught exceptions. */
  readonly errors: string[];
  /** Requested addresses, except the page itself. */
  readonly requests: string[];
  readonly dialogs: string[];
}

/** An open page with its incidents. */
export interface Opened {
  readonly page: Page;
  readonly incidents: Incidents;
}

/** Opens pages from disk in Chromium. */
export interface Browser {
  open(html: string, options?: BrowserContextOptions): Promise<Opened>;
  close(): Promise<void>;
}

/** The path of Chromium: `CHROMIUM`, or the path on Debian; null when it is missing. */
export function chromiumPath(environment: NodeJS.ProcessEnv): string | null {
  const path = environment.CHROMIUM ?? "/usr/bin/chromium";
  try {
    accessSync(path);
    return path;
  } catch {
    return null;
  }
}

/** Starts Chromium without network access. Each page has its own context. */
export async function launch(executablePath: string): Promise<Browser> {
  const browser = await chromium.launch({ executablePath, args: quiet });
  const folder = await mkdtemp(join(tmpdir(), "report-"));
  let number = 0;
  return {
    open: async (html, options = {}) => {
      const file = join(folder, `${++number}.html`);
      await writeFile(file, html);
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      const url = pathToFileURL(file).href;
      const incidents = await watch(page, url);
      await page.goto(url);
      return { page, incidents };
    },
    close: async () => {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function watch(page: Page, url: string): Promise<Incidents> {
  const incidents: Incidents = { errors: [], requests: [], dialogs: [] };
  page.on("console", (message) => {
    if (message.type() === "error") incidents.errors.push(message.text());
  });
  page.on("pageerror", (error) => incidents.errors.push(error.message));
  page.on("dialog", async (dialog) => {
    incidents.dialogs.push(dialog.message());
    await dialog.dismiss();
  });
  const isOwn = (address: string) => address === url || address.startsWith(`${url}#`) || address === "data:,";
  page.on("request", (request) => {
    if (!isOwn(request.url())) incidents.requests.push(request.url());
  });
  await page.route("**/*", (route) => (isOwn(route.request().url()) ? route.continue() : route.abort()));
  return incidents;
}

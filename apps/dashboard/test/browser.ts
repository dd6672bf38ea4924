import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { MadeServer, type MadeServerOptions } from '../dev/made-server.ts';

const root = join(import.meta.dirname, '..');
export const dist = join(root, 'dist');
export const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
export const hasBrowser = existsSync(chromiumPath);
/** For the names of suites, so that a missing browser is said and never silently passed over. */
export const skipNote = hasBrowser ? '' : ` (skipped: no Chromium at ${chromiumPath})`;

/** The build is what is tested. `npm test` makes it first; a single test run makes it when it is not there. */
export async function ensureBuilt(): Promise<void> {
  if (!existsSync(join(dist, 'index.html'))) await build({ root, logLevel: 'warn' });
}

export async function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--headless=new',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export function startMade(options: Omit<MadeServerOptions, 'dist'>): Promise<MadeServer> {
  return MadeServer.start({ ...options, dist });
}

/** A page that keeps what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  readonly problems: string[];
  close(): Promise<void>;
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(url);
  return { page, problems, close: () => context.close() };
}

/** How far the page is wider than its window. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** Buttons, links and fields that a screen reader could not name. */
export function namelessControls(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, a[href], input, textarea, select, [role="button"]')]
      .filter((element) => element.offsetParent !== null || element instanceof SVGElement)
      .filter((element) => {
        const labelled = element.getAttribute('aria-label') ?? '';
        const labels =
          element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
            ? [...(element.labels ?? [])].map((label) => label.textContent ?? '').join('')
            : '';
        return (
          `${labelled}${labels}${element.textContent ?? ''}${element.querySelector('img')?.alt ?? ''}`.trim() === ''
        );
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );
}

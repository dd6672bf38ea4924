import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { MadeServer } from '../dev/made-server.ts';
import { ensureBuilt, hasBrowser, launch, openPage, skipNote, startMade } from './browser.ts';

const theme = (page: Page) => page.evaluate(() => document.documentElement.dataset['theme']);

describe.skipIf(!hasBrowser)(`habits in a browser${skipNote}`, () => {
  let browser: Browser;
  let made: MadeServer;
  let large: MadeServer;

  beforeAll(async () => {
    await ensureBuilt();
    browser = await launch();
    made = await startMade({ agents: 48, scenario: 'trouble' });
    large = await startMade({ agents: 10_000, scenario: 'healthy' });
  });
  afterAll(async () => {
    await browser?.close();
    await made?.close();
    await large?.close();
  });

  test('the keyboard goes everywhere', async () => {
    const { page, close } = await openPage(browser, made.url);
    await page.getByText('Load against capacity').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.locator('[data-agent="reader-2"]').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.locator('[data-agent="reader-4"][data-active]').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'reader-4', level: 1 }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL(/\/agents$/);
    await page.keyboard.press('/');
    await page.keyboard.type('writer');
    await page.waitForURL(/q=writer/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.locator('.incident-row').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByText('Was this right?').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).getByText('Acknowledge this incident').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await close();
  });

  test('the palette finds agents, pools and commands', async () => {
    const { page, close } = await openPage(browser, `${made.url}/system?range=6h`);
    await page.getByRole('heading', { name: 'Refused' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('reader-2');
    await page
      .getByRole('option', { name: /reader-2/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'reader-2', level: 1 }).waitFor();
    expect(page.url()).toContain('range=6h');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('drain writer-3');
    await page.getByRole('option', { name: /Drain writer-3/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Drain writer-3?' }).waitFor();
    await close();
  });

  test('everything is in the URL: it opens as it was left, and back undoes', async () => {
    const { page, close } = await openPage(browser, `${made.url}/agents`);
    await page.locator('[data-agent="reader-2"]').waitFor();
    await page.locator('.page-head').getByRole('button', { name: 'State' }).click();
    await page.getByLabel('degraded').check();
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: 'Memory' }).getByRole('button').click();
    await page.getByRole('button', { name: 'Last 6 hours' }).click();
    await page.waitForURL(
      (url) =>
        url.search.includes('state=degraded') &&
        url.search.includes('sort=-memoryBytes') &&
        url.search.includes('range=6h'),
    );
    const shown = await page.locator('[data-agent]').count();
    expect(shown).toBeGreaterThan(0);
    await page.reload();
    await page.locator('[data-agent]').first().waitFor();
    expect(await page.locator('[data-agent]').count()).toBe(shown);
    await page.getByRole('button', { name: 'Last 6 hours', pressed: true }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Last 1 hour', pressed: true }).waitFor();
    await close();
  });

  test('a drag over a chart zooms every chart, L goes back to live, and back undoes', async () => {
    const { page, close } = await openPage(browser, `${made.url}/agents/reader-4`);
    const plot = page.locator('.chart .u-over').first();
    await plot.waitFor();
    // The chart is drawn anew when its data or its width changes: point at it until the page says that it holds still.
    const box = await vi.waitFor(
      async () => {
        const at = await plot.boundingBox();
        if (at === null) throw new Error('the chart is being drawn anew');
        await page.mouse.move(at.x + at.width * 0.3, at.y + 40);
        await page.mouse.move(at.x + at.width * 0.3 + 1, at.y + 40);
        await page.getByRole('button', { name: 'Held' }).waitFor({ timeout: 1000 });
        return at;
      },
      { timeout: 20_000 },
    );
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 40, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/from=\d+&to=\d+/);
    await page.keyboard.press('l');
    await page.waitForURL((url) => !url.search.includes('from='));
    await page.goBack();
    await page.waitForURL(/from=\d+&to=\d+/);
    await close();
  });

  test('an expression is completed as it is written, run with Enter, and is in the URL', async () => {
    const { page, close } = await openPage(browser, `${made.url}/explore`);
    await page.getByText('begin with one of these').waitFor();
    const editor = page.getByRole('combobox', { name: 'PromQL expression' });
    await editor.click();
    await page.keyboard.type('pool_re');
    await page.getByRole('option', { name: 'jaegis_pool_replicas' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('{pool="');
    await page.getByRole('option', { name: 'research/reader' }).waitFor();
    await page.keyboard.type('research/reader"}');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('expr') === 'jaegis_pool_replicas{pool="research/reader"}');
    await page.getByRole('button', { name: 'state="desired"' }).click();
    expect(await page.locator('tr[data-quiet]').count()).toBe(3);
    await editor.fill('sum(');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('Cannot answer').waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'state="ready"' }).waitFor();
    await close();
  });

  test('the theme follows the system, t turns it round, and it is remembered', async () => {
    const { page, close } = await openPage(browser, `${made.url}/incidents`, { colorScheme: 'light' });
    await page.locator('.incident-row').first().waitFor();
    expect(await theme(page)).toBe('light');
    await page.keyboard.press('t');
    expect(await theme(page)).toBe('dark');
    await page.reload();
    await page.locator('.incident-row').first().waitFor();
    expect(await theme(page)).toBe('dark');
    await close();
  });

  test('of 10,000 agents only those in sight are in the page, however one scrolls, and the filter works', async () => {
    const { page, problems, close } = await openPage(browser, `${large.url}/agents`);
    await page.getByText('10,000 agents').waitFor();
    const scroller = page.locator('.agent-scroller');
    const most = 80;
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      await scroller.evaluate((element, part) => {
        element.scrollTop = element.scrollHeight * part;
        return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      }, share);
      const count = await page.locator('[data-agent]').count();
      expect(count).toBeGreaterThan(10);
      expect(count).toBeLessThan(most);
    }
    await page.getByLabel('Search agents').fill('planner-777');
    await page.getByText('1 of 10,000').waitFor();
    expect(await page.locator('[data-agent]').count()).toBe(1);
    expect(problems).toEqual([]);
    await close();
  });

  test('the map has a node for each pool, opens one into its agents, and keeps to the neighbours of the focus', async () => {
    const { page, problems, close } = await openPage(browser, `${made.url}/map`);
    await page.locator('.map-node').first().waitFor();
    expect(await page.locator('.map-node').count()).toBe(11);
    expect(await page.locator('.map-link').count()).toBe(11);
    expect(await page.locator('.map-link-line[stroke-dasharray]').count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'research/reader, unhealthy, 6 agents' }).click();
    await page.waitForURL(/node=research\/reader/);
    await page.getByRole('button', { name: 'Open into agents' }).click();
    await page.locator('.map-node[data-kind="agent"]').first().waitFor();
    expect(await page.locator('.map-node[data-kind="agent"]').count()).toBe(6);
    await page.getByRole('button', { name: 'Close into one' }).waitFor();
    await page.locator('.map-table').getByText('reader-4').first().waitFor();
    await page.getByRole('button', { name: 'Only its neighbours' }).click();
    await page.getByText(/\+\d+ nodes and \d+ links hidden/).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test('names with odd letters are asked for as they are', async () => {
    const name = 'team a/x?y#z%é';
    const { page, close } = await openPage(browser, made.url);
    await page.getByText('Load against capacity').waitFor();
    const asked = page.waitForRequest((request) =>
      request.url().endsWith(`/api/fleet/agents/${encodeURIComponent(name)}`),
    );
    await page.goto(`${made.url}/agents/${encodeURIComponent(name).replaceAll('%2F', '/')}`);
    await asked;
    await page.getByText('Cannot show this agent').waitFor();
    await close();
  });
});

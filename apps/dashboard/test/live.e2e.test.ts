import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MadeServer } from '../dev/made-server.ts';
import { ensureBuilt, hasBrowser, launch, openPage, skipNote, startMade } from './browser.ts';

describe.skipIf(!hasBrowser)(`live in a browser${skipNote}`, () => {
  let browser: Browser;
  let made: MadeServer;

  beforeAll(async () => {
    await ensureBuilt();
    browser = await launch();
    made = await startMade({ agents: 48, scenario: 'trouble' });
  });
  afterAll(async () => {
    await browser?.close();
    await made?.close();
  });

  test('an agent that is lost is shown as lost without a reload', async () => {
    const { page, problems, close } = await openPage(browser, `${made.url}/agents?q=planner-1`);
    const row = page.locator('[data-agent="planner-1"]');
    await row.getByText('healthy').waitFor();
    const agent = made.api.agent('planner-1')!;
    made.emit({
      event: 'agent',
      data: { ...agent, connectivity: 'lost', connectivityReason: 'no heartbeat for 95 s (expected every 30 s)' },
    });
    await row.getByText('lost', { exact: true }).waitFor();
    await row.getByText('no heartbeat for 95 s').waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test('an incident and a decision are on the overview without a reload', async () => {
    const { page, close } = await openPage(browser, made.url);
    await page.getByText('Needs someone').waitFor();
    await page.getByText('The last hour').waitFor();
    await page.locator('.doing').first().waitFor();
    const incident = {
      ...made.api.incident('inc-1')!,
      id: 'inc-9',
      title: 'writer-1 answers nobody',
      startedAt: Date.now(),
    };
    made.emit({ event: 'incident', data: incident });
    await page.locator('.attention').getByText('writer-1 answers nobody').waitFor();
    await page.locator('.doings').getByText('writer-1 answers nobody').waitFor();
    await close();
  });

  test('a lost connection says since when, keeps the last picture, comes back and resumes where it was', async () => {
    const { page, close } = await openPage(browser, made.url);
    await page.getByText('Load against capacity').waitFor();
    await page.locator('.incident-row').first().waitFor();
    const last = made.api.incident('inc-1')!;
    made.emit({ event: 'incident', data: last });
    await page.locator('main[data-connection="open"]').waitFor();
    made.setDown(true);
    await page.getByText(/Connection lost since \d\d:\d\d:\d\d/).waitFor();
    await page.locator('main[data-connection="lost"]').waitFor();
    expect(await page.locator('.incident-row').count()).toBeGreaterThan(0);
    made.setDown(false);
    await page
      .getByRole('button', { name: 'Try now' })
      .click()
      .catch(() => undefined);
    await page.locator('main[data-connection="open"]').waitFor();
    await page.getByText(/Connection lost/).waitFor({ state: 'detached' });
    expect(Number(made.resumedFrom.at(-1))).toBeGreaterThan(1_000);
    await close();
  });

  test('with a token the page asks for it, and the stream gets it too', async () => {
    const guarded = await startMade({ agents: 8, scenario: 'healthy', token: 'open sesame' });
    const { page, close } = await openPage(browser, `${guarded.url}/agents`);
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('That is not the token').waitFor();
    await page.getByLabel('Token').fill('open sesame');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('[data-agent="planner-1"]').waitFor();
    await page.locator('main[data-connection="open"]').waitFor();
    expect(guarded.streams).toBe(1);
    await page.reload();
    await page.locator('[data-agent="planner-1"]').waitFor();
    await close();
    await guarded.close();
  });

  test('an incident is acknowledged on a phone', async () => {
    const { page, close } = await openPage(browser, `${made.url}/incidents/inc-1`, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    await page.getByLabel('Your name').fill('mara');
    await page.getByRole('button', { name: 'Acknowledge' }).tap();
    await page.getByText('taken by mara').waitFor();
    expect(made.received).toContainEqual({
      method: 'POST',
      path: '/api/fleet/incidents/inc-1/ack',
      body: { by: 'mara' },
    });
    await page.getByLabel('A note').fill('restarting the proxy');
    await page.getByRole('button', { name: 'Add note' }).tap();
    await page.locator('.note-text').getByText('restarting the proxy').waitFor();
    await page.getByRole('button', { name: 'Wrong cause' }).tap();
    await page.getByText('Kept: wrong cause.').waitFor();
    await close();
  });

  test('a command asks first, and is posted only then', async () => {
    const { page, close } = await openPage(browser, `${made.url}/agents/reader-1`);
    await page.getByRole('button', { name: 'Drain' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('finishes what it has').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(made.received.filter((each) => each.path.endsWith('/commands'))).toEqual([]);
    await page.getByRole('button', { name: 'Kill' }).click();
    await dialog.getByLabel(/Reason/).fill('runs in circles');
    await dialog.getByRole('button', { name: 'Kill' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(made.received).toContainEqual({
      method: 'POST',
      path: '/api/fleet/agents/reader-1/commands',
      body: { kind: 'kill', reason: 'runs in circles' },
    });
    await close();
  });

  test('the mode of a pool is switched after asking', async () => {
    const { page, close } = await openPage(browser, `${made.url}/pools/research/writer`);
    await page.getByRole('button', { name: 'Paused' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Set to paused' }).click();
    await page.locator('.mode-switch button[aria-pressed="true"]').getByText('Paused').waitFor();
    expect(made.received).toContainEqual({
      method: 'PUT',
      path: '/api/fleet/pools/research%2Fwriter/mode',
      body: { mode: 'paused' },
    });
    await close();
  });
});

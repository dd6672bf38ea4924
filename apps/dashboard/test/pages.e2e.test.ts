import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MadeServer } from '../dev/made-server.ts';
import {
  ensureBuilt,
  hasBrowser,
  launch,
  namelessControls,
  openPage,
  overflowOf,
  skipNote,
  startMade,
} from './browser.ts';

/** Every page, with words that must be on it when the fleet is in trouble. */
const pages: readonly (readonly [string, string, readonly string[]])[] = [
  ['overview', '/', ['Needs someone', 'Load against capacity', 'reader-2 lost', 'research/planner']],
  ['agents', '/agents', ['Heartbeats', 'no heartbeat for 94 s', 'reader-4']],
  ['agent', '/agents/reader-4', ['Response time', 'unhealthy', 'Its peers are as slow', 'UpstreamTimeout']],
  ['agent logs', '/agents/reader-4?tab=logs', ['upstream answered 503']],
  ['agent output', '/agents/reader-4?tab=output', ['passage 14 read']],
  ['map', '/map', ['api.openai.com', 'research/searcher', 'Links']],
  ['pools', '/pools', ['research/reader', 'Last decision', 'recommend']],
  [
    'pool',
    '/pools/research/reader',
    ['Demand and forecast', 'Replicas', 'Effect of decisions', 'Cost today', 'Decisions'],
  ],
  ['incidents', '/incidents', ['api.openai.com answers 10 times slower', 'nobody has it']],
  ['incident', '/incidents/inc-1', ['Cause', 'Slow dependency', 'reader-2 lost', 'Provider status page']],
  ['explore', '/explore?expr=jaegis_pool_replicas{pool="research/reader"}', ['Greatest', '{state="ready"}']],
  ['system', '/system', ['Refused', 'Trust in the forecasts', 'ECONNREFUSED', 'Loops']],
];

describe.skipIf(!hasBrowser)(`the pages in a browser${skipNote}`, () => {
  let browser: Browser;
  let trouble: MadeServer;
  let healthy: MadeServer;
  let empty: MadeServer;

  beforeAll(async () => {
    await ensureBuilt();
    browser = await launch();
    trouble = await startMade({ agents: 48, scenario: 'trouble' });
    healthy = await startMade({ agents: 24, scenario: 'healthy' });
    empty = await startMade({ agents: 0, scenario: 'empty' });
  });
  afterAll(async () => {
    await browser?.close();
    for (const server of [trouble, healthy, empty]) await server?.close();
  });

  test.each(pages)('%s shows what it must, names its controls, and nothing goes wrong', async (_name, path, words) => {
    const { page, problems, close } = await openPage(browser, trouble.url + path);
    for (const text of words) await page.getByText(text).filter({ visible: true }).first().waitFor();
    expect(await namelessControls(page)).toEqual([]);
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    expect(await page.locator('h1').count()).toBe(1);
    expect(problems).toEqual([]);
    await close();
  });

  test.each(pages)('%s fits a phone', async (_name, path, words) => {
    const { page, problems, close } = await openPage(browser, trouble.url + path, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    await page.getByText(words.at(-1)!).first().waitFor({ state: 'attached' });
    await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    expect(problems).toEqual([]);
    await close();
  });

  test('a decision tells its whole story', async () => {
    const { page, problems, close } = await openPage(browser, `${trouble.url}/pools/research/planner`);
    await page.locator('.decision-list a').filter({ hasText: '→' }).first().click();
    for (const text of [
      'In plain words',
      /came in with \d+ replicas ready; one replica carries .+, so by requests alone there was work for/,
      'How the number came about',
      'By the forecast',
      'What was seen',
      'Predicted and real',
      'What was done',
    ])
      await page.getByText(text).first().waitFor();
    await page.getByText('not known').first().waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test.each([
    ['a pool', '/pools/research/reader', 'What if'],
    ['a decision', undefined, 'What if: the same hour under another policy'],
  ])('another policy is tried on the past of %s with one click', async (_, path, title) => {
    const { page, problems, close } = await openPage(browser, `${trouble.url}${path ?? '/pools/research/planner'}`);
    if (path === undefined) await page.locator('.decision-list a').filter({ hasText: '→' }).first().click();
    await page.getByRole('heading', { name: title, exact: true }).waitFor();
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText(/it would have paid for .+ instead of .+ % less/).waitFor();
    const table = page.locator('.what-if-table');
    for (const text of ['What it really had', 'Policy of now', 'The other policy', 'Least possible', '0.8 %'])
      await table.getByText(text).first().waitFor();
    expect(await page.locator('.what-if canvas').count()).toBe(3);
    expect(trouble.received.at(-1)).toMatchObject({ body: { policy: 'cost' } });
    await page.getByLabel('At least').fill('9');
    await page.getByRole('button', { name: 'Availability', exact: true }).click();
    await page.getByLabel('At least').press('Enter');
    await page.getByText(/instead of .+ % more/).waitFor();
    expect(trouble.received.at(-1)).toMatchObject({ body: { policy: 'availability', minReplicas: 9 } });
    // The address is a link to it; "back" leads to what was asked before.
    await page.reload();
    await page.getByText(/instead of .+ % more/).waitFor();
    expect(await page.getByLabel('At least').inputValue()).toBe('9');
    await page.goBack();
    await page.getByText(/it would have paid for .+ instead of .+ % less/).waitFor();
    expect(await page.getByLabel('At least').inputValue()).toBe('');
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    expect(problems).toEqual([]);
    await close();
  });

  test('a pool says at its top what was decided, what it costs and what else there was, and tries another policy from there', async () => {
    const { page, problems, close } = await openPage(browser, `${trouble.url}/pools/research/reader`);
    const brief = page.locator('.pool-brief');
    await brief.getByText(/^\d+ % less than/).waitFor();
    for (const role of ['cheaper', 'chosen', 'dearer']) await brief.getByText(role, { exact: true }).waitFor();
    await brief.getByRole('button', { name: 'Try performance' }).click();
    await page.getByText(/it would have paid for/).waitFor();
    expect(trouble.received.at(-1)).toMatchObject({ body: { policy: 'performance', range: '1h' } });
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('what-if');
    await brief.getByRole('link', { name: /worth it/ }).click();
    await page.getByText('What it was chosen from').waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test.each(['/pools/research/reader', '/agents/reader-4'])(
    'at %s one says whether an alarm was right',
    async (path) => {
      const { page, problems, close } = await openPage(browser, trouble.url + path);
      await page.getByRole('button', { name: 'Feedback on alarms of P95' }).click();
      await page.getByRole('button', { name: 'Not an anomaly' }).click();
      await page.getByText('Kept: the next alarm must be rarer.').waitFor();
      expect(trouble.received.at(-1)).toEqual({
        method: 'POST',
        path: '/api/fleet/feedback',
        body: { pool: 'research/reader', signal: 'latency_p95', verdict: 'not_a_problem' },
      });
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Missed this' }).waitFor({ state: 'detached' });
      expect(problems).toEqual([]);
      await close();
    },
  );

  test('an incident is silenced for a while, says so, and is loud again', async () => {
    const { page, problems, close } = await openPage(browser, `${trouble.url}/incidents/inc-1`);
    await page.getByText('people are told of it').waitFor();
    await page.getByRole('button', { name: '8 hours' }).click();
    await page.getByText('nobody is told of it').waitFor();
    expect(trouble.received.at(-1)).toMatchObject({ method: 'POST', path: '/api/v2/silences' });
    await page.getByText(/by someone/).waitFor();
    await page.getByRole('button', { name: 'End it' }).click();
    await page.getByText('people are told of it').waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test('a healthy fleet says that nothing needs you', async () => {
    const { page, close } = await openPage(browser, healthy.url);
    await page.getByText('Nothing needs you.').waitFor();
    await page.getByText('healthy', { exact: true }).first().waitFor();
    await close();
  });

  test.each(['/', '/agents', '/pools'])('an empty fleet says at %s how to add the first agent', async (path) => {
    const { page, problems, close } = await openPage(browser, empty.url + path);
    await page.getByText('No agents yet').waitFor();
    for (const text of [
      // Not on the port that the SDK takes by itself, so the address is named.
      `join({ pool: 'reader', url: '${empty.url}' })`,
      `OTEL_EXPORTER_OTLP_ENDPOINT=${empty.url}`,
      '/api/fleet/agents/reader-1/heartbeat',
    ])
      await page.getByText(text).waitFor();
    expect(await page.getByRole('button', { name: /^Copy/ }).count()).toBe(3);
    expect(problems).toEqual([]);
    await close();
  });

  test.each(['/map', '/incidents', '/explore', '/system'])('an empty fleet has a designed %s', async (path) => {
    const { page, problems, close } = await openPage(browser, empty.url + path);
    await page.getByText(/Nothing to draw yet|Nothing needs you|Nothing was refused|begin with one of these/).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test('what is not there is said so, in words', async () => {
    const { page, close } = await openPage(browser, `${trouble.url}/agents/nobody`);
    await page.getByText('Cannot show this agent').waitFor();
    await page.goto(`${trouble.url}/pools/no/such`);
    await page.getByText('There is no such pool').waitFor();
    await page.goto(`${trouble.url}/nowhere`);
    await page.getByText('There is no such page').waitFor();
    await close();
  });
});

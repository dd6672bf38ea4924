import type { Alert } from '@jaegis/model';
import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { ManualClock, until } from '../test/manual-clock.ts';
import { createAlertmanagerSink } from './alertmanager-sink.ts';

const alertOf = (id: string, o: Partial<Alert> = {}): Alert => ({
  id,
  kind: 'rule',
  state: 'firing',
  severity: 'warning',
  pool: 'a/b',
  agent: null,
  signal: null,
  labels: { alertname: id, team: 'x' },
  annotations: { runbook: 'r' },
  summary: `${id} is bad`,
  reason: 'because',
  activeAt: 1_000,
  firedAt: 2_000,
  resolvedAt: null,
  incident: null,
  ...o,
});

interface Told {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly startsAt: string;
  readonly endsAt: string;
}

function setUp() {
  const clock = new ManualClock();
  const world = { status: 200, requests: [] as Told[][] };
  const sink = createAlertmanagerSink(
    {
      name: 'am',
      severities: ['critical', 'warning'],
      alertmanager: { url: 'http://am/', headers: { authorization: 'x' } },
    },
    {
      clock,
      rng: seededRng(1),
      fetch: (async (url: string, init: RequestInit) => {
        expect(url).toBe('http://am/api/v2/alerts');
        if (world.status === 0) throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
        if (world.status === 200) world.requests.push(JSON.parse(String(init.body)) as Told[]);
        return new Response(null, { status: world.status });
      }) as typeof fetch,
    },
  );
  const names = () => world.requests.map((request) => request.map((each) => each.labels['alertname']).join(' '));
  return { clock, world, sink, names, isIdle: () => until(() => sink.stats.pending === 0) };
}

test('an alert is told when it fires, each minute while it does, and with its end', async () => {
  const { clock, world, sink, names, isIdle } = setUp();
  sink.alerts([alertOf('A'), alertOf('quiet', { severity: 'info' })], clock.now());
  await isIdle();
  expect(world.requests[0]).toEqual([
    {
      labels: { alertname: 'A', team: 'x', severity: 'warning', pool: 'a/b' },
      annotations: { summary: 'A is bad', description: 'because', runbook: 'r' },
      startsAt: new Date(2_000).toISOString(),
      endsAt: new Date(clock.now() + 240_000).toISOString(),
    },
  ]);
  clock.advance(5_000);
  sink.alerts([alertOf('A'), alertOf('B')], clock.now());
  await isIdle();
  clock.advance(55_000);
  sink.alerts([alertOf('A'), alertOf('B')], clock.now());
  await isIdle();
  clock.advance(5_000);
  sink.alerts([alertOf('B')], clock.now());
  await isIdle();
  expect(names()).toEqual(['A', 'B', 'A B', 'A']);
  expect(world.requests.at(-1)![0]!.endsAt).toBe(new Date(clock.now()).toISOString());
  expect(sink.stats).toMatchObject({ sent: 5, failed: 0, lastError: '' });
  await sink.close();
});

test('what may pass waits in its newest state; what will not is counted', async () => {
  const { clock, world, sink, names, isIdle } = setUp();
  world.status = 0;
  sink.alerts([alertOf('A'), alertOf('B')], clock.now());
  await until(() => sink.stats.retries === 1);
  expect(sink.stats).toMatchObject({ pending: 2, lastError: 'connect ECONNREFUSED' });
  sink.alerts([alertOf('B')], clock.now());
  world.status = 200;
  await until(() => clock.timers.size > 0);
  clock.advance(60_000);
  await isIdle();
  expect(names()).toEqual(['A B']);
  expect(Date.parse(world.requests[0]![0]!.endsAt)).toBeLessThan(clock.now());
  world.status = 400;
  sink.alerts([alertOf('B'), alertOf('C')], clock.now());
  await isIdle();
  expect(sink.stats).toMatchObject({ failed: 2, lastError: 'answered 400' });
  await sink.close();
});

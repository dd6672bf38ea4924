import { AlertEngine, PostedAlerts, showMatcher } from '@jaegis/alerting';
import { parseConfig } from '@jaegis/model';
import fc from 'fast-check';
import fastify from 'fastify';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Core } from '../../core/core.ts';
import { labelledCondition } from '../../core/labelled-condition.ts';
import { SelfMetrics } from '../../core/self-metrics.ts';
import { Silencing } from '../../core/silencing.ts';
import { alertmanagerRoutes } from './alertmanager-routes.ts';
import { parseMatcher } from './matcher-text.ts';

const start = Date.parse('2026-11-26T12:00:00Z');
const hour = 3_600_000;

function made() {
  let now = start;
  const kept = new Map<string, unknown>();
  const metadata = {
    getState: (key: string) => kept.get(key),
    setState: (key: string, value: unknown) => void kept.set(key, JSON.parse(JSON.stringify(value))),
  };
  const webhook = { url: 'http://127.0.0.1:1/' };
  const config = parseConfig({
    receivers: [
      { name: 'ops', webhook },
      { name: 'pager', severities: ['critical'], webhook },
    ],
  });
  if (!config.ok) throw new Error(config.error);
  const alerts = new AlertEngine({ for: 0, resolve_after: 0 });
  const posted = new PostedAlerts();
  const silencing = new Silencing(metadata);
  const selfMetrics = new SelfMetrics();
  const fleet = { alerts, posted, silencing, selfMetrics, config: config.config, startedAt: start };
  const core = { fleet, version: '9', clock: { now: () => now }, log: { info: () => {} } };
  const app = fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  alertmanagerRoutes(app, core as unknown as Core);
  const ask = async (method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown) => {
    const answer = await app.inject({
      method,
      url: `/api/v2${url}`,
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() };
  };
  /** One round of the alerting loop. */
  const round = () =>
    alerts.evaluate(
      posted.active(now).map(({ labels, annotations }) => ({
        ...labelledCondition({ labels, annotations, group: 'posted', reason: 'posted' }),
        key: JSON.stringify(labels),
      })),
      now,
    );
  return { ask, round, pass: (ms: number) => (now += ms), silencing, metadata };
}

let it: ReturnType<typeof made>;
beforeEach(() => {
  it = made();
});

const disk = { labels: { alertname: 'DiskFull', pool: 'a', severity: 'critical' }, annotations: { summary: 'full' } };
const slow = { labels: { alertname: 'Slow', pool: 'b', severity: 'warning', empty: '' } };
const silence = (more: object = {}) => ({
  matchers: [{ name: 'pool', value: 'a', isRegex: false }],
  startsAt: '2026-11-26T12:00:00Z',
  endsAt: '2026-11-26T13:00:00.000Z',
  createdBy: 'me',
  comment: 'work',
  ...more,
});
const named = async (query = '') =>
  (await it.ask('GET', `/alerts${query}`)).body.map((alert: any) => alert.labels.alertname).sort();

describe('alerts', () => {
  beforeEach(async () => {
    expect(await it.ask('POST', '/alerts', [disk, slow])).toEqual({ status: 200, body: undefined });
    it.round();
  });

  test('what is posted fires, with what Alertmanager says of it', async () => {
    const { body } = await it.ask('GET', '/alerts?filter=alertname%3D"DiskFull"');
    expect(body).toEqual([
      {
        labels: { alertname: 'DiskFull', pool: 'a', severity: 'critical' },
        annotations: { summary: 'full', description: 'posted' },
        startsAt: '2026-11-26T12:00:00.000Z',
        endsAt: '2026-11-26T12:05:00.000Z',
        updatedAt: '2026-11-26T12:00:00.000Z',
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        generatorURL: 'http://localhost:80',
        receivers: [{ name: 'ops' }, { name: 'pager' }],
        status: { state: 'active', silencedBy: [], inhibitedBy: [], mutedBy: [] },
      },
    ]);
  });

  test('filters of all kinds, by receiver, by state', async () => {
    expect(await named()).toEqual(['DiskFull', 'Slow']);
    expect(await named('?filter=severity!%3Dcritical')).toEqual(['Slow']);
    expect(await named('?filter=pool%3D~"a|c"&filter=alertname!~"S.*"')).toEqual(['DiskFull']);
    expect(await named('?receiver=pager')).toEqual(['DiskFull']);
    expect(await named('?active=false')).toEqual([]);
    expect(await it.ask('GET', '/alerts?filter=pool')).toEqual({ status: 400, body: 'bad matcher format: pool' });
    expect(await it.ask('GET', '/alerts?receiver=(')).toMatchObject({ status: 400 });
  });

  test('a group for each incident, or pool, and receiver', async () => {
    const { body } = await it.ask('GET', '/alerts/groups');
    expect(body.map((group: any) => [group.labels, group.receiver.name, group.alerts.length])).toEqual([
      [{ pool: 'a' }, 'ops', 1],
      [{ pool: 'a' }, 'pager', 1],
      [{ pool: 'b' }, 'ops', 1],
    ]);
  });

  test('an end in the past ends it', async () => {
    await it.ask('POST', '/alerts', [{ ...disk, endsAt: '2026-11-26T11:59:00Z' }]);
    it.pass(1);
    it.round();
    it.round();
    expect(await named()).toEqual(['Slow']);
  });
});

test.each([
  ['{}', 'Cannot read alerts: body is {}, must be a list'],
  ['', 'Cannot read alerts: body is missing, must be a list'],
  ['[{"labels":{}}]', 'Cannot read alerts: one has no labels, must have at least one'],
  ['[{"labels":{"a":""}}]', 'Cannot read alerts: one has no labels, must have at least one'],
  ['[{"labels":{"a":1}}]', 'Cannot read alerts: body.0.labels.a is 1, must be text'],
  ['[{"labels":{"a":"b"},"startsAt":"soon"}]', 'Cannot read alerts: body.0.startsAt is "soon", must be RFC 3339'],
  [
    '[{"labels":{"a":"b"},"startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-01T00:00:00Z"}]',
    'Cannot read alerts: one ends before it starts, must end after it',
  ],
])('posting %s is refused', async (body, error) => {
  expect(await it.ask('POST', '/alerts', body)).toEqual({ status: 400, body: error });
});

describe('silences', () => {
  test('one is made, suppresses its alerts, is read, ended and kept over a restart', async () => {
    await it.ask('POST', '/alerts', [disk, slow]);
    it.round();
    const { body } = await it.ask('POST', '/silences', silence());
    const id = body.silenceID;
    expect(await named('?silenced=false')).toEqual(['Slow']);
    const [suppressed] = (await it.ask('GET', '/alerts?active=false')).body;
    expect(suppressed).toMatchObject({ status: { state: 'suppressed', silencedBy: [id] } });
    expect((await it.ask('GET', `/silence/${id}`)).body).toEqual({
      id,
      matchers: [{ name: 'pool', value: 'a', isRegex: false, isEqual: true }],
      startsAt: '2026-11-26T12:00:00.000Z',
      endsAt: '2026-11-26T13:00:00.000Z',
      updatedAt: '2026-11-26T12:00:00.000Z',
      createdBy: 'me',
      comment: 'work',
      status: { state: 'active' },
    });
    expect(new Silencing(it.metadata).book.get(id)).toEqual(it.silencing.book.get(id));
    expect(await it.ask('DELETE', `/silence/${id}`)).toEqual({ status: 200, body: undefined });
    expect(await named('?silenced=false')).toEqual(['DiskFull', 'Slow']);
    expect(await it.ask('DELETE', `/silence/${id}`)).toMatchObject({ status: 500 });
  });

  test('the list is in the order of what matters, and filters by what the matchers name', async () => {
    const make = async (pool: string, startsAt: number, endsAt: number) => {
      const times = {
        startsAt: new Date(start + startsAt).toISOString(),
        endsAt: new Date(start + endsAt).toISOString(),
      };
      await it.ask(
        'POST',
        '/silences',
        silence({ matchers: [{ name: 'pool', value: pool, isRegex: false }], ...times }),
      );
    };
    await make('gone', 0, 1);
    await make('later', 2 * hour, 3 * hour);
    await make('long', 0, 5 * hour);
    await make('short', 0, hour);
    it.pass(10);
    const pools = async (query = '') =>
      (await it.ask('GET', `/silences${query}`)).body.map((each: any) => each.matchers[0].value);
    expect(await pools()).toEqual(['short', 'long', 'later', 'gone']);
    expect(await pools('?filter=pool%3D"long"')).toEqual(['long']);
    expect(await it.ask('GET', '/silences?filter=%3D')).toMatchObject({ status: 400 });
  });

  test.each([
    [{ matchers: [] }, 400, 'invalid silence: at least one matcher required'],
    [{ endsAt: '2026-11-26T11:00:00Z' }, 400, 'start time must be before end time'],
    [{ id: 'nosuch' }, 404, 'silence nosuch not found'],
    [{ comment: undefined }, 400, 'Cannot read silence: body.comment is missing, must be text'],
  ])('%j is refused', async (more, status, error) => {
    expect(await it.ask('POST', '/silences', silence(more))).toEqual({ status, body: error });
  });

  test('what is not known is not found', async () => {
    expect(await it.ask('GET', '/silence/nosuch')).toEqual({ status: 404, body: 'silence nosuch not found' });
    expect(await it.ask('DELETE', '/silence/nosuch')).toEqual({ status: 404, body: 'silence nosuch not found' });
  });
});

test('status and receivers', async () => {
  expect((await it.ask('GET', '/receivers')).body).toEqual([{ name: 'ops' }, { name: 'pager' }]);
  const { body } = await it.ask('GET', '/status');
  expect(body).toMatchObject({ cluster: { status: 'disabled' }, uptime: '2026-11-26T12:00:00.000Z' });
  expect(body.config.original).toContain('receiver: "ops"');
  expect(body.config.original).not.toContain('127.0.0.1');
});

test('a matcher reads back as it was written, and no text makes the reader throw', () => {
  const matcher = fc.record({
    name: fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/),
    value: fc.string({ maxLength: 12 }).filter((text) => !/[\u0000-\u001f]/.test(text)),
    isRegex: fc.constant(false),
    isEqual: fc.boolean(),
  });
  fc.assert(
    fc.property(matcher, fc.string(), (each, text) => {
      expect(parseMatcher(showMatcher(each))).toEqual(each);
      parseMatcher(text);
    }),
  );
});

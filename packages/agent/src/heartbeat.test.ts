import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeHost } from '../test/fake-host.ts';
import { beatBody, parseAnswer } from './heartbeat.ts';
import { settle } from './options.ts';

test('whatever the host says of itself, the server can take the heartbeat', () => {
  const text = fc.string({ unit: 'binary', maxLength: 1_200 });
  const options = fc.record({ pool: text, instanceId: text, version: text, labels: fc.dictionary(text, text) });
  const metrics = fc.dictionary(text, fc.double(), { maxKeys: 200 });
  fc.assert(
    fc.property(options, metrics, fc.double(), text, (given, numbers, intervalMs, reason) => {
      const settings = settle({ ...given, heartbeatIntervalMs: intervalMs }, new FakeHost());
      const body = beatBody({
        ...settings,
        ...{ status: 'ok', metrics: numbers, progress: 3, intervalMs: settings.heartbeatIntervalMs, reason },
      });
      const sent = JSON.parse(JSON.stringify(body));
      expectAcceptable(sent);
    }),
  );
});

/** The limits that the server states for a heartbeat (packages/model, heartbeat.ts). */
function expectAcceptable(sent: any): void {
  const name = /^[^\p{Cc}\p{Cs}\u2028\u2029]{1,200}$/u;
  for (const each of [sent.instanceId, sent.pool, ...Object.keys(sent.labels), ...Object.keys(sent.metrics)])
    expect(each).toMatch(name);
  for (const each of [sent.version, ...Object.values(sent.labels), sent.reason]) {
    expect(each).toMatch(/^[^\p{Cc}]*$/u);
    expect(String(each).length).toBeLessThanOrEqual(1_000);
  }
  expect(sent.version.length).toBeLessThanOrEqual(100);
  expect(sent.reason.length).toBeLessThanOrEqual(500);
  expect(Object.keys(sent.labels).length).toBeLessThanOrEqual(64);
  expect(Object.keys(sent.metrics).length).toBeLessThanOrEqual(128);
  for (const each of Object.values(sent.metrics)) expect(Number.isFinite(each)).toBe(true);
  expect(sent.intervalMs).toBeGreaterThanOrEqual(500);
  expect(sent.intervalMs).toBeLessThanOrEqual(3_600_000);
}

test('any answer is understood or refused, never trusted', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      const answer = parseAnswer(body);
      if (answer?.intervalMs !== undefined) expect(answer.intervalMs).toBeGreaterThanOrEqual(500);
    }),
  );
  expect(parseAnswer({ intervalMs: 1, commands: [] })).toEqual({ intervalMs: 500, commands: [] });
  expect(parseAnswer({ intervalMs: 1e12 })).toEqual({ intervalMs: 3_600_000, commands: [] });
  expect(
    parseAnswer({ commands: Array.from({ length: 99 }, (_, i) => ({ id: `${i}`, kind: 'drain' })) })?.commands,
  ).toHaveLength(20);
  for (const wrong of [null, 'ok', 7, [], {}, { intervalMs: 'soon' }]) expect(parseAnswer(wrong)).toBeUndefined();
});

test('settings come from the options, then the environment, then defaults', () => {
  const supervised = {
    ...{ JAEGIS_URL: 'http://10.0.0.1:4300/', JAEGIS_POOL: 'research/reader', JAEGIS_INSTANCE_ID: 'reader-3' },
    ...{ JAEGIS_TOKEN: 'a-token-of-16-and', JAEGIS_SUPERVISED: '1' },
  };
  expect(settle({}, new FakeHost(supervised))).toMatchObject({
    ...{ url: 'http://10.0.0.1:4300', pool: 'research/reader', instanceId: 'reader-3', token: 'a-token-of-16-and' },
    ...{ exitOnDrain: true, handleSigterm: true },
  });
  expect(settle({ pool: 'writer', url: 'ftp://x' }, new FakeHost(supervised))).toMatchObject({
    ...{ pool: 'writer', url: 'http://10.0.0.1:4300' },
  });
  const alone = settle({}, new FakeHost());
  expect(alone).toMatchObject({
    url: 'http://127.0.0.1:4300',
    pool: 'default',
    exitOnDrain: false,
    handleSigterm: false,
  });
  expect(alone.instanceId).toMatch(/^default-box-4242/);
  expect(settle({}, new FakeHost()).instanceId).not.toBe(alone.instanceId);
});

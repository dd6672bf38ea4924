import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHeartbeat } from './parse-heartbeat.ts';

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const minimal = { instanceId: 'r-1', pool: 'reader' };

describe('parseHeartbeat', () => {
  test('fills in what was left out', () => {
    const parsed = parseHeartbeat(bytes(minimal));
    expect(parsed).toEqual({ ok: true, heartbeat: { ...minimal, status: 'ok', version: '', labels: {}, metrics: {} } });
  });

  test.each([
    ['nothing', '', 'body is empty, must be a JSON object'],
    ['half of it', '{"instanceId":', 'body is not JSON, must be a JSON object'],
    ['a list', '[]', 'body is a list, must be a JSON object'],
    ['a number', '7', 'body is 7, must be a JSON object'],
    ['no pool', { instanceId: 'a' }, 'pool is missing, must be text'],
    [
      'a control character',
      { ...minimal, instanceId: 'a\u0007b' },
      'instanceId is "a\\u0007b", must not hold control characters',
    ],
    [
      'a metric that is no number',
      { ...minimal, metrics: { queue_length: 'many' } },
      'metrics.queue_length is "many", must be a number',
    ],
    [
      'an unknown status',
      { ...minimal, status: 'fine' },
      'status is "fine", must be one of ok, busy, draining, error, stopped',
    ],
    ['an empty name', { ...minimal, pool: '' }, 'pool is "", must have >= 1 characters'],
    [
      'a version with a line end',
      { ...minimal, version: 'a\n' },
      'version is "a\\n", must not hold control characters',
    ],
    ['progress below zero', { ...minimal, progress: -1 }, 'progress is -1, must be >= 0'],
    ['a name that is too long', { ...minimal, pool: 'x'.repeat(201) }, 'pool is "xxx'],
    [
      'too many labels',
      { ...minimal, labels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, 'v'])) },
      'labels is ',
    ],
  ])('refuses %s', (_what, body, error) => {
    const parsed = parseHeartbeat(bytes(body));
    expect(parsed).toMatchObject({ ok: false, reason: 'malformed' });
    expect(parsed.ok ? '' : parsed.error).toContain(`Cannot read heartbeat: ${error}`);
  });

  test('refuses a body of a megabyte unread', () => {
    expect(parseHeartbeat(new Uint8Array(1_000_000))).toMatchObject({ ok: false, reason: 'too_large' });
  });

  test('any bytes give a result', () => {
    fc.assert(fc.property(fc.uint8Array(), (body) => parseHeartbeat(body).ok === false));
    fc.assert(fc.property(fc.json(), (body) => typeof parseHeartbeat(bytes(body)).ok === 'boolean'));
  });
});

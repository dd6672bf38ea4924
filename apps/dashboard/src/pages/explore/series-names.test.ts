import { describe, expect, test } from 'vitest';
import { colorSlots, seriesName, tellingLabels, unitOf } from './series-names.ts';

const a = { __name__: 'up', job: 'x', pool: 'a' };
const b = { __name__: 'up', job: 'x', pool: 'b' };

describe('series are named by what tells them apart', () => {
  test('among several', () => {
    const telling = tellingLabels([a, b]);
    expect(telling).toEqual(['pool']);
    expect(seriesName(a, telling)).toBe('{pool="a"}');
    expect(seriesName({ __name__: 'down', pool: 'a' }, tellingLabels([a, { __name__: 'down', pool: 'a' }]))).toBe(
      'down',
    );
  });
  test('alone: by all that it has', () => {
    expect(seriesName(a, tellingLabels([a]))).toBe('up{job="x", pool="a"}');
    expect(seriesName({}, [])).toBe('value');
  });
});

test('up to eight series never share a colour', () => {
  const names = Array.from({ length: 8 }, (_, i) => `series ${i}`);
  expect(new Set(colorSlots(names)).size).toBe(8);
  expect(colorSlots([...names, 'one more'])).toHaveLength(9);
});

test.each([
  ['jaegis_pool_signal{signal="latency_p95"}', 'seconds'],
  ['node_memory_used_bytes', 'bytes'],
  ['rate(network_receive_bytes_total[5m])', 'bytes/s'],
  ['sum(rate(http_requests_total[5m]))', '1/s'],
  ['count(up)', 'count'],
  ['a_bytes / b_bytes', 'count'],
  ['up', 'count'],
])('%s is in %s', (expr, unit) => {
  expect(unitOf(expr, [])).toBe(unit);
});

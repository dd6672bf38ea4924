import { describe, expect, test } from 'vitest';
import { prometheusLabelName, prometheusName } from './metric-name.ts';

describe('prometheusName', () => {
  test.each([
    ['http.server.duration', 's', 'other', 'http_server_duration_seconds'],
    ['http.server.duration.seconds', 's', 'other', 'http_server_duration_seconds'],
    ['system.io', 'By', 'counter', 'system_io_bytes_total'],
    ['requests_total', '', 'counter', 'requests_total'],
    ['total.requests', '', 'counter', 'requests_total'],
    ['network.io', 'By/s', 'gauge', 'network_io_bytes_per_second'],
    ['packets', '{packet}/s', 'gauge', 'packets_per_second'],
    ['cpu.utilization', '1', 'gauge', 'cpu_utilization_ratio'],
    ['cpu.share', '1', 'counter', 'cpu_share_total'],
    ['in.flight', '{request}', 'other', 'in_flight'],
    ['a--b..c__d', '', 'other', 'a_b_c_d'],
    ['2xx', '', 'other', '_2xx'],
    ['gen_ai.client.token.usage', '{token}', 'other', 'gen_ai_client_token_usage'],
    ['speed', 'km/h', 'gauge', 'speed_km_per_hour'],
    ['ünïcode', '', 'other', 'n_code'],
    ['..', '', 'other', ''],
  ] as const)('%s in %s (%s) is %s', (name, unit, shape, wanted) => {
    expect(prometheusName(name, unit, { shape, translation: 'UnderscoreEscapingWithSuffixes' })).toBe(wanted);
  });
});

test.each([
  ['http.method', 'http_method'],
  ['9lives', 'key_9lives'],
  ['_x', 'key_x'],
  ['__name__', 'key__name__'],
])('label %s is %s', (key, wanted) => {
  expect(prometheusLabelName(key)).toBe(wanted);
});

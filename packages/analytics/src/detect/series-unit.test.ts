import { expect, test } from 'vitest';
import { unitOfSeries } from './series-unit.ts';

test.each([
  ['jaegis_process_resident_memory_bytes', 'bytes'],
  ['jaegis_host_network_receive_bytes_total', 'bytes/s'],
  ['jaegis_host_cpu_seconds_total', 'ratio'],
  ['http_request_duration_seconds', 'seconds'],
  ['http_request_duration_seconds_count', '1/s'],
  ['http_requests_total', '1/s'],
  ['cache_hit_ratio', 'ratio'],
  ['queue_length', 'count'],
])('%s is in %s', (name, unit) => {
  expect(unitOfSeries(name)).toBe(unit);
});

import { expect, test } from 'vitest';
import { IngestCounters } from './ingest-counters.ts';

test('counts by protocol and reason, and shows them as metrics', () => {
  const counters = new IngestCounters();
  counters.samples('otlp_http', 3);
  counters.samples('otlp_http', 2);
  counters.spans('otlp_grpc', 1);
  counters.heartbeats(4);
  counters.rejected('otlp_http', 'too_old', 2);
  counters.rejected('otlp_http', 'too_old', 0);
  expect(counters.snapshot()).toEqual({
    samples: { otlp_http: 5 },
    spans: { otlp_grpc: 1 },
    logs: {},
    bytes: {},
    requests: {},
    heartbeats: 4,
    rejected: { otlp_http: { too_old: 2 } },
  });
  expect(counters.lines()).toEqual([
    { name: 'jaegis_ingest_samples_total', labels: { protocol: 'otlp_http' }, value: 5 },
    { name: 'jaegis_ingest_spans_total', labels: { protocol: 'otlp_grpc' }, value: 1 },
    { name: 'jaegis_ingest_heartbeats_total', labels: {}, value: 4 },
    { name: 'jaegis_ingest_rejected_total', labels: { protocol: 'otlp_http', reason: 'too_old' }, value: 2 },
  ]);
});

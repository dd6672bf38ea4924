import { expect, test } from 'vitest';
import { SelfMetrics } from './self-metrics.ts';

test('the page is in the Prometheus form: one HELP and TYPE a family, labels escaped', () => {
  const metrics = new SelfMetrics();
  metrics.describe('jaegis_refused_total', 'counter', 'Refused, by reason.');
  metrics.describe('jaegis_took_seconds', 'summary', 'How long.');
  metrics.count('jaegis_refused_total', { reason: 'too "old"\n' });
  metrics.count('jaegis_refused_total', { reason: 'malformed' }, 2);
  metrics.observe('jaegis_took_seconds', 0.5);
  metrics.observe('jaegis_took_seconds', 1.5);
  expect(metrics.page()).toBe(`# HELP jaegis_refused_total Refused, by reason.
# TYPE jaegis_refused_total counter
jaegis_refused_total{reason="malformed"} 2
jaegis_refused_total{reason="too \\"old\\"\\n"} 1
# HELP jaegis_took_seconds How long.
# TYPE jaegis_took_seconds summary
jaegis_took_seconds_count 2
jaegis_took_seconds_sum 2
`);
});

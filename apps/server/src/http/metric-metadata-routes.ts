import { parseSelectors } from '@jaegis/promql';
import type { FastifyInstance } from 'fastify';
import type { Core } from '../core/core.ts';
import { type Query, text } from './answer.ts';
import { BadParameter, both, onlyGet, sendBadData, timeParameter } from './prometheus-params.ts';

/** What is known beside samples, in Prometheus' form: what metrics are, and exemplars. */
export function metricMetadataRoutes(app: FastifyInstance, core: Core): void {
  onlyGet(app, '/api/v1/metadata', (query, reply) => {
    const metric = text(query, 'metric');
    const limit = countOf(query, 'limit');
    const limitPerMetric = countOf(query, 'limit_per_metric');
    const found = core.fleet.metricMetadata.list({
      ...(metric !== undefined && { metric }),
      ...(limit !== undefined && limit >= 0 && { limit }),
      ...(limitPerMetric !== undefined && limitPerMetric > 0 && { limitPerMetric }),
    });
    const data = [...found].map(([name, entries]) => [
      name,
      entries.map(({ type, help, unit }) => ({ type, help, unit })),
    ]);
    return reply.send({ status: 'success', data: Object.fromEntries(data) });
  });

  both(app, '/api/v1/query_exemplars', (query, reply) => {
    const from = timeParameter(query, 'start', 0);
    const to = timeParameter(query, 'end', core.clock.now());
    if (to < from)
      return sendBadData(reply, 'invalid parameter "end": end timestamp must not be before start timestamp');
    const parsed = parseSelectors(text(query, 'query') ?? '');
    if (!parsed.ok) return sendBadData(reply, `invalid parameter "query": ${parsed.error}`);
    const wanted = new Set(parsed.selectors.flatMap((matchers) => core.store.refsOf(matchers)));
    const found = core.fleet.exemplars.select(
      (ref) => (wanted.has(ref) ? core.store.labelsOf(ref) : undefined),
      from,
      to,
    );
    const data = found.map((series) => ({
      seriesLabels: series.labels,
      exemplars: series.exemplars.map(({ labels, value, at }) => ({
        labels,
        value: String(value),
        timestamp: at / 1_000,
      })),
    }));
    return reply.send({ status: 'success', data });
  });
}

/** Negative ones stand for no limit, as in Prometheus. */
function countOf(query: Query, name: string): number | undefined {
  const value = text(query, name);
  if (value !== undefined && !/^[+-]?\d+$/.test(value)) throw new BadParameter(`${name} must be a number`);
  return value === undefined ? undefined : Number(value);
}

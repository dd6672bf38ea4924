import { parseSelectors } from '@jaegis/promql';
import type { FastifyInstance } from 'fastify';
import type { Core } from '../core/core.ts';
import { type Query, text } from './answer.ts';
import { BadParameter, both, matchesLabels, onlyGet, sendBadData, timeParameter } from './prometheus-params.ts';

const partOfMetric = /_(?:bucket|sum|count|total)$/;

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

  onlyGet(app, '/api/v1/targets/metadata', (query, reply) => {
    const asked = text(query, 'match_target') ?? '';
    const parsed = asked === '' ? undefined : parseSelectors(asked);
    if (parsed?.ok === false) return sendBadData(reply, `invalid parameter "match_target": ${parsed.error}`);
    const metric = text(query, 'metric') ?? '';
    const limit = countOf(query, 'limit') ?? -1;
    const { store, fleet } = core;
    const found = [];
    for (const { job, url } of core.views.system().scrapes) {
      const target = { instance: URL.canParse(url) ? new URL(url).host : url, job };
      if (parsed !== undefined && !parsed.selectors.some((matchers) => matchesLabels(matchers, target))) continue;
      const own = Object.entries(target).map(([name, value]) => ({ name, op: '=' as const, value }));
      const names = store.labelValues('__name__', own);
      const families = new Set([...names, ...names.map((name) => name.replace(partOfMetric, ''))]);
      for (const [name, told] of fleet.metricMetadata.list(metric === '' ? {} : { metric }))
        if (families.has(name)) found.push({ target, ...told[0]!, metric: name });
    }
    const entries = found.map(({ target, metric: name, type, help, unit }) =>
      metric === '' ? { target, metric: name, type, help, unit } : { target, type, help, unit },
    );
    return reply.send({ status: 'success', data: limit >= 0 ? entries.slice(0, limit) : entries });
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

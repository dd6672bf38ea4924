import { parseSelectors } from '@jaegis/promql';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../core/core.ts';
import { number, type Query, text } from './answer.ts';
import { readTime } from './prometheus-params.ts';

/** What is known beside samples, in Prometheus' form: what metrics are, and exemplars. */
export function metricMetadataRoutes(app: FastifyInstance, core: Core): void {
  app.get('/api/v1/metadata', (request, reply) => {
    const query = request.query as Query;
    const metric = text(query, 'metric');
    const limit = number(query, 'limit');
    const limitPerMetric = number(query, 'limit_per_metric');
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

  const exemplars = (query: Query, reply: FastifyReply): FastifyReply => {
    const parsed = parseSelectors(text(query, 'query') ?? '');
    const from = readTime(text(query, 'start'));
    const to = readTime(text(query, 'end'));
    const error = !parsed.ok
      ? `invalid parameter "query": ${parsed.error}`
      : from === undefined || to === undefined
        ? 'invalid parameter "start" or "end": must be a time'
        : to < from
          ? 'invalid parameter "end": end timestamp must not be before start timestamp'
          : undefined;
    if (error !== undefined || !parsed.ok)
      return reply.code(400).send({ status: 'error', errorType: 'bad_data', error });
    const wanted = new Set(parsed.selectors.flatMap((matchers) => core.store.refsOf(matchers)));
    const found = core.fleet.exemplars.select(
      (ref) => (wanted.has(ref) ? core.store.labelsOf(ref) : undefined),
      from!,
      to!,
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
  };
  app.get('/api/v1/query_exemplars', (request, reply) => exemplars(request.query as Query, reply));
  app.post('/api/v1/query_exemplars', (request, reply) => exemplars(withForm(request), reply));
}

function withForm(request: FastifyRequest): Query {
  const form: Record<string, string> = Object.create(null);
  const body = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
  for (const [name, value] of new URLSearchParams(body)) form[name] = value;
  return { ...(request.query as Query), ...form };
}

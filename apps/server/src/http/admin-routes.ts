import { parseSelector } from '@jaegis/promql';
import { InvalidMatcherError } from '@jaegis/tsdb';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../core/core.ts';
import type { Query } from './answer.ts';
import { readTime } from './prometheus-params.ts';

/**
 * Prometheus' TSDB admin API, POST or PUT: delete_series, clean_tombstones, snapshot. They change data, so the guard lets
 * no foreign page near them; what they are given is a selector and times, never a path.
 */
export function adminRoutes(app: FastifyInstance, core: Core, snapshot: () => Promise<string>): void {
  const change = (url: string, handler: (query: Query, reply: FastifyReply) => Promise<FastifyReply>): void => {
    for (const method of ['POST', 'PUT'] as const)
      app.route({ method, url, handler: (request, reply) => handler(parametersOf(request), reply) });
  };

  change('/api/v1/admin/tsdb/delete_series', async (query, reply) => {
    const given = [query['match[]'] ?? []].flat();
    if (given.length === 0) return refuse(reply, 400, 'no match[] parameter provided');
    const from = readTime(single(query['start']) ?? '-Infinity') ?? Number.NEGATIVE_INFINITY;
    const to = readTime(single(query['end']) ?? 'Infinity') ?? Number.POSITIVE_INFINITY;
    const parsed = given.map((each) => parseSelector(each));
    for (const each of parsed) if (!each.ok) return refuse(reply, 400, `invalid parameter "match[]": ${each.error}`);
    for (const key of ['start', 'end'])
      if (query[key] !== undefined && readTime(single(query[key])) === undefined)
        return refuse(reply, 400, `invalid parameter "${key}": is ${JSON.stringify(query[key])}, must be a time`);
    try {
      for (const each of parsed)
        if (each.ok) await core.store.deleteSeries({ matchers: each.selector.matchers, from, to });
    } catch (error) {
      return refuse(reply, error instanceof InvalidMatcherError ? 400 : 503, textOf(error));
    }
    return reply.code(204).send();
  });

  change('/api/v1/admin/tsdb/clean_tombstones', async (_query, reply) => {
    try {
      await core.store.cleanTombstones();
    } catch (error) {
      return refuse(reply, 503, `Cannot clean tombstones: ${textOf(error)}`);
    }
    return reply.code(204).send();
  });

  change('/api/v1/admin/tsdb/snapshot', async (_query, reply) => {
    try {
      return reply.send({ status: 'success', data: { name: await snapshot() } });
    } catch (error) {
      return refuse(reply, 503, `Cannot take a snapshot: ${textOf(error)}`);
    }
  });
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).send({ status: 'error', errorType: status === 400 ? 'bad_data' : 'unavailable', error });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** From the address and, as Prometheus takes them too, from a form. */
function parametersOf(request: FastifyRequest): Query {
  const form: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : ''))
    (form[name] ??= []).push(value);
  return { ...(request.query as Query), ...form };
}

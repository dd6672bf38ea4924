import type { Matcher } from '@jaegis/model';
import { evalInstant, evalRange, parseSelector, type QueryResult } from '@jaegis/promql';
import { parseDurationMs } from '@jaegis/std';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../core/core.ts';
import { number, type Query, text } from './answer.ts';

/** Prometheus' own limit: more points than this a series is a mistake in the step. */
const maxPointsPerSeries = 11_000;
/** One question may not take the memory of all the others: 5 million samples are about 80 MB, a million points 200 MB. */
const queryLimits = { maxSamples: 5_000_000, maxPoints: 1_000_000 };
/** Most series or label values in an answer; a smaller `limit` may be asked for. What is cut is told, as Prometheus does. */
const maxListed = 100_000;

/** The Prometheus HTTP API, GET and POST alike (contracts.md). Times are epoch seconds or RFC 3339. */
export function prometheusRoutes(app: FastifyInstance, core: Core): void {
  both(app, '/api/v1/query', (query, reply) => {
    const time = readTime(text(query, 'time')) ?? core.clock.now();
    return sendResult(reply, evalInstant(core.store, text(query, 'query') ?? '', time, queryLimits));
  });

  both(app, '/api/v1/query_range', (query, reply) => {
    const startMs = readTime(text(query, 'start'));
    const endMs = readTime(text(query, 'end'));
    const stepMs = readStepMs(text(query, 'step'));
    if (startMs === undefined || endMs === undefined)
      return sendBadData(reply, 'invalid parameter "start" or "end": must be a time');
    if (stepMs === undefined || stepMs <= 0)
      return sendBadData(
        reply,
        'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
      );
    if (endMs < startMs)
      return sendBadData(reply, 'invalid parameter "end": end timestamp must not be before start time');
    if ((endMs - startMs) / stepMs > maxPointsPerSeries) {
      return sendBadData(
        reply,
        'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
      );
    }
    return sendResult(
      reply,
      evalRange(core.store, text(query, 'query') ?? '', { startMs, endMs, stepMs }, queryLimits),
    );
  });

  both(app, '/api/v1/series', (query, reply) => {
    const given = list(query, 'match[]');
    if (given.length === 0) return sendBadData(reply, 'no match[] parameter provided');
    const matchers = readMatchers(given);
    if (typeof matchers === 'string') return sendBadData(reply, matchers);
    const found = matchers.flatMap((each) =>
      core.store.series(each, readTime(text(query, 'start')), readTime(text(query, 'end'))),
    );
    return sendList(reply, query, [...new Map(found.map((labels) => [JSON.stringify(labels), labels])).values()]);
  });

  both(app, '/api/v1/labels', (query, reply) => {
    const matchers = readMatchers(list(query, 'match[]'));
    if (typeof matchers === 'string') return sendBadData(reply, matchers);
    return sendList(
      reply,
      query,
      union(matchers, (each) => core.store.labelNames(each)),
    );
  });

  app.get('/api/v1/label/:name/values', (request, reply) => {
    const { name } = request.params as { name: string };
    const matchers = readMatchers(list(request.query as Query, 'match[]'));
    if (typeof matchers === 'string') return sendBadData(reply, matchers);
    return sendList(
      reply,
      request.query as Query,
      union(matchers, (each) => core.store.labelValues(name, each)),
    );
  });

  app.get('/api/v1/status/buildinfo', (_request, reply) =>
    sendData(reply, {
      version: core.version,
      revision: '',
      branch: '',
      buildUser: '',
      buildDate: '',
      goVersion: process.version,
    }),
  );
}

type Handler = (query: Query, reply: FastifyReply) => FastifyReply;

function both(app: FastifyInstance, url: string, handler: Handler): void {
  app.get(url, (request, reply) => handler(request.query as Query, reply));
  app.post(url, (request, reply) => handler({ ...(request.query as Query), ...formOf(request) }, reply));
}

function formOf(request: FastifyRequest): Query {
  // Without a prototype: a field may be called `__proto__` or `constructor`.
  const form: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : ''))
    (form[name] ??= []).push(value);
  return form;
}

function list(query: Query, name: string): string[] {
  const value = query[name];
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Epoch milliseconds from Prometheus' forms of time; `undefined` when it is none. */
export function readTime(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.round(seconds * 1_000);
  const parsed = Date.parse(value);
  return Number.isNaN(parsed) ? undefined : parsed;
}

function readStepMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = Number(value);
  return Number.isFinite(seconds) ? Math.round(seconds * 1_000) : parseDurationMs(value);
}

function readMatchers(selectors: readonly string[]): (readonly Matcher[])[] | string {
  const found: (readonly Matcher[])[] = [];
  for (const each of selectors) {
    const parsed = parseSelector(each);
    if (!parsed.ok) return `invalid parameter "match[]": ${parsed.error}`;
    found.push(parsed.selector.matchers);
  }
  return found;
}

function union(matchers: (readonly Matcher[])[], read: (matchers?: readonly Matcher[]) => string[]): string[] {
  if (matchers.length === 0) return read();
  return [...new Set(matchers.flatMap((each) => read(each)))].sort();
}

function sendResult(reply: FastifyReply, result: QueryResult): FastifyReply {
  if (!result.ok)
    return reply
      .code(result.errorType === 'bad_data' ? 400 : 422)
      .send({ status: 'error', errorType: result.errorType, error: result.error });
  return sendData(reply, { resultType: result.resultType, result: result.result });
}

function sendData(reply: FastifyReply, data: unknown): FastifyReply {
  return reply.send({ status: 'success', data });
}

function sendList(reply: FastifyReply, query: Query, items: readonly unknown[]): FastifyReply {
  const asked = number(query, 'limit') ?? 0;
  const limit = asked >= 1 ? Math.min(Math.floor(asked), maxListed) : maxListed;
  if (items.length <= limit) return sendData(reply, items);
  return reply.send({
    status: 'success',
    data: items.slice(0, limit),
    warnings: ['results truncated due to limit'],
  });
}

function sendBadData(reply: FastifyReply, error: string): FastifyReply {
  return reply.code(400).send({ status: 'error', errorType: 'bad_data', error });
}

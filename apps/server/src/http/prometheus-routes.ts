import type { Matcher, SystemReport } from '@jaegis/model';
import { describeQuery } from '@jaegis/promql';
import { formatDuration } from '@jaegis/std';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Core } from '../core/core.ts';
import type { QueryRunner } from '../query/query-runner.ts';
import { prometheusTime, type Query, text } from './answer.ts';
import {
  both,
  limitParameter,
  list,
  matchParameters,
  onlyGet,
  sendBadData,
  timeParameter,
} from './prometheus-params.ts';
import { queryRoutes } from './query-routes.ts';

/** Most series or label values in an answer; a smaller `limit` may be asked for. What is cut is told, as Prometheus does. */
const maxListed = 100_000;

/** The Prometheus HTTP API, GET and POST alike (contracts.md). Times are epoch seconds or RFC 3339. */
export function prometheusRoutes(app: FastifyInstance, core: Core, runner: QueryRunner): void {
  queryRoutes(app, core, runner);

  both(app, '/api/v1/series', (query, reply) => {
    if (list(query, 'match[]').length === 0) return sendBadData(reply, 'no match[] parameter provided');
    const range = rangeOf(query);
    const found = matchParameters(query).flatMap((each) => core.store.series(each, range.fromMs, range.toMs));
    return sendList(reply, query, [...new Map(found.map((labels) => [JSON.stringify(labels), labels])).values()]);
  });

  both(app, '/api/v1/labels', (query, reply) => {
    rangeOf(query);
    return sendList(
      reply,
      query,
      union(matchParameters(query), (each) => core.store.labelNames(each)),
    );
  });

  onlyGet(app, '/api/v1/label/:name/values', (query, reply, request) => {
    const { name } = request.params as { name: string };
    rangeOf(query);
    return sendList(
      reply,
      query,
      union(matchParameters(query), (each) => core.store.labelValues(unescapeName(name), each)),
    );
  });

  both(app, '/api/v1/format_query', (query, reply) => {
    const described = describeQuery(text(query, 'query') ?? '');
    if (!described.ok) return sendBadData(reply, `invalid parameter "query": ${described.error}`);
    return sendData(reply, described.text);
  });

  both(app, '/api/v1/parse_query', (query, reply) => {
    const described = describeQuery(text(query, 'query') ?? '');
    if (!described.ok) return sendBadData(reply, `invalid parameter "query": ${described.error}`);
    return sendData(reply, described.json);
  });

  onlyGet(app, '/api/v1/targets', (query, reply) => {
    const state = text(query, 'state') ?? 'any';
    if (!/^(any|active|dropped)$/.test(state)) return sendBadData(reply, `invalid parameter "state": ${state}`);
    const pool = text(query, 'scrapePool');
    const scrapes = state === 'dropped' ? [] : core.views.system().scrapes;
    const wanted = scrapes.filter(({ job }) => pool === undefined || job === pool);
    return sendData(reply, { activeTargets: wanted.map(targetOf), droppedTargets: [], droppedTargetCounts: {} });
  });
}

function targetOf(scrape: SystemReport['scrapes'][number]) {
  const { job, url, labels, up, lastAt, durationMs, error } = scrape;
  const { host, pathname, protocol, searchParams } = new URL(url);
  const scrapeInterval = formatDuration(scrape.intervalMs);
  const scrapeTimeout = formatDuration(scrape.timeoutMs);
  const { instance: _instance, ...configured } = labels;
  const parameters = [...searchParams].map(([name, value]) => [`__param_${name}`, value]);
  return {
    discoveredLabels: {
      ...configured,
      ...Object.fromEntries(parameters),
      __address__: host,
      __metrics_path__: pathname,
      __scheme__: protocol.slice(0, -1),
      __scrape_interval__: scrapeInterval,
      __scrape_timeout__: scrapeTimeout,
    },
    labels,
    scrapePool: job,
    scrapeUrl: url,
    globalUrl: url,
    lastError: error,
    lastScrape: prometheusTime(lastAt),
    lastScrapeDuration: (durationMs ?? 0) / 1_000,
    health: lastAt === null ? 'unknown' : up ? 'up' : 'down',
    scrapeInterval,
    scrapeTimeout,
  };
}

/** Both ends are optional. */
function rangeOf(query: Query): { fromMs: number | undefined; toMs: number | undefined } {
  const end = (name: string) => (text(query, name) === undefined ? undefined : timeParameter(query, name));
  return { fromMs: end('start'), toMs: end('end') };
}

/** Names that are no identifiers come as `U__` with the code points of what is not a letter, a digit or `_`: `U__a_2e_b`. */
function unescapeName(name: string): string {
  if (!name.startsWith('U__')) return name;
  return name
    .slice(3)
    .replace(/__|_([0-9a-fA-F]{1,6})_/g, (whole, code?: string) =>
      code === undefined ? '_' : codePoint(Number.parseInt(code, 16), whole),
    );
}

function codePoint(code: number, otherwise: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : otherwise;
}

function union(matchers: (readonly Matcher[])[], read: (matchers?: readonly Matcher[]) => string[]): string[] {
  if (matchers.length === 0) return read();
  return [...new Set(matchers.flatMap((each) => read(each)))].sort();
}

function sendData(reply: FastifyReply, data: unknown): FastifyReply {
  return reply.send({ status: 'success', data });
}

function sendList(reply: FastifyReply, query: Query, items: readonly unknown[]): FastifyReply {
  const asked = limitParameter(query);
  const limit = asked > 0 ? Math.min(asked, maxListed) : maxListed;
  if (items.length <= limit) return sendData(reply, items);
  return reply.send({
    status: 'success',
    data: items.slice(0, limit),
    warnings: ['results truncated due to limit'],
  });
}

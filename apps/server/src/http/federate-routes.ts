import { isStaleMarker } from '@jaegis/model';
import { parseSelector } from '@jaegis/promql';
import type { FastifyInstance } from 'fastify';
import type { Core } from '../core/core.ts';
import { list, onlyGet, sendBadData } from './prometheus-params.ts';

/** A sample stands for its series this long, as in queries. */
const lookbackMs = 300_000;
const maxSeries = 200_000;

/** `/federate`: the newest samples of the series that fit, in the text form, for another Prometheus to scrape. */
export function federateRoutes(app: FastifyInstance, core: Core): void {
  onlyGet(app, '/federate', (query, reply) => {
    const now = core.clock.now();
    const found = new Map<number, string>();
    for (const each of list(query, 'match[]')) {
      const parsed = parseSelector(each);
      if (!parsed.ok) return sendBadData(reply, `invalid parameter "match[]": ${parsed.error}`);
      for (const ref of core.store.refsOf(parsed.selector.matchers)) {
        const newest = core.store.latest(ref);
        if (newest === undefined || newest.at < now - lookbackMs || isStaleMarker(newest.value) || found.has(ref))
          continue;
        if (found.size >= maxSeries)
          return reply.code(422).send({
            status: 'error',
            errorType: 'execution',
            error: `more than ${maxSeries} series fit, must be fewer`,
          });
        found.set(ref, lineOf(core.store.labelsOf(ref)!, newest));
      }
    }
    // A metric's lines stand together.
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send([...found.values()].sort().join(''));
  });
}

function lineOf(labels: Readonly<Record<string, string>>, { at, value }: { at: number; value: number }): string {
  const { __name__: name = '', ...rest } = labels;
  // A federated series always says whose it is: an empty instance keeps the scraper from putting its own there.
  const all = { instance: '', ...rest };
  const pairs = Object.entries(all)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, text]) => `${plainName.test(key) ? key : quoted(key)}=${quoted(text)}`);
  // A name that is no identifier stands among the labels, in quotes.
  const series = plainName.test(name) ? `${name}{${pairs.join(',')}}` : `{${[quoted(name), ...pairs].join(',')}}`;
  return `${series} ${formatValue(value)} ${at}\n`;
}

const plainName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

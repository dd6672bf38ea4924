import { formatDuration } from '@jaegis/std';
import type { FastifyInstance } from 'fastify';
import { stringify } from 'yaml';
import type { Core } from '../core/core.ts';
import { effectiveConfig } from '../effective-config.ts';
import { buildInfo } from './answer.ts';
import { limitParameter, onlyGet } from './prometheus-params.ts';

/** Above this many names counting series by name takes too long beside the ingest. */
const maxCounted = 20_000;
const defaultTop = 10;

/** What Prometheus says of itself under `/api/v1/status`, as far as it means something here, and its probes. */
export function statusRoutes(app: FastifyInstance, core: Core): void {
  const success = (data: unknown) => ({ status: 'success', data });

  onlyGet(app, '/api/v1/status/buildinfo', (_query, reply) => reply.send(success(buildInfo(core))));

  onlyGet(app, '/api/v1/status/runtimeinfo', (_query, reply) => {
    const { options, startedAt, hostName } = core.fleet;
    return reply.send(
      success({
        startTime: new Date(startedAt).toISOString(),
        serverTime: new Date(core.clock.now()).toISOString(),
        hostname: hostName,
        corruptionCount: core.store.stats().blocks.damaged,
        storageRetention: formatDuration(options.retention_raw),
      }),
    );
  });

  onlyGet(app, '/api/v1/status/flags', (_query, reply) => {
    const { token: _secret, ...options } = core.fleet.options;
    const flags = Object.entries(options).map(([name, value]) => [name.replaceAll('_', '-'), String(value)]);
    return reply.send(success(Object.fromEntries(flags)));
  });

  onlyGet(app, '/api/v1/status/config', (_query, reply) => {
    const { config, options } = core.fleet;
    return reply.send(success({ yaml: stringify(effectiveConfig(config, options)) }));
  });

  walReplayRoute(app, 'done');

  onlyGet(app, '/api/v1/status/tsdb', (query, reply) => {
    const top = limitParameter(query) || defaultTop;
    const { store } = core;
    const { series, oldestAt } = store.stats();
    const names = store.labelNames();
    const values = names.map((name) => ({ name, value: store.labelValues(name).length }));
    const metrics = store.labelValues('__name__').slice(0, maxCounted);
    return reply.send(
      success({
        headStats: {
          numSeries: series,
          numLabelPairs: values.reduce((sum, { value }) => sum + value, 0),
          minTime: oldestAt,
          maxTime: core.clock.now(),
        },
        seriesCountByMetricName: largest(
          metrics.map((name) => ({ name, value: store.refsOf([{ name: '__name__', op: '=', value: name }]).length })),
          top,
        ),
        labelValueCountByLabelName: largest(values, top),
      }),
    );
  });

  onlyGet(app, '/api/v1/alertmanagers', (_query, reply) => {
    const urls = core.fleet.config.receivers.flatMap(({ alertmanager }) =>
      alertmanager === undefined ? [] : [{ url: `${alertmanager.url.replace(/\/+$/, '')}/api/v2/alerts` }],
    );
    return reply.send(success({ activeAlertmanagers: urls, droppedAlertmanagers: [] }));
  });

  onlyGet(app, '/api/v1/scrape_pools', (_query, reply) =>
    reply.send(success({ scrapePools: core.fleet.config.scrape.map(({ job }) => job).sort() })),
  );

  app.get('/-/healthy', (_request, reply) => reply.send('JAEGIS is Healthy.\n'));
  app.get('/-/ready', (_request, reply) =>
    core.isReady() ? reply.send('JAEGIS is Ready.\n') : reply.code(503).send('Service Unavailable\n'),
  );
}

/** Whether the log is read. How far the reading is nobody counts in segments. */
export function walReplayRoute(app: FastifyInstance, state: 'in progress' | 'done'): void {
  onlyGet(app, '/api/v1/status/walreplay', (_query, reply) =>
    reply.send({ status: 'success', data: { min: 0, max: 0, current: 0, state } }),
  );
}

function largest(counted: readonly { readonly name: string; readonly value: number }[], count: number) {
  return [...counted].sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1)).slice(0, count);
}

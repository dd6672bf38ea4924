import { formatDuration } from '@jaegis/std';
import type { FastifyInstance } from 'fastify';
import { stringify } from 'yaml';
import type { Core } from '../core/core.ts';
import { effectiveConfig } from '../effective-config.ts';
import { buildInfo } from './answer.ts';
import { limitParameter, onlyGet } from './prometheus-params.ts';

const defaultTop = 10;
/** As in Prometheus. */
const maxTop = 10_000;

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
        CWD: process.cwd(),
        // The configuration is read once, at the start, which fails when it is wrong.
        reloadConfigSuccess: true,
        lastConfigTime: new Date(startedAt).toISOString(),
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
    const top = Math.min(limitParameter(query) || defaultTop, maxTop);
    const { series, chunks, oldestAt } = core.store.stats();
    const found = core.store.cardinality(top);
    return reply.send(
      success({
        headStats: {
          numSeries: series,
          numLabelPairs: found.labelPairs,
          chunkCount: chunks,
          minTime: oldestAt,
          maxTime: core.clock.now(),
        },
        seriesCountByMetricName: found.seriesByMetric,
        labelValueCountByLabelName: found.valuesByLabel,
        memoryInBytesByLabelName: found.bytesByLabel,
        seriesCountByLabelValuePair: found.seriesByPair,
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

  // What Prometheus' own page asks for. Nothing is ever notified here: trouble of ours is an incident. Without a stream
  // (204, as Prometheus answers when it has too many readers) that page asks for the list now and then.
  onlyGet(app, '/api/v1/notifications', (_query, reply) => reply.send(success([])));
  onlyGet(app, '/api/v1/notifications/live', (_query, reply) => reply.code(204).send());

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

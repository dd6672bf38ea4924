import type { TelemetrySinks } from '@jaegis/ingest';
import type { Fleet } from './fleet.ts';
import { keepNew } from './heartbeats.ts';

/** Where received telemetry goes: samples to the store, spans to the topology and the RED windows, logs to their own log. */
export function createSinks(fleet: Fleet): TelemetrySinks {
  const { telemetryLog, topology, red, registry } = fleet;
  const failed = (what: string) => (error: unknown) => {
    fleet.selfMetrics.count('jaegis_telemetry_log_failures_total', { what });
    fleet.log.warn({ err: error }, `Cannot keep ${what}: ${error instanceof Error ? error.message : String(error)}`);
  };
  // A request may bring many new agents, and a turn many requests: they are kept in one go, before any is answered.
  const fresh: string[] = [];
  const keepFresh = (): void => {
    if (fresh.length > 0) keepNew(fleet, fresh.splice(0));
  };
  let keeping: Promise<void> | undefined;
  const keepThisTurn = (): Promise<void> | undefined => {
    if (fleet.nextTurn === undefined) keepFresh();
    else if (fresh.length > 0)
      keeping ??= fleet.nextTurn().then(() => {
        keeping = undefined;
        keepFresh();
      });
    return keeping;
  };
  return {
    samples: {
      resolve: (labels, now) => fleet.store.resolve(labels, now),
      append: async (batch, now) => {
        const startedAt = fleet.stopwatch();
        const kept = keepThisTurn();
        const appended = fleet.store.append(batch, now).then((result) => {
          fleet.visibleMs.add(fleet.stopwatch() - startedAt);
          fleet.received.take(batch, now);
          return result;
        });
        return kept === undefined ? appended : (await Promise.all([appended, kept]))[0];
      },
    },
    exemplars: (exemplars) => {
      fleet.remoteWrites?.exemplars(exemplars);
      return fleet.exemplars.add(exemplars);
    },
    metadata: (metadata) => fleet.metricMetadata.add(metadata),
    contact: (identity, now) => {
      const isKnown = registry.has(identity.instanceId);
      const isTaken = registry.contact(identity, now);
      if (isTaken) fleet.pools.ensure(identity.pool);
      if (isTaken && !isKnown) fresh.push(identity.instanceId);
      return isTaken;
    },
    spans: (spans, now) => {
      keepFresh();
      for (const span of spans) {
        topology.observe(span, now);
        red.observe(span, now);
      }
      telemetryLog?.appendSpans([...spans]).catch(failed('spans'));
    },
    logs: async (records) => {
      keepFresh();
      // Logs are acknowledged when they are kept.
      await telemetryLog?.appendLogs([...records]);
    },
  };
}

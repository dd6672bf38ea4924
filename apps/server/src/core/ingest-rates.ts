import type { IngestSnapshot } from '@jaegis/ingest';
import { RingBuffer } from '@jaegis/std';
import type { Fleet } from './fleet.ts';

interface Reading {
  readonly at: number;
  readonly counts: IngestSnapshot;
}

const readings = new WeakMap<Fleet, RingBuffer<Reading>>();
/** A minute of readings, one in 10 s, and one more to start from. */
const kept = 7;

export interface IngestRates {
  readonly samples: number;
  readonly spans: number;
  readonly logs: number;
  readonly heartbeats: number;
  readonly byProtocol: Readonly<Record<string, number>>;
}

/** Takes a reading of the counters; called every 10 s. */
export function readCounters(fleet: Fleet, now: number): void {
  const ring = readings.get(fleet) ?? new RingBuffer<Reading>(kept);
  readings.set(fleet, ring);
  ring.push({ at: now, counts: fleet.counters.snapshot() });
}

/** Per second, over the last minute or as long as we run. */
export function rateOfLastMinute(fleet: Fleet): IngestRates {
  const [first] = readings.get(fleet) ?? [];
  const now = fleet.clock.now();
  const from: Reading = first ?? {
    at: fleet.startedAt,
    counts: { samples: {}, spans: {}, logs: {}, bytes: {}, requests: {}, heartbeats: 0, rejected: {} },
  };
  const counts = fleet.counters.snapshot();
  const seconds = Math.max(1, (now - from.at) / 1_000);
  const rate = (kind: 'samples' | 'spans' | 'logs') => (sum(counts[kind]) - sum(from.counts[kind])) / seconds;
  const byProtocol = Object.fromEntries(
    Object.entries(counts.samples).map(([protocol, count]) => [
      protocol,
      (count - (from.counts.samples[protocol] ?? 0)) / seconds,
    ]),
  );
  return {
    samples: rate('samples'),
    spans: rate('spans'),
    logs: rate('logs'),
    heartbeats: (counts.heartbeats - from.counts.heartbeats) / seconds,
    byProtocol,
  };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

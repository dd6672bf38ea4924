import { type SignalName, signals } from '@jaegis/model';
import type { RowOptions } from './detector.ts';

interface SignalScale {
  readonly resolution: number;
  readonly spreadFloor: number;
  readonly ceiling?: number;
}

// The resolution is what nobody would get up for, in the signal's unit: 5 ms of latency, ten waiting tasks. The floors are
// wide where load alone moves a signal: a pool that doubles or a surge of 8x is the scaler's business, not an anomaly.
const rate: SignalScale = { resolution: 1, spreadFloor: 0.45 };
const latency: SignalScale = { resolution: 0.005, spreadFloor: 0.15 };
const scales: Readonly<Record<SignalName, SignalScale>> = {
  request_rate: rate,
  throughput: rate,
  progress_rate: rate,
  latency_mean: latency,
  latency_p50: latency,
  latency_p95: latency,
  latency_p99: { resolution: 0.005, spreadFloor: 0.2 },
  error_rate: { resolution: 0.1, spreadFloor: 0.15 },
  success_rate: { resolution: 0.1, spreadFloor: 0.15, ceiling: 1 },
  queue_length: { resolution: 10, spreadFloor: 0.25 },
  in_flight: { resolution: 5, spreadFloor: 0.45 },
  cpu_utilization: { resolution: 0.2, spreadFloor: 0.25 },
  memory_bytes: { resolution: 16 * 2 ** 20, spreadFloor: 0.15 },
  memory_utilization: { resolution: 0.1, spreadFloor: 0.15 },
  network_bytes: { resolution: 16 * 2 ** 10, spreadFloor: 0.5 },
  disk_bytes: { resolution: 256 * 2 ** 10, spreadFloor: 0.6 },
  saturation: { resolution: 0.2, spreadFloor: 0.25 },
  tokens_rate: { resolution: 50, spreadFloor: 0.5 },
  cost_rate: { resolution: 0.1, spreadFloor: 0.3 },
  recovery_time: { resolution: 10, spreadFloor: 0.3 },
};

/** The row that a detector should be given for a signal of an agent, pool or link. */
export function signalRow(signal: SignalName, o: { intervalMs: number; now: number }): RowOptions {
  return { ...o, sense: signals[signal].sense, ...scales[signal] };
}

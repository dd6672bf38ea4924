import { type SignalName, type Signals, signals } from '@jaegis/model';
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
  latency_mean: { resolution: 0.005, spreadFloor: 0.2 },
  latency_p50: latency,
  latency_p95: latency,
  latency_p99: { resolution: 0.005, spreadFloor: 0.25 },
  // A mean of few requests; what is far below the time that its calls take, nobody waits for.
  latency_own: { resolution: 0.02, spreadFloor: 0.25 },
  error_rate: { resolution: 0.1, spreadFloor: 0.15 },
  success_rate: { resolution: 0.1, spreadFloor: 0.15, ceiling: 1 },
  queue_length: { resolution: 10, spreadFloor: 0.25 },
  in_flight: { resolution: 5, spreadFloor: 0.45 },
  cpu_utilization: { resolution: 0.1, spreadFloor: 0.25 },
  memory_bytes: { resolution: 16 * 2 ** 20, spreadFloor: 0.15 },
  memory_utilization: { resolution: 0.1, spreadFloor: 0.15 },
  network_bytes: { resolution: 16 * 2 ** 10, spreadFloor: 0.5 },
  disk_bytes: { resolution: 256 * 2 ** 10, spreadFloor: 0.6 },
  saturation: { resolution: 0.2, spreadFloor: 0.25 },
  tokens_rate: { resolution: 200, spreadFloor: 0.5 },
  cost_rate: { resolution: 0.1, spreadFloor: 0.3 },
  recovery_time: { resolution: 10, spreadFloor: 0.3 },
};

/**
 * What the detector should be shown for a ratio of few requests: the error rate (or the loss of success) that is certain
 * to about 95 %: the lower bound of Wilson's interval (1927), with one failure forgiven. One failure shows as none, two of
 * three as 8 %, 500 of 1,000 as 47 %. Other signals, and unknown numbers of requests, pass unchanged; missing stays missing.
 */
export function evidentValue(signal: SignalName, value: number, requests: number | null | undefined): number {
  if (requests === null || requests === undefined || !(requests > 0) || !Number.isFinite(value)) return value;
  if (signal === 'error_rate') return wilsonLower(value, requests);
  if (signal === 'success_rate') return 1 - wilsonLower(1 - value, requests);
  return value;
}

/**
 * The value of a signal that a detector should be shown: NaN when it is not known, and ratios by their evidence, with the
 * number of requests taken from the request rate over the window (milliseconds) that both were read from.
 */
export function watchedValue(values: Signals, signal: SignalName, windowMs = 30_000): number {
  const value = values[signal]?.value ?? Number.NaN;
  const rate = values.request_rate?.value ?? values.throughput?.value ?? null;
  return evidentValue(signal, value, rate === null ? null : Math.round((rate * windowMs) / 1_000));
}

function wilsonLower(share: number, n: number): number {
  const z = 1.645;
  // One failure is an accident, whatever it is a share of.
  const p = Math.min(Math.max(share - 1 / n, 0), 1);
  const middle = p + (z * z) / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return Math.max(0, (middle - half) / (1 + (z * z) / n));
}

/** The row that a detector should be given for a signal of an agent, pool or link. */
export function signalRow(signal: SignalName, o: { intervalMs: number; now: number }): RowOptions {
  return { ...o, sense: signals[signal].sense, ...scales[signal] };
}

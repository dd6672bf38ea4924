import type { ForecastReach, SignalName } from '@jaegis/model';
import type { Unit } from '@jaegis/std';
import { written } from './written.ts';

/** How each signal is called and in what unit it is. The model package has the same with its schemas, which a page need not load. */
export const signalWords: Readonly<Record<SignalName, { readonly name: string; readonly unit: Unit }>> = {
  request_rate: { name: 'Requests', unit: '1/s' },
  throughput: { name: 'Finished', unit: '1/s' },
  latency_mean: { name: 'Mean', unit: 'seconds' },
  latency_p50: { name: 'P50', unit: 'seconds' },
  latency_p95: { name: 'P95', unit: 'seconds' },
  latency_p99: { name: 'P99', unit: 'seconds' },
  latency_own: { name: 'Own time', unit: 'seconds' },
  error_rate: { name: 'Errors', unit: 'ratio' },
  success_rate: { name: 'Success', unit: 'ratio' },
  queue_length: { name: 'Queue', unit: 'count' },
  in_flight: { name: 'In flight', unit: 'count' },
  progress_rate: { name: 'Progress', unit: '1/s' },
  cpu_utilization: { name: 'CPU', unit: 'ratio' },
  memory_bytes: { name: 'Memory', unit: 'bytes' },
  memory_utilization: { name: 'Memory of limit', unit: 'ratio' },
  network_bytes: { name: 'Network', unit: 'bytes/s' },
  disk_bytes: { name: 'Disk', unit: 'bytes/s' },
  saturation: { name: 'Capacity in use', unit: 'ratio' },
  tokens_rate: { name: 'Tokens', unit: '1/s' },
  cost_rate: { name: 'Cost', unit: 'usd/h' },
  recovery_time: { name: 'Recovery', unit: 'seconds' },
};

export function signalName(signal: string): string {
  return signalWords[signal as SignalName]?.name ?? signal.replaceAll('_', ' ');
}

export function signalUnit(signal: string): Unit {
  return signalWords[signal as SignalName]?.unit ?? 'count';
}

/** A signal's value as a person would write it. */
export function signalText(signal: string, value: number | null | undefined): string {
  return written(value, signalUnit(signal));
}

/** `ScaleDownStabilized` as words. */
export function reasonWords(reason: string): string {
  const words = reason
    .replaceAll('_', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** How far a forecast looks, after a comma. */
export const reachWords: Readonly<Record<ForecastReach, string>> = {
  hour: 'an hour ahead',
  day: 'a day ahead',
  week: 'a week ahead',
};

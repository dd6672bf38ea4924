import { type SignalName, type Signals, type SignalValue, signalNames } from '@jaegis/model';

/** Rate, errors and duration of one agent or pool over a short window, as the topology engine reads them from spans. */
export interface RedReading {
  readonly requests: number;
  readonly requestRate: number | null;
  readonly throughput: number | null;
  readonly errorRate: number | null;
  /** Seconds. */
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** Mean, without the time of calls to others; `null` when none was made. */
  readonly own?: number | null;
  readonly tokensRate?: number | null;
  readonly costRate?: number | null;
}

/** What the host knows of the process behind an agent. */
export interface ProcessReading {
  /** Of one core; above 1 where several are used. */
  readonly cpuUtilization: number | null;
  readonly memoryBytes: number | null;
  readonly networkBytesPerSecond?: number | null;
  readonly diskBytesPerSecond?: number | null;
  /** Epoch milliseconds; now when left out. */
  readonly at?: number;
}

export interface AgentSources {
  /** Undefined when the agent sends no spans. */
  readonly red?: RedReading | undefined;
  /** Numbers from heartbeats; those named like a signal are that signal. A bare number was true at `now`. */
  readonly heartbeatMetrics?: Readonly<Record<string, number | SignalValue>> | undefined;
  readonly progress?: { readonly perSecond?: number | null; readonly at?: number } | undefined;
  readonly process?: ProcessReading | undefined;
  /** Cores that the process may use; one where left out. */
  readonly cpuLimit?: number | null | undefined;
  /** What the process may use; gives memory_utilization. */
  readonly memoryLimitBytes?: number | null | undefined;
  /** Requests per second that one replica can serve; gives saturation where the agent does not say it itself. */
  readonly capacityPerReplica?: number | null | undefined;
  readonly recoveryTimeSeconds?: number | null | undefined;
}

/**
 * Everything known of one agent as named signals. A key is absent when nothing could ever give it a value, and `null`
 * when a source is there that does not know: never zero. What the agent says itself wins over what was derived, but for
 * process figures, where the host's own measurement wins.
 */
export function assembleAgentSignals(sources: AgentSources, now: number): Signals {
  const out: Partial<Record<SignalName, SignalValue>> = {};
  const put = (name: SignalName, value: number | null | undefined, at = now) => {
    if (value !== undefined) out[name] = { value: value !== null && Number.isFinite(value) ? value : null, at };
  };
  const { red, process: measured, progress } = sources;
  if (red !== undefined) {
    put('request_rate', red.requestRate);
    put('throughput', red.throughput);
    put('error_rate', red.errorRate);
    put('success_rate', red.errorRate === null ? null : 1 - red.errorRate);
    put('latency_mean', red.mean);
    put('latency_p50', red.p50);
    put('latency_p95', red.p95);
    put('latency_p99', red.p99);
    put('latency_own', red.own);
    put('tokens_rate', red.tokensRate);
    put('cost_rate', red.costRate);
  }
  if (progress !== undefined) put('progress_rate', progress.perSecond, progress.at);
  for (const [name, metric] of Object.entries(sources.heartbeatMetrics ?? {})) {
    if (!isSignalName(name)) continue;
    if (typeof metric === 'number') put(name, metric);
    else put(name, metric.value, metric.at);
  }
  if (measured !== undefined) {
    const cores = measured.cpuUtilization;
    put('cpu_utilization', cores === null ? null : cores / (sources.cpuLimit ?? 1), measured.at);
    put('memory_bytes', measured.memoryBytes, measured.at);
    put('network_bytes', measured.networkBytesPerSecond, measured.at);
    put('disk_bytes', measured.diskBytesPerSecond, measured.at);
  }
  const memory = out.memory_bytes;
  const limit = sources.memoryLimitBytes;
  if (memory !== undefined && typeof limit === 'number' && limit > 0) {
    put('memory_utilization', memory.value === null ? null : memory.value / limit, memory.at);
  }
  const capacity = sources.capacityPerReplica;
  const requests = out.request_rate;
  if (out.saturation === undefined && requests !== undefined && typeof capacity === 'number' && capacity > 0) {
    put('saturation', requests.value === null ? null : requests.value / capacity, requests.at);
  }
  put('recovery_time', sources.recoveryTimeSeconds ?? undefined);
  return out;
}

const names = new Set<string>(signalNames);

/** Whether a word is one of the signals that JAEGIS derives. */
export function isSignalName(name: string): name is SignalName {
  return names.has(name);
}

/** The value where it is known and young enough, else `null`. */
export function freshValue(signals: Signals, name: SignalName, o: { now: number; maxAgeMs: number }): number | null {
  const signal = signals[name];
  if (signal === undefined || signal.value === null || !Number.isFinite(signal.value)) return null;
  return o.now - signal.at <= o.maxAgeMs ? signal.value : null;
}

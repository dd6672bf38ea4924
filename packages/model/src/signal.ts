import type { Unit } from '@jaegis/std';

/** What a rising value means for the one who depends on the signal. */
export type SignalSense = 'higher_is_worse' | 'lower_is_worse' | 'neutral';

export interface SignalDefinition {
  readonly unit: Unit;
  readonly sense: SignalSense;
  /** In a person's words: what it measures. */
  readonly help: string;
}

/** The named quantities of an agent, a pool or a link. Units are base units (seconds, bytes, ratio 0..1). */
export const signals = {
  request_rate: { unit: '1/s', sense: 'neutral', help: 'Requests or tasks arriving each second.' },
  throughput: { unit: '1/s', sense: 'neutral', help: 'Requests or tasks finished each second.' },
  latency_mean: { unit: 'seconds', sense: 'higher_is_worse', help: 'Mean response time.' },
  latency_p50: { unit: 'seconds', sense: 'higher_is_worse', help: 'Half of the responses were faster.' },
  latency_p95: { unit: 'seconds', sense: 'higher_is_worse', help: '95 of 100 responses were faster.' },
  latency_p99: { unit: 'seconds', sense: 'higher_is_worse', help: '99 of 100 responses were faster.' },
  latency_own: {
    unit: 'seconds',
    sense: 'higher_is_worse',
    help: 'Mean time that a request which called others took besides those calls.',
  },
  error_rate: { unit: 'ratio', sense: 'higher_is_worse', help: 'Share of requests that failed.' },
  success_rate: { unit: 'ratio', sense: 'lower_is_worse', help: 'Share of tasks that completed.' },
  queue_length: { unit: 'count', sense: 'higher_is_worse', help: 'Requests or tasks waiting.' },
  in_flight: { unit: 'count', sense: 'neutral', help: 'Requests or tasks being worked on.' },
  progress_rate: { unit: '1/s', sense: 'neutral', help: 'Steps of progress that the agent reported each second.' },
  cpu_utilization: {
    unit: 'ratio',
    sense: 'higher_is_worse',
    help: 'CPU used, as a share of what it may use (one core without a limit).',
  },
  memory_bytes: { unit: 'bytes', sense: 'higher_is_worse', help: 'Resident memory.' },
  memory_utilization: { unit: 'ratio', sense: 'higher_is_worse', help: 'Resident memory, as a share of its limit.' },
  network_bytes: { unit: 'bytes/s', sense: 'neutral', help: 'Bytes in and out each second.' },
  disk_bytes: { unit: 'bytes/s', sense: 'neutral', help: 'Bytes read and written each second.' },
  saturation: {
    unit: 'ratio',
    sense: 'higher_is_worse',
    help: 'How much of the capacity is in use; above 1 work waits.',
  },
  tokens_rate: { unit: '1/s', sense: 'neutral', help: 'Model tokens used each second, in and out.' },
  cost_rate: { unit: 'usd/h', sense: 'higher_is_worse', help: 'Money spent each hour.' },
  recovery_time: { unit: 'seconds', sense: 'higher_is_worse', help: 'How long the last return to health took.' },
} as const satisfies Record<string, SignalDefinition>;

export type SignalName = keyof typeof signals;
export const signalNames = Object.keys(signals) as SignalName[];

/** A signal's value and when it was true. `null` is "not known", which is never zero. */
export interface SignalValue {
  readonly value: number | null;
  /** Epoch milliseconds of the newest observation behind the value. */
  readonly at: number;
}

export type Signals = Partial<Record<SignalName, SignalValue>>;

/** Where the series of a signal is found in the store: one name per kind of thing, the signal as a label. */
export const signalMetric = {
  agent: 'jaegis_agent_signal',
  pool: 'jaegis_pool_signal',
  link: 'jaegis_link_signal',
} as const;

/** Series that tell how a pool was: its score (0..100) and its agents that were there. */
export const poolStateMetric = { score: 'jaegis_pool_score', agents: 'jaegis_pool_agents' } as const;

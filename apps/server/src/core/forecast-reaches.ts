import type { ForecastReach, PoolConfig, SignalName } from '@jaegis/model';

/** How far a forecast looks, how finely, from how much, and how often it is made anew. */
export interface Reach {
  readonly name: ForecastReach;
  readonly stepMs: number;
  /** Steps ahead. */
  readonly horizon: number;
  readonly historyPoints: number;
  /** Nothing is said before so many points are known: a day ahead needs a day and a quarter, a week a week and a quarter. */
  readonly leastPoints: number;
  readonly everyMs: number;
  readonly quantiles: readonly number[];
}

const hour: Reach = {
  name: 'hour',
  stepMs: 15_000,
  horizon: 240,
  historyPoints: 1_920,
  leastPoints: 1,
  everyMs: 30_000,
  quantiles: [0.05, 0.5, 0.6, 0.8, 0.9, 0.95, 0.99],
};
const far = [0.05, 0.5, 0.9, 0.95];
const day: Reach = {
  name: 'day',
  stepMs: 300_000,
  horizon: 288,
  historyPoints: 14 * 288,
  leastPoints: 1.25 * 288,
  everyMs: 600_000,
  quantiles: far,
};
const week: Reach = {
  name: 'week',
  stepMs: 3_600_000,
  horizon: 168,
  historyPoints: 6 * 168,
  leastPoints: 1.25 * 168,
  everyMs: 3_600_000,
  quantiles: far,
};
/** What an objective is about changes more slowly than what sizes follow. */
const objectiveHour: Reach = {
  ...hour,
  stepMs: 60_000,
  horizon: 60,
  historyPoints: 1_440,
  everyMs: 120_000,
  quantiles: far,
};

export interface Forecasted {
  readonly signal: SignalName;
  readonly reach: Reach;
  /** Where the pool keeps it: the signal, and `:day` or `:week` for the far ones. */
  readonly key: string;
}

/** Asked every second for every pool: worked out once for a configuration, which is replaced as a whole. */
const known = new WeakMap<PoolConfig, readonly Forecasted[]>();

/** What is forecast for a pool: its demand an hour, a day and a week ahead, and an hour of every signal with an objective. */
export function forecastsOf(config: PoolConfig | undefined): readonly Forecasted[] {
  const found = config === undefined ? undefinedPool : (known.get(config) ?? listOf(config));
  if (config !== undefined) known.set(config, found);
  return found;
}

function listOf(config: PoolConfig | undefined): readonly Forecasted[] {
  const objectives = new Set((config?.objectives ?? []).map(({ signal }) => signal as SignalName));
  objectives.delete('request_rate');
  return [
    { signal: 'request_rate', reach: hour, key: 'request_rate' },
    ...[...objectives].map((signal) => ({ signal, reach: objectiveHour, key: signal })),
    { signal: 'request_rate', reach: day, key: forecastKey('request_rate', 'day') },
    { signal: 'request_rate', reach: week, key: forecastKey('request_rate', 'week') },
  ];
}

const undefinedPool = listOf(undefined);

export function forecastKey(signal: SignalName, reach: ForecastReach): string {
  return reach === 'hour' ? signal : `${signal}:${reach}`;
}

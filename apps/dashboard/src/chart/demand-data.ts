import type { Forecast } from '@jaegis/model';
import type { Grid } from '../data/series.ts';
import { gridTimes } from '../data/series.ts';
import { written } from '../data/written.ts';
import type { ChartBand, ChartSeries } from './chart-types.ts';

export interface DemandInput {
  readonly grid: Grid;
  readonly demand: readonly (number | null)[];
  readonly ready: readonly (number | null)[];
  /** What one replica carries, per second; `null` while it is not known. */
  readonly capacityPerReplica: number | null;
  readonly forecast: Forecast | undefined;
  /** The quantile that the scaler plans for, where it is known. */
  readonly quantileInUse: number | null;
  /** How far into the future to draw; 0 for a stretch of the past. */
  readonly futureMs: number;
}

export interface DemandData {
  readonly times: number[];
  readonly series: ChartSeries[];
  readonly bands: ChartBand[];
}

/** Demand and what the ready replicas carry, and behind "now" the forecast: its middle, its band, the quantile in use. */
export function demandData(input: DemandInput): DemandData {
  const { forecast, grid } = input;
  const past = gridTimes(grid);
  const future = forecast === undefined || input.futureMs === 0 ? [] : futurePoints(forecast, grid.to, input.futureMs);
  const times = [...past, ...future.map((point) => point.at)];
  const nothing = future.map(() => null);
  const before = past.map(() => null);
  // The forecast begins where the demand ends, so that the eye has one line.
  const joined = (values: (number | null)[]) => [
    ...before.slice(0, -1),
    future.length > 0 ? (input.demand.at(-1) ?? null) : null,
    ...values,
  ];
  const capacity = past.map((_, i) =>
    input.capacityPerReplica === null || input.ready[i] == null ? null : input.ready[i]! * input.capacityPerReplica,
  );
  const held = future.map(() => capacity.findLast((value) => value !== null) ?? null);
  const series: ChartSeries[] = [
    { key: 'demand', label: 'Demand', color: '--s0', values: [...input.demand, ...nothing], form: 'area' },
  ];
  if (capacity.some((value) => value !== null))
    series.push({ key: 'capacity', label: 'Capacity', color: '--muted', values: [...capacity, ...held], form: 'step' });
  if (forecast === undefined || future.length === 0) return { times, series, bands: [] };
  const quantiles = Object.keys(forecast.quantiles)
    .map(Number)
    .sort((a, b) => a - b);
  const low = quantiles[0] ?? 0.5;
  const used = nearest(quantiles, input.quantileInUse ?? quantiles.at(-1) ?? 0.5);
  series.push({
    key: 'p50',
    label: 'Forecast P50',
    atRest: peakText(future, 0.5),
    color: '--s0',
    values: joined(future.map((point) => point.quantile(0.5))),
    form: 'dashed',
  });
  if (used !== 0.5)
    series.push({
      key: 'used',
      label: `P${Math.round(used * 100)}`,
      atRest: peakText(future, used),
      color: '--s3',
      values: joined(future.map((point) => point.quantile(used))),
      form: 'dashed',
    });
  const upper = Math.max(used, quantiles.at(-1) ?? used);
  return {
    times,
    series,
    bands: [
      {
        label: 'forecast',
        lower: joined(future.map((point) => point.quantile(low))),
        upper: joined(future.map((point) => point.quantile(upper))),
      },
    ],
  };
}

interface FuturePoint {
  readonly at: number;
  readonly quantile: (q: number) => number | null;
}

/** The highest point to come, which is what one wants to know of a forecast at a glance. */
function peakText(future: readonly FuturePoint[], q: number): string {
  const peak = Math.max(...future.map((point) => point.quantile(q) ?? 0));
  return `peak ${written(peak, '1/s')}`;
}

function nearest(values: readonly number[], wanted: number): number {
  return values.reduce(
    (best, value) => (Math.abs(value - wanted) < Math.abs(best - wanted) ? value : best),
    values[0] ?? 0.5,
  );
}

function futurePoints(forecast: Forecast, after: number, reachMs: number): FuturePoint[] {
  const points = [];
  for (let i = 0; i < forecast.mean.length; i++) {
    const at = forecast.madeAt + (i + 1) * forecast.step;
    if (at <= after || at > after + reachMs) continue;
    const quantile = (q: number) =>
      forecast.quantiles[String(q)]?.[i] ?? (q === 0.5 ? (forecast.mean[i] ?? null) : null);
    points.push({ at, quantile });
  }
  return points;
}

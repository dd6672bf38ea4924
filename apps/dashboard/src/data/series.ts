import { request, withParams } from './api.ts';

/** A series on a chart's own grid: `values[i]` belongs to `times[i]`; `null` where nothing was heard. */
export interface GridSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (number | null)[];
}

export interface Grid {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

interface MatrixAnswer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Record<string, string>;
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
}

/** Up to here the samples themselves are read, so that a gap of a few seconds is a gap on the chart. */
const rawSpanMs = 3_700_000;
/** Signals come every 5 s; three missed in a row are a gap. */
const silenceMs = 16_000;

/** The moments of a grid, both ends included. */
export function gridTimes(grid: Grid): number[] {
  const count = Math.max(0, Math.floor((grid.to - grid.from) / grid.stepMs)) + 1;
  return Array.from({ length: count }, (_, i) => grid.from + i * grid.stepMs);
}

/** How old a sample may be to stand for a moment of the grid. */
export function toleranceOf(grid: Grid): number {
  return grid.to - grid.from <= rawSpanMs ? Math.max(silenceMs, grid.stepMs) : grid.stepMs;
}

/**
 * Puts samples (time order, epoch ms) on the grid: the newest sample not older than `toleranceMs`, else `null`.
 * Linear in both.
 */
export function alignToGrid(
  samples: { times: readonly number[]; values: readonly (number | null)[] },
  grid: Grid,
  toleranceMs: number,
): (number | null)[] {
  const aligned: (number | null)[] = [];
  let next = 0;
  for (const at of gridTimes(grid)) {
    while (next < samples.times.length && samples.times[next]! <= at) next++;
    const index = next - 1;
    const isFresh = index >= 0 && at - samples.times[index]! < toleranceMs;
    const value = isFresh ? samples.values[index]! : null;
    aligned.push(value === null || !Number.isFinite(value) ? null : value);
  }
  return aligned;
}

/** PromQL text for a metric and exact labels; of several values any fits. */
export function selector(metric: string, labels: Readonly<Record<string, string | readonly string[]>>): string {
  const parts = Object.entries(labels).map(([name, value]) =>
    typeof value === 'string'
      ? `${name}=${JSON.stringify(value)}`
      : `${name}=~${JSON.stringify(value.map((each) => each.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'))}`,
  );
  return `${metric}{${parts.join(',')}}`;
}

/** From this distance of points on nobody sees a gap of seconds. */
const coarseMs = 30_000;

/** A grid for a line without axes over the same stretch: few points, and the same ones for a while. */
export function sparseGrid({ from, to }: Pick<Grid, 'from' | 'to'>): Grid {
  const stepMs = Math.max(15_000, Math.round((to - from) / 60 / 15_000) * 15_000);
  const end = Math.floor(to / stepMs) * stepMs;
  return { from: end - Math.floor((to - from) / stepMs) * stepMs, to: end, stepMs };
}

/** Reads a plain selector over a window. Up to an hour on a fine grid the raw samples; else one value a step. */
export async function fetchSeries(expr: string, grid: Grid, signal?: AbortSignal): Promise<GridSeries[]> {
  const spanMs = grid.to - grid.from;
  const path =
    spanMs <= rawSpanMs && grid.stepMs < coarseMs
      ? withParams('/api/v1/query', {
          query: `${expr}[${Math.ceil((spanMs + silenceMs) / 1_000)}s]`,
          time: grid.to / 1_000,
        })
      : withParams('/api/v1/query_range', {
          query: expr,
          start: grid.from / 1_000,
          end: grid.to / 1_000,
          step: grid.stepMs / 1_000,
        });
  const answer = await request<MatrixAnswer>(path, { signal });
  const tolerance = toleranceOf(grid);
  return answer.data.result.map((series) => {
    const times = series.values.map(([at]) => at * 1_000);
    const values = series.values.map(([, value]) => Number(value));
    return { labels: series.metric, values: alignToGrid({ times, values }, grid, tolerance) };
  });
}

/** The last value that is one, or `null`. */
export function lastKnown(values: readonly (number | null)[]): number | null {
  for (let i = values.length - 1; i >= 0; i--) if (values[i] !== null) return values[i]!;
  return null;
}

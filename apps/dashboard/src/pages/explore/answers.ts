import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { request, withParams } from '../../data/api.ts';
import { alignToGrid, type Grid, type GridSeries } from '../../data/series.ts';

/** What an expression gives over a window, on the window's grid. */
export interface RangeAnswer {
  readonly grid: Grid;
  readonly series: readonly GridSeries[];
  readonly notes: readonly string[];
  readonly tookMs: number;
}

interface Envelope {
  readonly data: {
    readonly resultType: 'matrix' | 'vector' | 'scalar' | 'string';
    readonly result: unknown;
  };
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

interface MatrixSeries {
  readonly metric: Record<string, string>;
  readonly values?: readonly (readonly [number, string])[];
}

/** Nothing is asked for an empty expression. */
export function rangeAnswerQuery(expr: string, grid: Grid) {
  return queryOptions({
    queryKey: ['explore', expr, grid.from, grid.to, grid.stepMs],
    queryFn: async ({ signal }): Promise<RangeAnswer> => {
      const startedAt = performance.now();
      const answer = await request<Envelope>(
        withParams('/api/v1/query_range', {
          query: expr,
          start: grid.from / 1_000,
          end: grid.to / 1_000,
          step: grid.stepMs / 1_000,
        }),
        { signal },
      );
      const result = answer.data.result as readonly MatrixSeries[];
      return {
        grid,
        series: result.map((each) => ({ labels: each.metric, values: onGrid(each.values ?? [], grid) })),
        notes: [...(answer.warnings ?? []), ...(answer.infos ?? [])],
        tookMs: performance.now() - startedAt,
      };
    },
    enabled: expr !== '',
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 30_000,
    retry: false,
  });
}

function onGrid(values: readonly (readonly [number, string])[], grid: Grid): (number | null)[] {
  return alignToGrid(
    { times: values.map(([at]) => at * 1_000), values: values.map(([, value]) => Number(value)) },
    grid,
    grid.stepMs,
  );
}

/** Names for completion; asked once and kept for a while. */
export function namesQuery(label: string) {
  return queryOptions({
    queryKey: ['label-values', label],
    queryFn: ({ signal }) =>
      request<{ data: readonly string[] }>(
        withParams(`/api/v1/label/${encodeURIComponent(label)}/values`, { limit: 5_000 }),
        { signal },
      ),
    enabled: label !== '',
    staleTime: 60_000,
  });
}

export const labelsQuery = queryOptions({
  queryKey: ['label-names'],
  queryFn: ({ signal }) => request<{ data: readonly string[] }>('/api/v1/labels', { signal }),
  staleTime: 60_000,
});

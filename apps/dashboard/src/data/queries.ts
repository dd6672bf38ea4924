import type {
  AgentReport,
  Alert,
  Bands,
  Decision,
  FleetReport,
  Forecast,
  ForecastReach,
  Incident,
  LogRecord,
  Page,
  Pool,
  SystemReport,
  TimelineItem,
  Topology,
  TuningRecord,
} from '@jaegis/model';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { request, withParams } from './api.ts';
import { fetchSeries, type Grid } from './series.ts';

// What is asked, under which key, and how often. Events change the answers in between (live/apply-events.ts).

const fleet = '/api/fleet';

export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => request<FleetReport>(`${fleet}/health`, { signal }),
  refetchInterval: 10_000,
});

export const poolsQuery = queryOptions({
  queryKey: ['pools'],
  queryFn: ({ signal }) => request<Page<Pool>>(withParams(`${fleet}/pools`, { limit: 1_000 }), { signal }),
  refetchInterval: 15_000,
});

export const incidentsQuery = queryOptions({
  queryKey: ['incidents'],
  queryFn: ({ signal }) => request<Page<Incident>>(withParams(`${fleet}/incidents`, { limit: 500 }), { signal }),
  refetchInterval: 30_000,
});

export function incidentQuery(id: string) {
  return queryOptions({
    queryKey: ['incident', id],
    queryFn: ({ signal }) => request<Incident>(`${fleet}/incidents/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: 30_000,
  });
}

export function alertsOfIncidentQuery(incident: Incident | undefined) {
  return queryOptions({
    queryKey: ['incident-alerts', incident?.id ?? ''],
    queryFn: async ({ signal }) => {
      const page = await request<Page<Alert>>(withParams(`${fleet}/alerts`, { pool: incident?.pool, limit: 500 }), {
        signal,
      });
      return page.items.filter((alert) => incident?.alerts.includes(alert.id));
    },
    enabled: incident !== undefined,
    refetchInterval: 30_000,
  });
}

export const timelineQuery = queryOptions({
  queryKey: ['timeline'],
  queryFn: ({ signal }) =>
    request<Page<TimelineItem>>(withParams(`${fleet}/timeline`, { from: Date.now() - 3_600_000, limit: 200 }), {
      signal,
    }),
  refetchInterval: 60_000,
});

export function decisionsQuery(pool: string, window?: { from: number; to: number }) {
  return queryOptions({
    queryKey: ['decisions', pool, window?.from ?? 0, window?.to ?? 0],
    queryFn: ({ signal }) =>
      request<Page<Decision>>(
        withParams(`${fleet}/decisions`, { pool, from: window?.from, to: window?.to, limit: 300 }),
        { signal },
      ),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
}

export function tuningQuery(pool: string) {
  return queryOptions({
    queryKey: ['tuning', pool],
    queryFn: ({ signal }) =>
      request<Page<TuningRecord>>(withParams(`${fleet}/tuning`, { pool, limit: 20 }), { signal }),
    refetchInterval: 30_000,
  });
}

export function decisionQuery(id: string) {
  return queryOptions({
    queryKey: ['decision', id],
    queryFn: ({ signal }) => request<Decision>(`${fleet}/decisions/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: 10_000,
  });
}

export function agentQuery(id: string) {
  return queryOptions({
    queryKey: ['agent', id],
    queryFn: ({ signal }) => request<AgentReport>(`${fleet}/agents/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: 5_000,
  });
}

export function logsQuery(id: string) {
  return queryOptions({
    queryKey: ['logs', id],
    queryFn: ({ signal }) =>
      request<Page<LogRecord>>(withParams(`${fleet}/agents/${encodeURIComponent(id)}/logs`, { limit: 300 }), {
        signal,
      }),
    refetchInterval: 5_000,
  });
}

export function outputQuery(id: string) {
  return queryOptions({
    queryKey: ['output', id],
    queryFn: ({ signal }) =>
      request<{ lines: readonly string[] }>(
        withParams(`${fleet}/agents/${encodeURIComponent(id)}/output`, { tail: 400 }),
        { signal },
      ),
    refetchInterval: 3_000,
  });
}

export function forecastsQuery(filter: { pool?: string; signal?: string; reach?: ForecastReach } = {}) {
  return queryOptions({
    queryKey: ['forecasts', filter.pool ?? '', filter.signal ?? '', filter.reach ?? ''],
    queryFn: ({ signal }) =>
      request<Page<Forecast>>(withParams(`${fleet}/forecasts`, { ...filter, limit: 1_000 }), { signal }),
    refetchInterval: 20_000,
  });
}

export function topologyQuery(view: {
  focus?: string | undefined;
  depth?: number | undefined;
  expand?: string | undefined;
}) {
  return queryOptions({
    queryKey: ['topology', view.focus ?? '', view.depth ?? 0, view.expand ?? ''],
    queryFn: ({ signal }) => request<Topology>(withParams(`${fleet}/topology`, { ...view, limit: 500 }), { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  });
}

export const systemQuery = queryOptions({
  queryKey: ['system'],
  queryFn: ({ signal }) => request<SystemReport>(`${fleet}/system`, { signal }),
  refetchInterval: 5_000,
});

/** A plain selector over the window of the page. Nothing is asked for an empty selector. */
export function seriesQuery(expr: string, grid: Grid) {
  return queryOptions({
    queryKey: ['series', expr, grid.from, grid.to, grid.stepMs],
    queryFn: async ({ signal }) => ({ grid, series: await fetchSeries(expr, grid, signal) }),
    enabled: expr !== '',
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 30_000,
  });
}

export function bandsQuery(of: { agent?: string; pool?: string; signal: string }, grid: Grid, isWanted = true) {
  return queryOptions({
    queryKey: ['bands', of.agent ?? '', of.pool ?? '', of.signal, grid.from, grid.to, grid.stepMs],
    queryFn: ({ signal }) =>
      request<Bands>(withParams(`${fleet}/bands`, { ...of, from: grid.from, to: grid.to, step: grid.stepMs }), {
        signal,
      }),
    placeholderData: keepPreviousData,
    enabled: isWanted,
    staleTime: 60_000,
    gcTime: 30_000,
    retry: false,
  });
}

import type { Incident } from '@jaegis/model';
import { queryOptions } from '@tanstack/react-query';
import { request, requestDone } from './api.ts';

/** A silence as Alertmanager's API has it: while it lasts nobody is told of alerts that its matchers fit. */
export interface Silence {
  readonly id: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
}

interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly generatorURL: string;
  readonly status: { readonly silencedBy: readonly string[] };
}

export interface IncidentSilences {
  /** Pools whose alerts fire in it. */
  readonly pools: readonly string[];
  /** Those that all or some of its alerts are under. */
  readonly silences: readonly Silence[];
  /** True when nobody is told of it. */
  readonly isSilent: boolean;
}

export function silencesOfQuery(incident: Incident) {
  return queryOptions({
    queryKey: ['silences', incident.id],
    queryFn: async ({ signal }) => {
      const [alerts, silences] = await Promise.all([
        request<readonly FiringAlert[]>('/api/v2/alerts', { signal }),
        request<readonly Silence[]>('/api/v2/silences', { signal }),
      ]);
      return silencesOf(incident, alerts, silences);
    },
    refetchInterval: 15_000,
  });
}

/** An alert says whose it is by the page it leads to. */
export function silencesOf(
  incident: Pick<Incident, 'id' | 'pool'>,
  alerts: readonly FiringAlert[],
  silences: readonly Silence[],
): IncidentSilences {
  const page = `/incidents/${encodeURIComponent(incident.id)}`;
  const own = alerts.filter(({ generatorURL }) => generatorURL.endsWith(page));
  const ids = new Set(own.flatMap(({ status }) => status.silencedBy));
  const pools = new Set([incident.pool, ...own.flatMap(({ labels }) => labels['pool'] ?? [])]);
  return {
    pools: [...pools].sort(),
    silences: silences.filter(({ id }) => ids.has(id)),
    isSilent: own.length > 0 && own.every(({ status }) => status.silencedBy.length > 0),
  };
}

/** Tells nobody of alerts of these pools for a while. */
export function silencePools(o: {
  readonly pools: readonly string[];
  readonly forMs: number;
  readonly by: string;
  readonly comment: string;
}): Promise<unknown> {
  const [first, ...others] = o.pools;
  const literal = (pool: string) => pool.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pool = { name: 'pool', isEqual: true };
  const now = Date.now();
  return request('/api/v2/silences', {
    method: 'POST',
    body: {
      matchers: [
        others.length === 0
          ? { ...pool, value: first, isRegex: false }
          : { ...pool, value: o.pools.map(literal).join('|'), isRegex: true },
      ],
      startsAt: new Date(now).toISOString(),
      endsAt: new Date(now + o.forMs).toISOString(),
      createdBy: o.by,
      comment: o.comment,
    },
  });
}

export function endSilence(id: string): Promise<void> {
  return requestDone(`/api/v2/silence/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

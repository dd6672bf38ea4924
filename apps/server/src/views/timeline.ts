import type { AlertState, Page, TimelineItem } from '@jaegis/model';
import type { MetadataStore } from '@jaegis/store';
import { isQuiet } from '../core/quiet-reasons.ts';

/** What went away before it was told of is no history. */
export const heardOf: AlertState[] = ['pending', 'firing', 'resolved'];

/** What JAEGIS did and saw, of all kinds, newest first. */
export function timeline(
  metadata: MetadataStore,
  query: { pool?: string; from?: number; to?: number; limit: number },
): Page<TimelineItem> {
  const { from = 0, to = Number.POSITIVE_INFINITY } = query;
  const items: TimelineItem[] = [
    ...metadata
      .decisions(query)
      .items.filter(({ to, from, reason }) => to !== from || !isQuiet(reason))
      .map(
        (each): TimelineItem => ({
          kind: 'decision',
          at: each.at,
          id: each.id,
          pool: each.pool,
          title: each.to === each.from ? `${each.pool} stays at ${each.to}` : `${each.pool} ${each.from} → ${each.to}`,
          reason: each.message,
        }),
      ),
    ...metadata.alerts({ ...query, state: heardOf }).items.map(
      (each): TimelineItem => ({
        kind: 'alert',
        at: each.resolvedAt ?? each.firedAt ?? each.activeAt,
        id: each.id,
        pool: each.pool,
        title: `${each.summary} (${each.state})`,
        reason: each.reason,
      }),
    ),
    ...metadata.incidents(query).items.map(
      (each): TimelineItem => ({
        kind: 'incident',
        at: each.endedAt ?? each.startedAt,
        id: each.id,
        pool: each.pool,
        title: each.endedAt === null ? each.title : `resolved: ${each.title}`,
        reason: each.timeline.at(-1)?.reason ?? '',
      }),
    ),
    ...metadata.anomalies(query).items.map(
      (each): TimelineItem => ({
        kind: 'anomaly',
        at: each.at,
        id: each.id,
        pool: each.pool,
        // A series of no agent and no pool, of the machine for one, has its own name only.
        title: [each.agent ?? each.pool, each.signal].filter((word) => word !== '').join(': '),
        reason: each.reason,
      }),
    ),
  ];
  const wanted = items
    .filter((item) => item.at >= from && item.at <= to && (query.pool ?? item.pool) === item.pool)
    .sort((a, b) => b.at - a.at);
  return { items: wanted.slice(0, query.limit), total: wanted.length, next: null };
}

/** What both stores know of the kinds they keep: which columns are searched, and when a record is old. */
import type { Alert, Anomaly, Decision, Incident } from '@jaegis/model';

export interface RecordKeys {
  readonly id: string;
  /** Lists are sorted and pruned by this. */
  readonly at: number;
  readonly pool: string;
  /** Instance id; empty where there is none. */
  readonly agent: string;
  readonly state: string;
  /** False for what must not be pruned yet. */
  readonly isOver: boolean;
}

export type RecordKind = 'decisions' | 'incidents' | 'alerts' | 'anomalies';

export interface RecordOf {
  decisions: Decision;
  incidents: Incident;
  alerts: Alert;
  anomalies: Anomaly;
}

export const keysOf: { readonly [K in RecordKind]: (record: RecordOf[K]) => RecordKeys } = {
  decisions: (d) => ({ id: d.id, at: d.at, pool: d.pool, agent: '', state: '', isOver: true }),
  incidents: (i) => ({
    id: i.id,
    at: i.startedAt,
    pool: i.pool,
    agent: '',
    state: i.state,
    isOver: i.state === 'resolved',
  }),
  alerts: (a) => ({
    id: a.id,
    at: a.activeAt,
    pool: a.pool,
    agent: a.agent ?? '',
    state: a.state,
    isOver: a.state === 'resolved' || a.state === 'inactive',
  }),
  anomalies: (a) => ({ id: a.id, at: a.at, pool: a.pool, agent: a.agent ?? '', state: '', isOver: a.endedAt !== null }),
};

/** What a list may be narrowed by; all kinds share it. */
export interface RecordQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly pool?: string | undefined;
  readonly agent?: string | undefined;
  readonly state?: readonly string[] | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Whether a list so narrowed has the record. */
export function fits(keys: RecordKeys, query: RecordQuery): boolean {
  if (query.pool !== undefined && keys.pool !== query.pool) return false;
  if (query.agent !== undefined && keys.agent !== query.agent) return false;
  if (query.state !== undefined && !query.state.includes(keys.state)) return false;
  return keys.at >= (query.from ?? Number.NEGATIVE_INFINITY) && keys.at <= (query.to ?? Number.POSITIVE_INFINITY);
}

/** The order of lists. */
export function newestFirst(a: Cursor, b: Cursor): number {
  return b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

export const maxPage = 1_000;

export function pageLimit(query: RecordQuery): number {
  return Math.max(1, Math.min(maxPage, Math.floor(query.limit) || 1));
}

/** The place in a list after which the next page begins. Ids break ties, so that none is given twice or left out. */
export interface Cursor {
  readonly at: number;
  readonly id: string;
}

export function writeCursor(cursor: Cursor): string {
  return `${cursor.at}~${encodeURIComponent(cursor.id)}`;
}

export function readCursor(text: string | undefined): Cursor | undefined {
  const match = /^(-?\d+(?:\.\d+)?)~(.+)$/.exec(text ?? '');
  if (match === null) return undefined;
  try {
    return { at: Number(match[1]), id: decodeURIComponent(match[2]!) };
  } catch {
    return undefined;
  }
}

/**
 * Metadata on a disk that may be full for a while. A save that the disk refuses waits in memory, the newest of each
 * record, and is seen by every reading as if it were kept; `retry` writes what waits. So a full disk opens an incident
 * instead of stopping the loop that would. What waits is lost by `kill -9`, and past the limit the oldest is given up and
 * counted. Errors that are not of the disk are thrown on.
 */
import type { Agent, Page } from '@jaegis/model';
import type { MetadataStore } from './metadata-store.ts';
import {
  type Cursor,
  fits,
  keysOf,
  newestFirst,
  pageLimit,
  type RecordKeys,
  type RecordKind,
  type RecordOf,
  type RecordQuery,
  readCursor,
  writeCursor,
} from './records.ts';

export interface PatientMetadata extends MetadataStore {
  /** Writes what waits, as far as the disk takes it. Call it every now and then. */
  retry(): void;
  /** Why the disk refuses, empty while it does not; what waits for it; what was given up. */
  stats(): { readonly error: string; readonly waiting: number; readonly lost: number };
}

type Waiting = {
  readonly write: () => void;
  /** The record, where it is one of a list, and what lists know of the form that the disk has. */
  readonly record?: {
    readonly kind: RecordKind;
    readonly value: RecordOf[RecordKind];
    readonly kept: RecordKeys | undefined;
  };
  readonly value?: unknown;
};

/** `limit`: most saves that wait. */
export function patientMetadata(disk: MetadataStore, limit = 20_000): PatientMetadata {
  const waiting = new Map<string, Waiting>();
  let error = '';
  let lost = 0;

  function attempt(write: () => void): boolean {
    try {
      write();
      error = '';
      return true;
    } catch (cause) {
      if (!isOfTheDisk(cause)) throw cause;
      error = cause instanceof Error ? cause.message : String(cause);
      return false;
    }
  }

  /** While others wait it waits behind them: a disk that is full is not asked a hundred times a second. */
  function save(key: string, entry: Waiting): void {
    if (waiting.size > 0 || !attempt(entry.write)) hold(key, entry);
  }

  function hold(key: string, entry: Waiting): void {
    waiting.delete(key);
    waiting.set(key, entry);
    if (waiting.size <= limit) return;
    waiting.delete(waiting.keys().next().value!);
    lost++;
  }

  function saveRecord<K extends RecordKind>(kind: K, value: RecordOf[K], write: () => void): void {
    if (waiting.size === 0 && attempt(write)) return;
    const keys = keysOf[kind](value);
    const key = `${kind}/${keys.id}`;
    const known = waiting.get(key)?.record;
    // Anomalies have no reading by id; one that is over was saved when it began.
    const isKept = kind === 'anomalies' ? keys.isOver : read[kind](keys.id) !== undefined;
    const kept = known === undefined ? (isKept ? keysOfKept(kind, keys) : undefined) : known.kept;
    hold(key, { write, record: { kind, value, kept } });
  }

  function keysOfKept<K extends RecordKind>(kind: K, keys: RecordKeys): RecordKeys {
    const old = read[kind](keys.id);
    return old === undefined ? keys : keysOf[kind](old);
  }

  const read: { readonly [K in RecordKind]: (id: string) => RecordOf[K] | undefined } = {
    decisions: (id) => disk.decision(id),
    incidents: (id) => disk.incident(id),
    alerts: (id) => disk.alert(id),
    anomalies: () => undefined,
  };

  function get<K extends RecordKind>(kind: K, id: string): RecordOf[K] | undefined {
    const found = waiting.get(`${kind}/${id}`)?.record?.value as RecordOf[K] | undefined;
    return found === undefined ? read[kind](id) : structuredClone(found);
  }

  /** A page of the disk with what waits put in its place. */
  function list<K extends RecordKind>(
    kind: K,
    query: RecordQuery,
    ask: (query: RecordQuery) => Page<RecordOf[K]>,
  ): Page<RecordOf[K]> {
    const page = ask(query);
    if (waiting.size === 0) return page;
    const after = readCursor(query.cursor);
    const fresh = new Map<string, RecordOf[K]>();
    let added = 0;
    const place = (record: RecordOf[K]): Cursor => keysOf[kind](record);
    for (const { record } of waiting.values()) {
      if (record?.kind !== kind) continue;
      const value = record.value as RecordOf[K];
      fresh.set(place(value).id, value);
      if (fits(keysOf[kind](value), query)) added++;
      if (record.kept !== undefined && fits(record.kept, query)) added--;
    }
    const end = page.next === null ? undefined : page.items.at(-1);
    const belongs = (record: RecordOf[K]) =>
      fits(keysOf[kind](record), query) &&
      (after === undefined || newestFirst(after, place(record)) < 0) &&
      (end === undefined || newestFirst(place(record), place(end)) <= 0);
    const items = [
      ...page.items.filter((record) => !fresh.has(place(record).id)),
      ...[...fresh.values()].filter(belongs).map((record) => structuredClone(record)),
    ].sort((a, b) => newestFirst(place(a), place(b)));
    const limited = items.slice(0, pageLimit(query));
    const last = limited.at(-1);
    const hasMore = page.next !== null || items.length > limited.length;
    return {
      items: limited,
      total: page.total + added,
      next: hasMore && last !== undefined ? writeCursor(place(last)) : page.next,
    };
  }

  return {
    saveAgents(agents) {
      if (agents.length === 0 || (waiting.size === 0 && attempt(() => disk.saveAgents(agents)))) return;
      for (const agent of agents)
        hold(`agent/${agent.instanceId}`, { write: () => disk.saveAgents([agent]), value: agent });
    },
    loadAgents() {
      const agents = new Map(disk.loadAgents().map((agent) => [agent.instanceId, agent]));
      for (const [key, { value }] of waiting) {
        if (!key.startsWith('agent/')) continue;
        if (value === undefined) agents.delete(key.slice('agent/'.length));
        else agents.set(key.slice('agent/'.length), structuredClone(value as Agent));
      }
      return [...agents.values()];
    },
    deleteAgent: (id) => save(`agent/${id}`, { write: () => disk.deleteAgent(id) }),
    saveDecision: (record) => saveRecord('decisions', record, () => disk.saveDecision(record)),
    decision: (id) => get('decisions', id),
    decisions: (query) => list('decisions', query, (asked) => disk.decisions(asked)),
    saveIncident: (record) => saveRecord('incidents', record, () => disk.saveIncident(record)),
    incident: (id) => get('incidents', id),
    incidents: (query) => list('incidents', query, (asked) => disk.incidents(asked as typeof query)),
    saveAlert: (record) => saveRecord('alerts', record, () => disk.saveAlert(record)),
    alert: (id) => get('alerts', id),
    alerts: (query) => list('alerts', query, (asked) => disk.alerts(asked as typeof query)),
    saveAnomaly: (record) => saveRecord('anomalies', record, () => disk.saveAnomaly(record)),
    anomalies: (query) => list('anomalies', query, (asked) => disk.anomalies(asked)),
    getState: (key) => (waiting.has(`state/${key}`) ? waiting.get(`state/${key}`)!.value : disk.getState(key)),
    setState: (key, value) => save(`state/${key}`, { write: () => disk.setState(key, value), value }),
    getBlob: (key) => disk.getBlob(key),
    setBlob(key, bytes) {
      // A snapshot of what was learned is megabytes, and the next one comes in a minute: it does not wait.
      if (waiting.size > 0 || !attempt(() => disk.setBlob(key, bytes))) lost++;
    },
    prune(before) {
      // What should be gone is no loss while it is still there.
      if (waiting.size === 0) attempt(() => disk.prune(before));
    },
    retry() {
      for (const [key, { write }] of waiting) {
        if (!attempt(write)) return;
        waiting.delete(key);
      }
    },
    stats: () => ({ error, waiting: waiting.size, lost }),
    close() {
      this.retry();
      disk.close();
    },
  };
}

/** Full, failing or read-only: what passes when the disk is well again. */
function isOfTheDisk(cause: unknown): boolean {
  const code = String((cause as { code?: unknown } | undefined)?.code ?? '');
  return /^(SQLITE_(FULL|IOERR|READONLY|CANTOPEN|BUSY)|ENOSPC|EIO|EROFS|EDQUOT)/.test(code);
}

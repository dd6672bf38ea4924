import type { Agent, Page } from '@jaegis/model';
import type { MetadataStore } from './metadata-store.ts';
import {
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

interface Kept {
  readonly keys: RecordKeys;
  readonly json: string;
}

/** Keeps everything in memory, as text: what comes back is never the object that went in. For tests and simulations. */
export function memoryMetadata(): MetadataStore {
  const agents = new Map<string, string>();
  const states = new Map<string, string>();
  const blobs = new Map<string, Uint8Array>();
  const tables: Record<RecordKind, Map<string, Kept>> = {
    decisions: new Map(),
    incidents: new Map(),
    alerts: new Map(),
    anomalies: new Map(),
  };

  function save<K extends RecordKind>(kind: K, record: RecordOf[K]): void {
    const keys = keysOf[kind](record);
    tables[kind].set(keys.id, { keys, json: JSON.stringify(record) });
  }

  function get<K extends RecordKind>(kind: K, id: string): RecordOf[K] | undefined {
    const kept = tables[kind].get(id);
    return kept === undefined ? undefined : (JSON.parse(kept.json) as RecordOf[K]);
  }

  function list<K extends RecordKind>(kind: K, query: RecordQuery): Page<RecordOf[K]> {
    const fitting = [...tables[kind].values()]
      .filter(({ keys }) => fits(keys, query))
      .sort((a, b) => newestFirst(a.keys, b.keys));
    const after = readCursor(query.cursor);
    const start = after === undefined ? 0 : fitting.findIndex(({ keys }) => newestFirst(after, keys) < 0);
    const limit = pageLimit(query);
    const page = start === -1 ? [] : fitting.slice(start, start + limit);
    const hasMore = start !== -1 && start + limit < fitting.length;
    return {
      items: page.map(({ json }) => JSON.parse(json) as RecordOf[K]),
      total: fitting.length,
      next: hasMore ? writeCursor(page.at(-1)!.keys) : null,
    };
  }

  return {
    saveAgents(saved) {
      for (const agent of saved) agents.set(agent.instanceId, JSON.stringify(agent));
    },
    loadAgents: () => [...agents.values()].map((json) => JSON.parse(json) as Agent),
    deleteAgent(instanceId) {
      agents.delete(instanceId);
    },
    saveDecision: (decision) => save('decisions', decision),
    decision: (id) => get('decisions', id),
    decisions: (query) => list('decisions', query),
    saveIncident: (incident) => save('incidents', incident),
    incident: (id) => get('incidents', id),
    incidents: (query) => list('incidents', query),
    saveAlert: (alert) => save('alerts', alert),
    alert: (id) => get('alerts', id),
    alerts: (query) => list('alerts', query),
    saveAnomaly: (anomaly) => save('anomalies', anomaly),
    anomalies: (query) => list('anomalies', query),
    getState(key) {
      const json = states.get(key);
      return json === undefined ? undefined : JSON.parse(json);
    },
    setState(key, value) {
      states.set(key, JSON.stringify(value ?? null));
    },
    getBlob: (key) => blobs.get(key)?.slice(),
    setBlob(key, bytes) {
      blobs.set(key, bytes.slice());
    },
    prune(before) {
      for (const kind of Object.keys(tables) as RecordKind[]) {
        for (const [id, { keys }] of tables[kind]) if (keys.isOver && keys.at < before[kind]) tables[kind].delete(id);
      }
    },
    close() {},
  };
}

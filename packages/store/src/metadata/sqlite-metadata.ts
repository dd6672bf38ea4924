/**
 * The metadata in one SQLite file (libsql). A record is its JSON and the few columns that are searched; reading gives
 * exactly what was saved, whatever fields later versions add. WAL journal with `synchronous=NORMAL`: a commit survives
 * `kill -9`, and loss of power costs at most the last moments, never the file.
 */
import type { Agent, Page } from '@jaegis/model';
import Database from 'libsql';
import type { MetadataStore } from './metadata-store.ts';
import {
  keysOf,
  pageLimit,
  type RecordKind,
  type RecordOf,
  type RecordQuery,
  readCursor,
  writeCursor,
} from './records.ts';

const kinds: readonly RecordKind[] = ['decisions', 'incidents', 'alerts', 'anomalies'];
/** Raised when the tables change; a file of a later version is not touched. */
const schemaVersion = 1;

const schema = `
  CREATE TABLE IF NOT EXISTS agents (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS states (key TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS blobs (key TEXT PRIMARY KEY, bytes BLOB NOT NULL);
  ${kinds
    .map(
      (kind) => `
  CREATE TABLE IF NOT EXISTS ${kind} (
    id TEXT PRIMARY KEY, at REAL NOT NULL, pool TEXT NOT NULL, agent TEXT NOT NULL, state TEXT NOT NULL,
    is_over INTEGER NOT NULL, json TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS ${kind}_at ON ${kind} (at DESC, id DESC);
  CREATE INDEX IF NOT EXISTS ${kind}_pool ON ${kind} (pool, at DESC, id DESC);`,
    )
    .join('')}
`;

type Value = string | number | Uint8Array;
type Row = Record<string, unknown>;

/** Opens the file, making its tables where they are not there. Throws when it is damaged or of a later version. */
export function openSqliteMetadata(path: string, onDamage: (message: string) => void): MetadataStore {
  const db = new Database(path);
  try {
    return prepare(db, onDamage);
  } catch (error) {
    db.close();
    throw error;
  }
}

function prepare(db: Database.Database, onDamage: (message: string) => void): MetadataStore {
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = NORMAL');
  db.exec('PRAGMA busy_timeout = 2000');
  const version = Number((db.prepare('PRAGMA user_version').get() as Row)['user_version']);
  if (version > schemaVersion) {
    throw new LaterVersionError(
      `Cannot open the metadata: it is version ${version}, must be at most ${schemaVersion}; a newer JAEGIS wrote it`,
    );
  }
  const check = db.prepare('PRAGMA quick_check(1)').get() as Row;
  if (!Object.values(check).includes('ok'))
    throw new Error(`the file fails its check: ${Object.values(check).join(', ')}`);
  db.exec(schema);
  db.exec(`PRAGMA user_version = ${schemaVersion}`);
  return createStore(db, onDamage);
}

/** The file is whole, but we are too old for it: it must not be set aside. */
export class LaterVersionError extends Error {
  override readonly name = 'LaterVersionError';
}

function createStore(db: Database.Database, onDamage: (message: string) => void): MetadataStore {
  const statements = new Map<string, Database.Statement<unknown[]>>();
  const prepared = (sql: string): Database.Statement<unknown[]> => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  const run = (sql: string, ...values: Value[]): void => {
    prepared(sql).run(...values);
  };
  const one = (sql: string, ...values: Value[]): Row | undefined => prepared(sql).get(...values) as Row | undefined;
  const all = (sql: string, ...values: Value[]): Row[] => prepared(sql).all(...values) as Row[];

  /** The file's own check does not see a flipped bit inside a text. Such a record is left out, and the rest read. */
  const parsed = (rows: readonly Row[], what: string): unknown[] =>
    rows.flatMap((row) => {
      try {
        return [JSON.parse(String(row['json'])) as unknown];
      } catch {
        onDamage(`A record of ${what} in the metadata is damaged and was left out.`);
        return [];
      }
    });

  function save<K extends RecordKind>(kind: K, record: RecordOf[K]): void {
    const { id, at, pool, agent, state, isOver } = keysOf[kind](record);
    run(
      `INSERT OR REPLACE INTO ${kind} (id, at, pool, agent, state, is_over, json) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...[id, at, pool, agent, state, isOver ? 1 : 0, JSON.stringify(record)],
    );
  }

  function get<K extends RecordKind>(kind: K, id: string): RecordOf[K] | undefined {
    return parsed(all(`SELECT json FROM ${kind} WHERE id = ?`, id), kind)[0] as RecordOf[K] | undefined;
  }

  function list<K extends RecordKind>(kind: K, query: RecordQuery): Page<RecordOf[K]> {
    const { where, values } = filterOf(query);
    const total = Number(one(`SELECT count(*) AS n FROM ${kind} ${where}`, ...values)?.['n']);
    const after = readCursor(query.cursor);
    const and = after === undefined ? '' : `${where === '' ? 'WHERE' : 'AND'} (at < ? OR (at = ? AND id < ?))`;
    const limit = pageLimit(query);
    const rows = all(
      `SELECT id, at, json FROM ${kind} ${where} ${and} ORDER BY at DESC, id DESC LIMIT ?`,
      ...values,
      ...(after === undefined ? [] : [after.at, after.at, after.id]),
      // One more than asked for tells whether there is a next page.
      limit + 1,
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: parsed(page, kind) as RecordOf[K][],
      total,
      next:
        rows.length > limit && last !== undefined
          ? writeCursor({ at: Number(last['at']), id: String(last['id']) })
          : null,
    };
  }

  return {
    saveAgents(agents) {
      if (agents.length === 0) return;
      db.exec('BEGIN IMMEDIATE');
      try {
        for (const agent of agents) {
          run('INSERT OR REPLACE INTO agents (id, json) VALUES (?, ?)', agent.instanceId, JSON.stringify(agent));
        }
        db.exec('COMMIT');
      } catch (error) {
        // Some errors, a full disk among them, have ended the transaction already.
        if (db.inTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    loadAgents: () => parsed(all('SELECT json FROM agents ORDER BY id'), 'agents') as Agent[],
    deleteAgent: (instanceId) => run('DELETE FROM agents WHERE id = ?', instanceId),
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
    getState: (key) => parsed(all('SELECT json FROM states WHERE key = ?', key), 'states')[0],
    setState: (key, value) =>
      run('INSERT OR REPLACE INTO states (key, json) VALUES (?, ?)', key, JSON.stringify(value ?? null)),
    getBlob(key) {
      const row = one('SELECT bytes FROM blobs WHERE key = ?', key);
      return row === undefined ? undefined : new Uint8Array(row['bytes'] as Uint8Array);
    },
    setBlob: (key, bytes) => run('INSERT OR REPLACE INTO blobs (key, bytes) VALUES (?, ?)', key, Buffer.from(bytes)),
    prune(before) {
      for (const kind of kinds) run(`DELETE FROM ${kind} WHERE is_over = 1 AND at < ?`, before[kind]);
    },
    close() {
      statements.clear();
      db.close();
    },
  };
}

/** Only what was asked for becomes a condition, so that the same few statements are prepared once. */
function filterOf(query: RecordQuery): { where: string; values: Value[] } {
  const conditions: string[] = [];
  const values: Value[] = [];
  const add = (condition: string, ...bound: Value[]): void => {
    conditions.push(condition);
    values.push(...bound);
  };
  if (query.pool !== undefined) add('pool = ?', query.pool);
  if (query.agent !== undefined) add('agent = ?', query.agent);
  if (query.state !== undefined)
    add(query.state.length === 0 ? '0' : `state IN (${query.state.map(() => '?').join(', ')})`, ...query.state);
  if (query.from !== undefined) add('at >= ?', query.from);
  if (query.to !== undefined) add('at <= ?', query.to);
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}

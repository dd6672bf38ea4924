import type { Connectivity } from '@jaegis/model';
import { assert } from '@jaegis/std';
import type { AgentRecord } from './agent-record.ts';

export type ConnectivityCounts = Record<Connectivity, number>;

const connectivities: readonly Connectivity[] = ['live', 'suspect', 'lost', 'stopped'];

/**
 * The records in a dense array, found by id, counted by state and pool. Beside them lies a Float64Array of the time at
 * which each could next change by silence alone, so that a tick over 50,000 agents reads 400 kB and touches only those
 * that are due. That time is a lower bound: hearing from an agent need not move it.
 */
export class AgentTable {
  readonly #byId = new Map<string, AgentRecord>();
  readonly #pools = new Map<string, ConnectivityCounts>();
  readonly #total = zeroCounts();
  readonly records: AgentRecord[] = [];
  #due = new Float64Array(64);

  get size(): number {
    return this.records.length;
  }

  get(instanceId: string): AgentRecord | undefined {
    return this.#byId.get(instanceId);
  }

  /** `record.slot` must be `size`. */
  add(record: AgentRecord, dueAt: number): void {
    assert(record.slot === this.records.length, () => `slot is ${record.slot}, must be ${this.records.length}`);
    if (record.slot >= this.#due.length) {
      const larger = new Float64Array(this.#due.length * 2);
      larger.set(this.#due);
      this.#due = larger;
    }
    this.#byId.set(record.instanceId, record);
    this.records.push(record);
    this.#due[record.slot] = dueAt;
    this.#count(record, 1);
  }

  /** The last record moves into the place that became free. */
  delete(record: AgentRecord): void {
    const last = this.records.pop()!;
    if (last !== record) {
      this.records[record.slot] = last;
      this.#due[record.slot] = this.#due[last.slot]!;
      last.slot = record.slot;
    }
    this.#byId.delete(record.instanceId);
    this.#count(record, -1);
  }

  setDue(record: AgentRecord, at: number): void {
    this.#due[record.slot] = at;
  }

  /** Calls `visit` for each record that is due. `visit` may delete the record that it is given, no other. */
  eachDue(now: number, visit: (record: AgentRecord) => void): void {
    // Backwards, because a deletion moves the last record, already seen, into the free place.
    for (let slot = this.records.length - 1; slot >= 0; slot--) {
      if (this.#due[slot]! <= now) visit(this.records[slot]!);
    }
  }

  setConnectivity(record: AgentRecord, to: Connectivity): void {
    this.#count(record, -1);
    record.connectivity = to;
    this.#count(record, 1);
  }

  setPool(record: AgentRecord, pool: string): void {
    this.#count(record, -1);
    record.pool = pool;
    this.#count(record, 1);
  }

  counts(pool?: string): ConnectivityCounts {
    return { ...(pool === undefined ? this.#total : (this.#pools.get(pool) ?? zeroCounts())) };
  }

  poolNames(): string[] {
    return [...this.#pools.keys()].sort();
  }

  /** Of the stopped and the lost, the one that has been gone for longest. */
  longestGone(): AgentRecord | undefined {
    if (this.#total.stopped + this.#total.lost === 0) return undefined;
    let longest: AgentRecord | undefined;
    for (const record of this.records) {
      if (record.connectivity !== 'stopped' && record.connectivity !== 'lost') continue;
      if (longest === undefined || record.connectivitySince < longest.connectivitySince) longest = record;
    }
    return longest;
  }

  #count(record: AgentRecord, step: 1 | -1): void {
    this.#total[record.connectivity] += step;
    let pool = this.#pools.get(record.pool);
    if (pool === undefined) {
      pool = zeroCounts();
      this.#pools.set(record.pool, pool);
    }
    pool[record.connectivity] += step;
    if (step === -1 && connectivities.every((name) => pool[name] === 0)) this.#pools.delete(record.pool);
  }
}

function zeroCounts(): ConnectivityCounts {
  return { live: 0, suspect: 0, lost: 0, stopped: 0 };
}

import type { Labels, ResourceIdentity, SeriesRef } from '@jaegis/model';
import { type ByteRange, IdentityTable } from '../identity-table.ts';

export interface KnownSeriesOptions {
  readonly maxSeries: number;
  readonly hashSeed: number;
}

interface Agent {
  readonly identity: ResourceIdentity;
  /** The request that last told of it, and what the registry said then. */
  askedIn: number;
  isTaken: boolean;
}

/** Series of agents that went and came under other names leave their agents here; past this all is learned anew. */
const maxAgents = 200_000;

/**
 * What is remembered of the series that remote write brings: their bytes lead to a slot, the slot has the ref and, where
 * the series is an agent's (it has the labels `pool` and `instance`), which agent that is.
 */
export class KnownSeries {
  readonly #options: KnownSeriesOptions;
  #table!: IdentityTable;
  #refs = new Uint32Array(256);
  #agentOf = new Uint32Array(256);
  #end = 1;
  #free: number[] = [];
  #agents: (Agent | undefined)[] = [undefined];
  readonly #agentIndex = new Map<string, number>();
  #dropped = 0;
  #lastAgent = 0;

  constructor(options: KnownSeriesOptions) {
    this.#options = options;
    this.#begin();
  }

  /** The slot of the series with these bytes, or 0. `kind` tells the forms of identity apart. */
  find(kind: number, range: ByteRange): number {
    return this.#table.find(0, kind, range);
  }

  refAt(slot: number): SeriesRef {
    return this.#refs[slot]!;
  }

  /** Keeps a series under the bytes that `find` was just asked for. Returns its slot, good until the next `keep`. */
  keep(kind: number, range: ByteRange, found: { ref: SeriesRef; labels: Labels }): number {
    const agent = this.#agentOfLabels(found.labels);
    const slot = this.#free.pop() ?? this.#next();
    this.#refs[slot] = found.ref;
    this.#agentOf[slot] = agent;
    this.#table.add(0, kind, range, slot);
    return slot;
  }

  /** False when the registry does not take the agent of this series. Asks it once a request. */
  isTaken(slot: number, request: number, contact: (identity: ResourceIdentity) => boolean): boolean {
    const agent = this.#agents[this.#agentOf[slot]!];
    if (agent === undefined) return true;
    if (agent.askedIn !== request) {
      agent.askedIn = request;
      agent.isTaken = contact(agent.identity);
    }
    return agent.isTaken;
  }

  forgetRefs(refs: Iterable<SeriesRef>): void {
    const gone = new Set(refs);
    if (gone.size > 0) this.#table.forget((slot) => gone.has(this.#refs[slot]!));
  }

  stats(): { series: number; bytes: number; dropped: number } {
    return { series: this.#table.size, bytes: this.#table.bytes, dropped: this.#dropped + this.#table.dropped };
  }

  #begin(): void {
    const { maxSeries, hashSeed } = this.#options;
    this.#table = new IdentityTable({
      maxEntries: maxSeries,
      maxBytes: maxSeries * 512,
      seed: hashSeed,
      onDrop: (slot) => this.#free.push(slot),
    });
    this.#end = 1;
    this.#free = [];
    this.#agents = [undefined];
    this.#lastAgent = 0;
    this.#agentIndex.clear();
  }

  #next(): number {
    if (this.#end === this.#refs.length) {
      const refs = new Uint32Array(this.#end * 2);
      refs.set(this.#refs);
      this.#refs = refs;
      const agents = new Uint32Array(this.#end * 2);
      agents.set(this.#agentOf);
      this.#agentOf = agents;
    }
    return this.#end++;
  }

  #agentOfLabels(labels: Labels): number {
    const pool = labels['pool'] ?? '';
    const instanceId = labels['instance'] ?? '';
    if (pool === '' || instanceId === '') return 0;
    // The series of an agent come one after the other.
    const last = this.#agents[this.#lastAgent]?.identity;
    if (last !== undefined && last.instanceId === instanceId && last.pool === pool) return this.#lastAgent;
    this.#lastAgent = this.#agentIndexOf(pool, instanceId);
    return this.#lastAgent;
  }

  #agentIndexOf(pool: string, instanceId: string): number {
    const key = `${pool}\n${instanceId}`;
    const known = this.#agentIndex.get(key);
    if (known !== undefined) return known;
    if (this.#agents.length > maxAgents) {
      this.#dropped += this.#table.size;
      this.#begin();
    }
    const index = this.#agents.length;
    this.#agents.push({ identity: { instanceId, pool, version: '', labels: {} }, askedIn: 0, isTaken: true });
    this.#agentIndex.set(key, index);
    return index;
  }
}

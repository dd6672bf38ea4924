/**
 * Which agent behaves unlike its own past, and which unlike its peers, and by which signals. Each tick, per agent:
 *   own past: distance of each signal from its profile (profile-table.ts), in usual deviations;
 *   peers:    distance from the pool's median, in 1.4826 times the pool's median absolute deviation, with four agents or more.
 * A value on the side that harms nobody does not count. Strangeness is the mean of the two largest distances (each at most
 * 10), or the largest over two where only one is out, smoothed over a minute; an anomaly opens above `opens` and closes
 * below `closes`, so that a moment is no anomaly and a fault is one, not many.
 * Bad at: faults shared by the whole pool (peers see nothing, the past does), and agents younger than ten minutes.
 */
import type { Signals } from '@jaegis/model';
import { freshValue } from '../health/signals.ts';
import {
  behaviorSignals,
  behaviorWidth,
  leastDeviation,
  ProfileTable,
  readBehavior,
  senseOf,
} from './profile-table.ts';

export type Comparison = 'own past' | 'peers';

/** What an agent differs in, in the signal's unit, most telling first. */
export interface Difference {
  readonly signal: (typeof behaviorSignals)[number][0];
  readonly value: number;
  readonly usual: number;
  /** In usual deviations, signed. */
  readonly distance: number;
}

export interface BehaviorState {
  readonly row: number;
  cell: number;
  /** Smoothed strangeness; 1 is ordinary, `opens` is where an anomaly opens. */
  own: number;
  peers: number;
  ownOpen: boolean;
  peersOpen: boolean;
  /** Newest signed distances; NaN where not known. */
  readonly ownDistance: Float32Array;
  readonly peerDistance: Float32Array;
  /** Medians of the agent's pool in t; shared by its agents. */
  medians: Float64Array;
}

export interface BehaviorChange {
  readonly id: string;
  readonly comparison: Comparison;
  readonly opened: boolean;
}

export const opens = 4;
const closes = 2;
const mostDistance = 10;
const rate = 1 / 12;
const leastPeers = 4;
const maxAgeMs = 75_000;
const madToDeviation = 1.4826;
/** Peers differ by nature: less than a third up or down is never strange. */
const leastPeerDeviation = 0.3;

export class BehaviorWatch {
  readonly profiles = new ProfileTable();
  readonly #agents = new Map<string, BehaviorState>();
  readonly #limit: number;
  readonly #scratch = new Float64Array(behaviorWidth);
  #refused = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Agents that there was no room for. */
  get refused(): number {
    return this.#refused;
  }

  state(id: string): BehaviorState | undefined {
    return this.#agents.get(id);
  }

  /** One tick of one pool's agents; what began or ended to be unlike. */
  observePool(agents: readonly { readonly id: string; readonly signals: Signals }[], now: number): BehaviorChange[] {
    const changes: BehaviorChange[] = [];
    const t = new Float64Array(agents.length * behaviorWidth);
    agents.forEach(({ signals }, i) => {
      readBehavior(signals, { now, maxAgeMs }, this.#scratch);
      t.set(this.#scratch, i * behaviorWidth);
    });
    const { medians, deviations } = summarizePeers(t, agents.length);
    agents.forEach(({ id, signals }, i) => {
      const state = this.#ensure(id);
      if (state === undefined) return;
      state.medians = medians;
      const load =
        freshValue(signals, 'request_rate', { now, maxAgeMs }) ?? freshValue(signals, 'throughput', { now, maxAgeMs });
      state.cell = this.profiles.cellOf(state.row, now, load);
      for (let k = 0; k < behaviorWidth; k++) {
        const value = t[i * behaviorWidth + k]!;
        state.ownDistance[k] = this.profiles.distance(state.row, state.cell, k, value);
        state.peerDistance[k] = (value - medians[k]!) / deviations[k]!;
        if (Number.isNaN(value)) continue;
        const isUnlike = Math.abs(state.ownDistance[k]!) > opens;
        this.profiles.learn({ row: state.row, cell: state.cell, signal: k }, value, isUnlike);
      }
      this.profiles.learnLoad(state.row, load);
      this.#follow(id, state, changes);
    });
    return changes;
  }

  /** Forgets the agent; what was open of it has ended. */
  forget(id: string): BehaviorChange[] {
    const state = this.#agents.get(id);
    if (state === undefined) return [];
    this.#agents.delete(id);
    this.profiles.remove(state.row);
    const ended: BehaviorChange[] = [];
    if (state.ownOpen) ended.push({ id, comparison: 'own past', opened: false });
    if (state.peersOpen) ended.push({ id, comparison: 'peers', opened: false });
    return ended;
  }

  /** What the agent differs in right now, most telling first; only what counts. */
  differences(id: string, signals: Signals, comparison: Comparison): Difference[] {
    const state = this.#agents.get(id);
    if (state === undefined) return [];
    const distances = comparison === 'peers' ? state.peerDistance : state.ownDistance;
    const found: Difference[] = [];
    behaviorSignals.forEach(([signal, resolution], k) => {
      const distance = distances[k]!;
      const value = signals[signal]?.value;
      if (!(counted(k, distance) >= closes) || value === null || value === undefined) return;
      const usual =
        comparison === 'peers'
          ? resolution * Math.sinh(state.medians[k]!)
          : (this.profiles.usual(state.row, state.cell, k)?.usual ?? Number.NaN);
      if (!Number.isNaN(usual)) found.push({ signal, value, usual, distance });
    });
    return found.sort((a, b) => Math.abs(b.distance) - Math.abs(a.distance));
  }

  /** Everything learned, with the agents' names for `restore`. */
  snapshot(): { bytes: Uint8Array; rows: Record<string, number> } {
    const rows: Record<string, number> = {};
    for (const [id, state] of this.#agents) rows[id] = state.row;
    return { bytes: this.profiles.snapshot(), rows };
  }

  /** False, and nothing changed, when the bytes are not what `snapshot` gave. */
  restore(bytes: Uint8Array, rows: Readonly<Record<string, number>>): boolean {
    if (!this.profiles.restore(bytes)) return false;
    for (const [id, row] of Object.entries(rows)) this.#agents.set(id, fresh(row));
    return true;
  }

  #ensure(id: string): BehaviorState | undefined {
    const known = this.#agents.get(id);
    if (known !== undefined) return known;
    if (this.#agents.size >= this.#limit) {
      this.#refused++;
      return undefined;
    }
    const state = fresh(this.profiles.add());
    this.#agents.set(id, state);
    return state;
  }

  #follow(id: string, state: BehaviorState, changes: BehaviorChange[]): void {
    state.own += rate * (strangeness(state.ownDistance) - state.own);
    state.peers += rate * (strangeness(state.peerDistance) - state.peers);
    if (state.ownOpen ? state.own < closes : state.own > opens) {
      state.ownOpen = !state.ownOpen;
      changes.push({ id, comparison: 'own past', opened: state.ownOpen });
    }
    if (state.peersOpen ? state.peers < closes : state.peers > opens) {
      state.peersOpen = !state.peersOpen;
      changes.push({ id, comparison: 'peers', opened: state.peersOpen });
    }
  }
}

function fresh(row: number): BehaviorState {
  return {
    row,
    cell: 0,
    own: 0,
    peers: 0,
    ownOpen: false,
    peersOpen: false,
    ownDistance: new Float32Array(behaviorWidth).fill(Number.NaN),
    peerDistance: new Float32Array(behaviorWidth).fill(Number.NaN),
    medians: new Float64Array(behaviorWidth).fill(Number.NaN),
  };
}

/** The distance where it is on a side that matters, 0 elsewhere and where it is not known. */
function counted(signal: number, distance: number): number {
  if (Number.isNaN(distance)) return 0;
  const sense = senseOf(signal);
  if (sense === 'higher_is_worse' && distance < 0) return 0;
  if (sense === 'lower_is_worse' && distance > 0) return 0;
  return Math.min(Math.abs(distance), mostDistance);
}

function strangeness(distances: Float32Array): number {
  let first = 0;
  let second = 0;
  for (let k = 0; k < distances.length; k++) {
    const distance = counted(k, distances[k]!);
    if (distance > first) {
      second = first;
      first = distance;
    } else if (distance > second) second = distance;
  }
  return (first + second) / 2;
}

/** Per signal the median and the robust deviation over the agents that know it; NaN with fewer than four. */
function summarizePeers(t: Float64Array, agents: number): { medians: Float64Array; deviations: Float64Array } {
  const medians = new Float64Array(behaviorWidth).fill(Number.NaN);
  const deviations = new Float64Array(behaviorWidth).fill(Number.NaN);
  const known = new Float64Array(agents);
  for (let k = 0; k < behaviorWidth; k++) {
    let count = 0;
    for (let i = 0; i < agents; i++) {
      const value = t[i * behaviorWidth + k]!;
      if (!Number.isNaN(value)) known[count++] = value;
    }
    if (count < leastPeers) continue;
    const values = known.subarray(0, count).sort();
    const middle = values[(count - 1) >> 1]!;
    for (let i = 0; i < count; i++) values[i] = Math.abs(values[i]! - middle);
    values.sort();
    medians[k] = middle;
    deviations[k] = Math.max(madToDeviation * values[(count - 1) >> 1]!, leastPeerDeviation, leastDeviation);
  }
  return { medians, deviations };
}

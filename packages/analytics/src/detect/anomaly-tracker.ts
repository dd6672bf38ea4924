/**
 * Turns the stream of verdicts of many series into anomalies with a start and an end. An anomaly opens when two of the
 * last three points of a series were anomalous and one of them clearly (ten times rarer than the alarm budget asks for), or
 * when seven of the last eight were: signals are read over 30 s, so that one burst shows in six points and is one piece of
 * evidence, not six. It closes after `closeAfter` points in a row at or under the band's edge
 * (0.5 of the score would flap; 0.8 of the threshold does not). Series without recent anomalous points cost nothing.
 * Open anomalies are bounded; what is refused is counted and tried again at the next point.
 */
import type { Anomaly, Labels, SignalName } from '@jaegis/model';
import { formatLabels, signals } from '@jaegis/model';
import { formatValue } from '@jaegis/std';
import { speakDeviation, speakRange } from '../health/judge-signal.ts';
import { isSignalName } from '../health/signals.ts';
import type { Verdicts } from './detector.ts';
import { fnv1a } from './row-columns.ts';
import { unitOfSeries } from './series-unit.ts';

/** What a series is about. */
export interface AnomalySubject {
  readonly agent: string | null;
  readonly pool: string;
  readonly series: Labels;
  readonly signal: SignalName | (string & {});
}

export interface AnomalyPoint {
  readonly at: number;
  readonly value: number;
  readonly score: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  readonly anomalous: boolean;
}

interface Track {
  /** The last eight points, newest in the lowest bit: 1 anomalous; and 1 clearly anomalous. */
  history: number;
  clear: number;
  calm: number;
  missing: number;
  open: Anomaly | null;
  subject: AnomalySubject;
}

const window = 0xff;
const latest = 0b111;
/** A decade beyond the alarm (alarm-budget.ts). */
const clearScore = 0.975;
const hitsWhenClear = 2;
const hitsOtherwise = 7;
const calmScore = 0.76;

export interface TrackerOptions {
  /** Most series with recent anomalous points; 5,000 when left out. */
  readonly limit?: number;
  /** How far apart points come, milliseconds; 5,000 when left out. */
  readonly intervalMs?: number;
  /** Without a value for this long an open anomaly ends; five minutes when left out. */
  readonly endAfterMissingMs?: number;
  /** Makes an id; when left out it is made of the time and the series. */
  readonly nextId?: (now: number) => string;
  /** Calm points in a row that close; 6 when left out. */
  readonly closeAfter?: number;
  /** One point with this score opens an anomaly by itself; when left out none does. */
  readonly surelyAt?: number;
}

export class AnomalyTracker {
  readonly #tracks = new Map<number | string, Track>();
  readonly #limit: number;
  readonly #endAfterMissing: number;
  readonly #closeAfter: number;
  readonly #surelyAt: number;
  readonly #nextId: ((now: number) => string) | undefined;
  #refused = 0;

  constructor(options: TrackerOptions = {}) {
    this.#limit = options.limit ?? 5_000;
    this.#endAfterMissing = Math.ceil((options.endAfterMissingMs ?? 300_000) / (options.intervalMs ?? 5_000));
    this.#nextId = options.nextId;
    this.#closeAfter = options.closeAfter ?? 6;
    this.#surelyAt = options.surelyAt ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Takes a detector's verdicts for a tick and returns the anomalies that opened, grew worse or ended.
   * `subject` is asked only for series that have something to tell.
   */
  observeBatch(
    rows: Uint32Array,
    values: Float64Array,
    o: { at: number; count: number; verdicts: Verdicts; subject: (row: number) => AnomalySubject },
  ): Anomaly[] {
    const changed: Anomaly[] = [];
    const { verdicts: v, at } = o;
    for (let i = 0; i < o.count; i++) {
      const row = rows[i]!;
      if (v.anomalous[i] === 0 && (this.#tracks.size === 0 || !this.#tracks.has(row))) continue;
      const point = {
        at,
        value: values[i]!,
        score: v.score[i]!,
        expected: v.expected[i]!,
        lower: v.lower[i]!,
        upper: v.upper[i]!,
        anomalous: v.anomalous[i] === 1,
      };
      const result = this.observe(row, point, o.subject);
      if (result !== undefined) changed.push(result);
    }
    return changed;
  }

  /** One point of one series; the anomaly when it opened, grew clearly worse, or ended. */
  observe<K extends number | string>(
    key: K,
    point: AnomalyPoint,
    subject: (key: K) => AnomalySubject,
  ): Anomaly | undefined {
    let track = this.#tracks.get(key);
    if (track === undefined) {
      if (!point.anomalous) return undefined;
      if (this.#tracks.size >= this.#limit) {
        this.#refused++;
        return undefined;
      }
      track = { history: 0, clear: 0, calm: 0, missing: 0, open: null, subject: subject(key) };
      this.#tracks.set(key, track);
    }
    if (Number.isNaN(point.score)) return this.#miss(key, track, point.at);
    track.missing = 0;
    track.history = ((track.history << 1) | (point.anomalous ? 1 : 0)) & window;
    track.clear = ((track.clear << 1) | (point.anomalous && point.score >= clearScore ? 1 : 0)) & window;
    track.calm = point.score <= calmScore ? track.calm + 1 : 0;
    if (track.open === null) {
      const isClear = (track.clear & latest) !== 0 && ones(track.history & latest) >= hitsWhenClear;
      const isSure = point.anomalous && point.score >= this.#surelyAt;
      if (isSure || isClear || (point.anomalous && ones(track.history) >= hitsOtherwise)) {
        const id = this.#nextId?.(point.at) ?? idOf(track.subject, point.at);
        track.open = makeAnomaly(id, track.subject, point);
        return track.open;
      }
      if (track.history === 0) this.#tracks.delete(key);
      return undefined;
    }
    if (track.calm >= this.#closeAfter) return this.#end(key, track, point.at);
    return point.anomalous ? worsen(track, point) : undefined;
  }

  /** For a series that is no longer watched; the anomaly that ended with it. */
  drop(key: number | string, now: number): Anomaly | undefined {
    const track = this.#tracks.get(key);
    return track === undefined ? undefined : this.#end(key, track, now);
  }

  /** Takes back anomalies that were open before a restart; the caller knows which series they belong to. */
  restore(open: Iterable<readonly [key: number | string, anomaly: Anomaly]>): void {
    for (const [key, anomaly] of open) {
      if (this.#tracks.size >= this.#limit) {
        this.#refused++;
        continue;
      }
      const { agent, pool, series, signal } = anomaly;
      const subject = { agent, pool, series, signal };
      this.#tracks.set(key, { history: window, clear: 0, calm: 0, missing: 0, open: anomaly, subject });
    }
  }

  /** Those that are open, in order of their start. */
  open(): Anomaly[] {
    const out: Anomaly[] = [];
    for (const track of this.#tracks.values()) if (track.open !== null) out.push(track.open);
    return out.sort((a, b) => a.at - b.at);
  }

  /** Of the open ones those whose newest point was anomalous too. */
  strange(): Anomaly[] {
    const out: Anomaly[] = [];
    for (const { open, history } of this.#tracks.values()) if (open !== null && (history & 1) === 1) out.push(open);
    return out;
  }

  /** Series with recent anomalous points, open or not. */
  keys(): (number | string)[] {
    return [...this.#tracks.keys()];
  }

  get openCount(): number {
    let count = 0;
    for (const track of this.#tracks.values()) if (track.open !== null) count++;
    return count;
  }

  /** Anomalous points of series that there was no room for. */
  get refused(): number {
    return this.#refused;
  }

  #miss(key: number | string, track: Track, at: number): Anomaly | undefined {
    track.missing++;
    return track.missing >= this.#endAfterMissing ? this.#end(key, track, at) : undefined;
  }

  #end(key: number | string, track: Track, at: number): Anomaly | undefined {
    this.#tracks.delete(key);
    return track.open === null ? undefined : { ...track.open, endedAt: at };
  }
}

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The same series cannot open twice at one moment, so series and time name it for good. */
function idOf(subject: AnomalySubject, at: number): string {
  const hash = fnv1a(new TextEncoder().encode(`${subject.signal} ${formatLabels(subject.series)}`));
  return `an-${Math.round(at).toString(36)}-${hash.toString(36)}`;
}

function makeAnomaly(id: string, subject: AnomalySubject, point: AnomalyPoint): Anomaly {
  const { at, value, expected, lower, upper, score } = point;
  return {
    id,
    at,
    agent: subject.agent,
    pool: subject.pool,
    series: subject.series,
    signal: subject.signal,
    value,
    expected,
    lower,
    upper,
    score,
    endedAt: null,
    reason: reasonOf(subject.signal, point),
  };
}

/** Keeps the worst point as the anomaly's figures; told again only when it is clearly worse, not at each point. */
function worsen(track: Track, point: AnomalyPoint): Anomaly | undefined {
  const open = track.open!;
  const before = Math.abs(open.value - open.expected);
  const now = Math.abs(point.value - open.expected);
  if (now < 1.5 * before || point.score < open.score) return undefined;
  track.open = {
    ...open,
    value: point.value,
    score: point.score,
    reason: reasonOf(open.signal, { ...open, value: point.value }),
  };
  return track.open;
}

/** "p95 latency 2.4 s, expected 180 to 320 ms". */
function reasonOf(signal: string, point: { value: number; lower: number; upper: number }): string {
  if (isSignalName(signal) && signal in signals) return speakDeviation(signal, point.value, point);
  const inUnit = (value: number) => formatValue(value, unitOfSeries(signal));
  return `${signal} ${inUnit(point.value)}, expected ${speakRange(point.lower, point.upper, inUnit)}`;
}

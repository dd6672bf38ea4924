import { signals as definitions, type HealthPart, type SignalName, type Signals } from '@jaegis/model';
import { formatValue } from '@jaegis/std';
import { speakSignal } from './judge-signal.ts';
import { freshValue } from './signals.ts';

/** What is compared between agents that should be alike, and the least difference that matters, in the signal's unit. */
const compared: readonly (readonly [SignalName, number])[] = [
  ['latency_p95', 0.05],
  ['error_rate', 0.1],
  ['cpu_utilization', 0.3],
  ['memory_bytes', 128 * 2 ** 20],
  ['queue_length', 20],
];
/** So many times the others' median is unlike them. */
const unlike = 3;
const leastPeers = 3;

/** Medians over a pool's live agents. Signals that fewer than three of them know are left out. */
export function peerMedians(agents: Iterable<Signals>, o: { now: number; maxAgeMs?: number }): Signals {
  const { now, maxAgeMs = 75_000 } = o;
  const all = [...agents];
  const out: Signals = {};
  for (const [name] of compared) {
    const known: number[] = [];
    for (const each of all) {
      const value = freshValue(each, name, { now, maxAgeMs });
      if (value !== null) known.push(value);
    }
    if (known.length < leastPeers) continue;
    known.sort((a, b) => a - b);
    out[name] = { value: known[Math.floor((known.length - 1) / 2)]!, at: now };
  }
  return out;
}

/** The worst of what sets an agent apart from its peers; `undefined` when there is nothing to compare. */
export function peerPart(own: Signals, peers: Signals, o: { now: number; maxAgeMs: number }): HealthPart | undefined {
  let worst: HealthPart | undefined;
  for (const [name, least] of compared) {
    const value = freshValue(own, name, o);
    const usual = peers[name]?.value;
    if (value === null || usual === undefined || usual === null) continue;
    const unit = definitions[name].unit;
    const reason = `${speakSignal(name)} ${formatValue(value, unit)}, its peers' median is ${formatValue(usual, unit)}`;
    const isUnlike = value > unlike * usual && value - usual > least;
    const part = isUnlike
      ? { score: value > 3 * unlike * usual ? 50 : 65, reason }
      : { score: 100, reason: 'like its peers' };
    if (worst === undefined || part.score < worst.score) worst = part;
  }
  return worst;
}

import type { SignalName, Signals } from '@jaegis/model';
import { type Newcomer, settledAfterMs } from '@jaegis/scaling';
import type { Fleet } from './fleet.ts';
import type { PoolEntry } from './pool-book.ts';

// How fast the replicas that became ready not long ago answer beside those that have run for long, from what both took
// for a request: besides their calls where they call others.
const paces: readonly SignalName[] = ['latency_own', 'latency_p50'];

export function newcomersOf(fleet: Fleet, entry: PoolEntry, now: number): Newcomer[] {
  const young: { ageMs: number; signals: Signals }[] = [];
  const settled: Signals[] = [];
  for (const { instanceId, readyAt } of entry.observation?.instances ?? []) {
    const signals = readyAt === null ? undefined : fleet.signals.agent(instanceId)?.signals;
    if (readyAt === null || signals === undefined) continue;
    const ageMs = now - readyAt;
    if (ageMs >= settledAfterMs) settled.push(signals);
    else young.push({ ageMs, signals });
  }
  if (young.length === 0 || settled.length === 0) return [];
  const found: Newcomer[] = [];
  for (const signal of paces) {
    const usual = median(settled.flatMap((signals) => fresh(signals, signal, now) ?? []));
    if (usual === undefined) continue;
    for (const { ageMs, signals } of young) {
      const own = fresh(signals, signal, now);
      if (own !== undefined) found.push({ ageMs, pace: usual / own });
    }
    return found;
  }
  return found;
}

/** A signal of a round ago is not of this age any more. */
const freshMs = 10_000;

function fresh(signals: Signals, name: SignalName, now: number): number | undefined {
  const found = signals[name];
  return found?.value != null && found.value > 0 && now - found.at <= freshMs ? found.value : undefined;
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

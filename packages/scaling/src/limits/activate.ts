import type { LimitStep } from '@jaegis/model';
import { readSignal } from '../read-signal.ts';
import type { PoolSnapshot } from '../snapshot.ts';

// KEDA's activation: between zero and one another threshold counts than between one and many. A pool at zero stays there
// until one objective's signal is above its activation; one that runs goes to zero only when all known ones are at or
// below it. A signal that is not known decides nothing.

/** The step from or to zero, where objectives name an activation. */
export function activate(
  snapshot: PoolSnapshot,
  o: { desired: number; current: number; min: number; now: number },
): { desired: number; step: LimitStep | null } {
  const { desired, current, min, now } = o;
  const { objectives, staleAfterMs } = snapshot.config;
  const isFromZero = current === 0 && desired > 0;
  const isToZero = current > 0 && desired === 0;
  if (min > 0 || !(isFromZero || isToZero)) return { desired, step: null };
  const read = objectives.flatMap(({ signal, activation }) => {
    if (activation === null) return [];
    const reading = readSignal(snapshot.signals, signal, { now, staleAfterMs });
    return reading.ok ? [{ signal, activation, value: reading.value }] : [];
  });
  if (read.length === 0) return { desired, step: null };
  const above = read.find((each) => each.value > each.activation);
  if (isFromZero && above === undefined) {
    const [first] = read;
    const message = `${first!.signal} is ${first!.value}, a pool at zero starts above ${first!.activation}`;
    return { desired: 0, step: { step: 'clamp', from: desired, to: 0, reason: 'BelowActivation', message } };
  }
  if (isToZero && above !== undefined) {
    const message = `${above.signal} is ${above.value}, the last one stays above ${above.activation}`;
    return { desired: 1, step: { step: 'clamp', from: 0, to: 1, reason: 'AboveActivation', message } };
  }
  return { desired, step: null };
}

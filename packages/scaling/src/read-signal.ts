import { type DecisionReason, signals as definitions, type SignalName, type Signals } from '@jaegis/model';
import { formatDuration, formatValue } from '@jaegis/std';

/** A signal that can be acted on, or why it cannot. */
export type Reading =
  | { readonly ok: true; readonly value: number }
  | {
      readonly ok: false;
      readonly reason: Extract<DecisionReason, 'NoData' | 'StaleData' | 'InvalidData'>;
      readonly message: string;
    };

/** Tells a usable value from a missing, a stale and an impossible one. No signal of ours can be negative. */
export function readSignal(signals: Signals, name: SignalName, o: { now: number; staleAfterMs: number }): Reading {
  const found = signals[name];
  if (found === undefined || found.value === null || found.value === undefined) {
    return { ok: false, reason: 'NoData', message: `${name} is not known` };
  }
  if (!Number.isFinite(found.value) || found.value < 0) {
    return { ok: false, reason: 'InvalidData', message: `${name} is ${found.value}, must be a number >= 0` };
  }
  const age = o.now - found.at;
  if (!(age <= o.staleAfterMs)) {
    const old = `${name} is ${formatDuration(age)} old (${formatValue(found.value, definitions[name].unit)} then)`;
    return { ok: false, reason: 'StaleData', message: `${old}, must be under ${formatDuration(o.staleAfterMs)}` };
  }
  return { ok: true, value: found.value };
}

import { type SignalName, signals } from '@jaegis/model';

/** Whether a value is on the wrong side of its objective. */
export function isBeyondObjective(signal: SignalName, value: number, target: number): boolean {
  return signals[signal].sense === 'lower_is_worse' ? value < target : value > target;
}

/** What the scaler works with: above its target it is no breach by itself. */
export function isCapacitySignal(signal: SignalName): boolean {
  return (
    signals[signal].sense === 'neutral' ||
    signal === 'cpu_utilization' ||
    signal === 'memory_utilization' ||
    signal === 'saturation'
  );
}

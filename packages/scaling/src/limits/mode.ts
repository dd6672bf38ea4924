import type { LimitStep, PoolMode } from '@jaegis/model';

// The last step: what a person allows. `paused` and `recommend` change nothing; `paused-in` never gives back and
// `paused-out` never adds, as KEDA's paused-scale-in and paused-scale-out do. Bounds obey too: a pause is a pause.

export function holdForMode(
  mode: PoolMode,
  desired: number,
  current: number,
): { desired: number; step: LimitStep | null } {
  const isUp = desired > current;
  if (desired === current || mode === 'auto') return { desired, step: null };
  if (mode === 'paused-in' ? isUp : mode === 'paused-out' && !isUp) return { desired, step: null };
  const [reason, message] = sentences[mode](desired);
  return { desired: current, step: { step: 'mode', from: desired, to: current, reason, message } };
}

const sentences: Readonly<
  Record<Exclude<PoolMode, 'auto'>, (desired: number) => readonly [LimitStep['reason'], string]>
> = {
  paused: (desired) => ['Paused', `paused: ${desired} would run`],
  recommend: (desired) => ['RecommendOnly', `recommends ${desired}, changes nothing`],
  'paused-in': (desired) => ['ScaleInPaused', `giving back is paused: ${desired} would do`],
  'paused-out': (desired) => ['ScaleOutPaused', `adding is paused: ${desired} are wanted`],
};

import type { LimitStep } from '@jaegis/model';

/** Cuts a change to so many replicas, in either direction and whatever asked for it; the last of all limits. */
export function limitStep(o: { desired: number; current: number; maxStep: number | null }): {
  desired: number;
  step: LimitStep | null;
} {
  const { desired, current, maxStep } = o;
  if (maxStep === null || !(Math.abs(desired - current) > maxStep)) return { desired, step: null };
  const to = desired > current ? current + maxStep : current - maxStep;
  return {
    desired: to,
    step: {
      step: 'step',
      from: desired,
      to,
      reason: 'StepLimited',
      message: `${desired} are wanted, at most ${maxStep} at once`,
    },
  };
}

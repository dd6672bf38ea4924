import type { LimitStep } from '@jaegis/model';

/** What a limit makes of a number, and its step where it changed it. */
export interface Limited {
  readonly desired: number;
  readonly step: LimitStep | null;
}

/** At most `most`; `why` is asked for only when that cuts something. */
export function cutTo(
  desired: number,
  most: number,
  why: () => Pick<LimitStep, 'step' | 'reason' | 'message'>,
): Limited {
  if (desired <= most) return { desired, step: null };
  return { desired: most, step: { from: desired, to: most, ...why() } };
}

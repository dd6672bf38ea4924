import type { LimitStep } from '@jaegis/model';

/** What is left for one pool of a quota that it shares: the limit less what the others have or are sure to have. */
export interface QuotaShare {
  readonly name: string;
  readonly limit: number;
  readonly left: number;
}

/**
 * Cuts a number to the tightest quota. Where others already took more than is left, it gives back down to the minimum,
 * but only when the number rests on measured load: what nobody can see is not shrunk.
 */
export function limitQuota(o: {
  desired: number;
  current: number;
  min: number;
  isMeasured: boolean;
  quotas: readonly QuotaShare[];
}): { desired: number; step: LimitStep | null } {
  const { desired, current, min, isMeasured, quotas } = o;
  let tightest: QuotaShare | undefined;
  for (const quota of quotas)
    if (Number.isFinite(quota.left) && quota.left < (tightest?.left ?? Number.POSITIVE_INFINITY)) tightest = quota;
  if (tightest === undefined) return { desired, step: null };
  const left = Math.max(min, Math.floor(tightest.left));
  const most = isMeasured ? left : Math.max(left, current);
  if (desired <= most) return { desired, step: null };
  return {
    desired: most,
    step: {
      step: 'quota',
      from: desired,
      to: most,
      reason: 'QuotaExceeded',
      message: `${desired} are wanted, quota ${tightest.name} (${tightest.limit}) leaves ${most} for this pool`,
    },
  };
}

import { cutTo, type Limited } from './cut-to.ts';

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
}): Limited {
  const { desired, current, min, isMeasured, quotas } = o;
  let tightest: QuotaShare | undefined;
  for (const quota of quotas)
    if (Number.isFinite(quota.left) && quota.left < (tightest?.left ?? Number.POSITIVE_INFINITY)) tightest = quota;
  if (tightest === undefined) return { desired, step: null };
  const left = Math.max(min, Math.floor(tightest.left));
  const most = isMeasured ? left : Math.max(left, current);
  const { name, limit } = tightest;
  return cutTo(desired, most, () => ({
    step: 'quota',
    reason: 'QuotaExceeded',
    message: `${desired} are wanted, quota ${name} (${limit}) leaves ${most} for this pool`,
  }));
}

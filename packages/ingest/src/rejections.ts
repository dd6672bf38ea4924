import type { Rejections } from '@jaegis/model';

export function totalOf(rejected: Rejections): number {
  let sum = 0;
  for (const count of Object.values(rejected)) sum += count;
  return sum;
}

/** `3 out_of_order, 1 duplicate`. */
export function rejectionsText(rejected: Rejections): string {
  return Object.entries(rejected)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
}

/** Whether the store took nothing because it is full or cannot write: then the sender is to try again. */
export function overloadOf(rejected: Rejections): 'busy' | 'unavailable' | undefined {
  const full = rejected.queue_full ?? 0;
  const broken = rejected.storage ?? 0;
  if (full + broken === 0 || full + broken < totalOf(rejected)) return undefined;
  return broken > 0 ? 'unavailable' : 'busy';
}

/** After how long a sender is to come back, in milliseconds. */
export const retryAfterMs = { busy: 1_000, unavailable: 5_000 } as const;

/** Progress as the agent counts it: `value` never goes down within one run, `perSecond` is `null` until two reports of one run. */
export interface Progress {
  readonly value: number;
  /** When the value last changed, epoch milliseconds. */
  readonly changedAt: number;
  /** When it was last reported. */
  readonly at: number;
  readonly perSecond: number | null;
}

/** A value that went down is a new run: it starts its count again, and that is a change too. */
export function nextProgress(before: Progress | null, value: number, now: number): Progress {
  if (before === null || value < before.value) return { value, changedAt: now, at: now, perSecond: null };
  const seconds = (now - before.at) / 1_000;
  const perSecond = seconds > 0 ? (value - before.value) / seconds : before.perSecond;
  return { value, changedAt: value > before.value ? now : before.changedAt, at: now, perSecond };
}

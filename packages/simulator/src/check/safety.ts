import type { AcknowledgedSample, Journal, Violation } from './journal.ts';

/** No decision outside the bounds; a bound that moves gives the two numbers for each time. */
export function checkBounds(
  journal: Journal,
  bounds: (pool: string, at: number) => { readonly min: number; readonly max: number },
): Violation[] {
  return journal.decisions.flatMap(({ pool, at, to, from, message }) => {
    const { min, max } = bounds(pool, at);
    // Holding a number that was there before is not an order.
    if (Number.isInteger(to) && ((to >= min && to <= max) || to === from)) return [];
    return [violation('bounds', at, `${pool}: desired is ${to}, must be a whole number in ${min}..${max}: ${message}`)];
  });
}

// These move the number because a person's bound says so, not because of what was measured.
const byOrder = new Set(['BelowMinimum', 'AboveMaximum', 'ScheduledMinimum']);

/** Nothing is grown or shrunk on the strength of telemetry that is not there: `staleAfterMs` old, or never heard. */
export function checkNoBlindAction(journal: Journal, staleAfterMs: number): Violation[] {
  const heard = new Map<string, number>();
  const violations: Violation[] = [];
  let next = 0;
  for (const decision of journal.decisions) {
    for (; next < journal.moments.length && journal.moments[next]!.at <= decision.at; next++) {
      const moment = journal.moments[next]!;
      heard.set(moment.pool, moment.heardAt);
    }
    const age = decision.at - (heard.get(decision.pool) ?? 0);
    if (decision.to === decision.from || age <= staleAfterMs || byOrder.has(decision.reason)) continue;
    violations.push(
      violation(
        'no blind action',
        decision.at,
        `${decision.pool}: ${decision.from} -> ${decision.to}, the newest telemetry is ${Math.round(age / 1_000)} s old, must be at most ${staleAfterMs / 1_000} s: ${decision.message}`,
      ),
    );
  }
  return violations;
}

/** Each decision, each step that changed it, each change of state and each alert says why. */
export function checkReasons(journal: Journal): Violation[] {
  const violations: Violation[] = [];
  const demand = (at: number, what: string, ...texts: (string | undefined)[]): void => {
    if (texts.some((text) => text === undefined || text.trim() === '')) {
      violations.push(violation('reasons', at, `${what} has no reason`));
    }
  };
  for (const { pool, at, from, to, reason, message, limits } of journal.decisions) {
    demand(at, `${pool}: decision ${from} -> ${to}`, reason, message);
    for (const limit of limits) demand(at, `${pool}: step ${limit.step}`, limit.reason, limit.message);
  }
  for (const { what, at, from, to, reason } of journal.changes) demand(at, `${what}: ${from} -> ${to}`, reason);
  for (const { id, activeAt, reason, summary } of journal.alerts) demand(activeAt, `alert ${id}`, reason, summary);
  return violations;
}

/** What was acknowledged is found again, with the same value. */
export function checkNothingLost(
  journal: Journal,
  find: (sample: AcknowledgedSample) => number | undefined,
): Violation[] {
  return journal.acknowledged.flatMap((sample) => {
    const found = find(sample);
    if (found !== undefined && Object.is(found, sample.value)) return [];
    const what = found === undefined ? 'is not there' : `is ${found}`;
    return [violation('nothing lost', sample.at, `${sample.series}: ${what}, must be ${sample.value}`)];
  });
}

/** A cause is told once to each receiver, and its end once. */
export function checkOneNotificationPerCause(journal: Journal): Violation[] {
  const told = new Map<string, number>();
  return journal.notifications.flatMap(({ at, receiver, cause, state }) => {
    const key = JSON.stringify([receiver, cause, state]);
    const count = (told.get(key) ?? 0) + 1;
    told.set(key, count);
    if (count === 1) return [];
    return [
      violation('one notification', at, `${receiver} was told ${state} of ${cause} ${count} times, must be once`),
    ];
  });
}

export function violation(checker: string, at: number, message: string): Violation {
  return { checker, at, message };
}

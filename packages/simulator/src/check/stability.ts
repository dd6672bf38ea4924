import type { Journal, JournalDecision, Violation } from './journal.ts';
import { violation } from './safety.ts';

/** At most so many changes of direction in any stretch of `windowMs`, per pool. */
export function checkReversals(journal: Journal, o: { most: number; windowMs: number }): Violation[] {
  const violations: Violation[] = [];
  for (const [pool, decisions] of byPool(journal)) {
    const turns = turnsOf(decisions);
    for (let i = o.most; i < turns.length; i++) {
      const within = turns[i]!.at - turns[i - o.most]!.at;
      if (within > o.windowMs) continue;
      const story = turns
        .slice(i - o.most, i + 1)
        .map((turn) => `${turn.from}->${turn.to}`)
        .join(', ');
      violations.push(
        violation(
          'reversals',
          turns[i]!.at,
          `${pool}: ${o.most + 1} turns within ${within / 1_000} s (${story}), must be at most ${o.most}`,
        ),
      );
      break;
    }
  }
  return violations;
}

/** Never more than `factor` times what demand and backlog have needed at their highest so far, plus `slack`. */
export function checkOvershoot(journal: Journal, o: { factor: number; slack: number }): Violation[] {
  const highest = new Map<string, number>();
  const told = new Set<string>();
  return journal.moments.flatMap(({ pool, at, desired, needed, backlogNeeds }) => {
    const most = Math.max(highest.get(pool) ?? 0, needed + backlogNeeds);
    highest.set(pool, most);
    if (desired <= o.factor * most + o.slack || told.has(pool)) return [];
    told.add(pool);
    return [
      violation(
        'overshoot',
        at,
        `${pool}: desired is ${desired}, at most ${most} were ever needed, must be <= ${o.factor} x that + ${o.slack}`,
      ),
    ];
  });
}

/** From `sinceMs` (epoch) to the end of the run each pool has enough replicas, not too many, and nothing waits. */
export function checkSettled(
  journal: Journal,
  o: { sinceMs: number; factor: number; slack: number; mostWaiting: number },
): Violation[] {
  const told = new Set<string>();
  return journal.moments.flatMap(({ pool, at, ready, desired, needed, waiting }) => {
    if (at < o.sinceMs || told.has(pool)) return [];
    const isEnough = ready >= needed && waiting <= o.mostWaiting;
    if (isEnough && desired <= o.factor * needed + o.slack) return [];
    told.add(pool);
    return [
      violation(
        'settled',
        at,
        `${pool}: ${ready} ready and ${desired} desired where ${needed} are needed, ${waiting} wait: must have settled`,
      ),
    ];
  });
}

/** Decisions that changed the direction, per pool. */
export function turnsOf(decisions: readonly JournalDecision[]): JournalDecision[] {
  let direction = 0;
  return decisions.filter(({ from, to }) => {
    const next = Math.sign(to - from);
    if (next === 0) return false;
    const isTurn = direction !== 0 && next !== direction;
    direction = next;
    return isTurn;
  });
}

export function byPool(journal: Journal): Map<string, JournalDecision[]> {
  const pools = new Map<string, JournalDecision[]>();
  for (const decision of journal.decisions) {
    const list = pools.get(decision.pool);
    if (list === undefined) pools.set(decision.pool, [decision]);
    else list.push(decision);
  }
  return pools;
}

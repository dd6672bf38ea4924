import type { LimitStep } from '@jaegis/model';
import { formatDuration } from '@jaegis/std';
import type { RatePolicy, ScalingConfig, ScalingRules } from '../scaling-config.ts';
import type { Change } from '../scaling-state.ts';

// HPA's behavior: each policy allows so many pods or per cent, counted from the replicas at the start of its period;
// `Max` takes the policy that allows the largest change, `Min` the smallest, `Disabled` allows none.

/** Cuts a change to what the policies allow. */
export function limitRate(o: {
  desired: number;
  current: number;
  changes: readonly Change[];
  config: ScalingConfig;
  now: number;
}): { desired: number; step: LimitStep | null } {
  const { desired, current, config } = o;
  if (desired === current) return { desired, step: null };
  const isUp = desired > current;
  const rules = isUp ? config.scaleUp : config.scaleDown;
  const bound = allowed(rules, { ...o, isUp });
  const limited = isUp ? Math.min(desired, Math.max(current, bound)) : Math.max(desired, Math.min(current, bound));
  if (limited === desired) return { desired, step: null };
  return {
    desired: limited,
    step: {
      step: 'limit',
      from: desired,
      to: limited,
      reason: isUp ? 'ScaleUpLimited' : 'ScaleDownLimited',
      message: `${desired} are wanted, ${limited} are allowed by ${describe(rules)}`,
    },
  };
}

function allowed(
  rules: ScalingRules,
  o: { current: number; changes: readonly Change[]; now: number; isUp: boolean },
): number {
  if (rules.selectPolicy === 'Disabled') return o.current;
  if (rules.policies.length === 0) return o.isUp ? Number.POSITIVE_INFINITY : 0;
  const bounds = rules.policies.map((policy) => {
    const start = o.current - movedWithin(policy, o);
    const amount = policy.type === 'Pods' ? policy.value : (start * policy.value) / 100;
    // Per cent of nothing is nothing: one replica must always be possible, or a pool at zero stays there.
    return o.isUp ? Math.max(Math.ceil(start + amount - 1e-9), start + 1) : Math.floor(start - amount + 1e-9);
  });
  const takesHighest = (rules.selectPolicy === 'Max') === o.isUp;
  return Math.max(0, takesHighest ? Math.max(...bounds) : Math.min(...bounds));
}

/** Replicas added (counted up) or removed (counted down) within the policy's period; signed like the change itself. */
function movedWithin(policy: RatePolicy, o: { changes: readonly Change[]; now: number; isUp: boolean }): number {
  let moved = 0;
  for (const change of o.changes) {
    if (o.now - change.at >= policy.periodMs) continue;
    const delta = change.to - change.from;
    if (delta > 0 === o.isUp) moved += delta;
  }
  return moved;
}

function describe(rules: ScalingRules): string {
  if (rules.selectPolicy === 'Disabled') return 'selectPolicy Disabled';
  return rules.policies
    .map((p) => `${p.value}${p.type === 'Percent' ? ' %' : ''} per ${formatDuration(p.periodMs)}`)
    .join(rules.selectPolicy === 'Max' ? ' or ' : ' and ');
}

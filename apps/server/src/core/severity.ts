import type { Severity } from '@jaegis/model';
import type { Fleet } from './fleet.ts';

/** What a problem counts for: of an important pool more, of an unimportant one less. */
export function severityOf(fleet: Pick<Fleet, 'pools'>, pool: string, severity: Severity): Severity {
  const importance = fleet.pools.get(pool)?.config?.importance ?? 'normal';
  if (importance === 'high' && severity === 'warning') return 'critical';
  if (importance === 'low' && severity === 'critical') return 'warning';
  return severity;
}

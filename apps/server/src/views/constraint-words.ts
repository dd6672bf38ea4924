import type { Fleet } from '../core/fleet.ts';
import type { PoolEntry } from '../core/pool-book.ts';
import { quotasOf } from '../core/quotas.ts';

/** What always holds for a pool, whatever its load, one sentence each; empty where nothing is written. */
export function constraintsInWords(fleet: Fleet, entry: PoolEntry): string[] {
  const { config } = entry;
  if (config === undefined) return [];
  const { redundancy, spare, max_step: step, zones } = config.constraints;
  const words: string[] = [];
  if (redundancy !== undefined) words.push(`at least ${redundancy} while any run`);
  if (spare !== undefined && spare > 0) words.push(`serves on with ${spare} lost`);
  if (zones !== undefined) {
    const least = zones.min === undefined ? '' : `, at least ${zones.min} of them`;
    words.push(`spread over the zones ${zones.names.join(', ')}${least}`);
    if (zones.survive_loss) words.push('serves on without its fullest zone');
  }
  if (step !== undefined) words.push(`at most ${step} more or fewer at once`);
  for (const { from, to, timezone, min } of config.schedules)
    words.push(`at least ${min} from ${from} to ${to} ${timezone}`);
  for (const { name, limit, left } of quotasOf(fleet, entry))
    words.push(`quota ${name}: ${limit} with others, ${left} are left for this pool`);
  const { per_replica_hour: price, budget_per_hour: hour, budget_per_day: day } = config.cost ?? {};
  if (hour !== undefined) words.push(`at most $${hour} an hour`);
  if (day !== undefined && price !== undefined)
    words.push(`at most $${day} a day, $${(entry.usage.replicaHours * price).toFixed(2)} spent today`);
  return words;
}

import type { Alert } from '@jaegis/model';
import { foldBy, patternOf } from '../../data/near-identical.ts';
import { clock } from '../../time/words.ts';

/** Alerts of one pool that say the same of many agents, or one alert by itself. */
export interface AlertGroup {
  readonly alerts: readonly Alert[];
  /** `16 agents of writers are lost, 12:01 to 12:02`; of one alert its own words. */
  readonly words: string;
}

const byName = new Intl.Collator('en', { numeric: true });

/** Folds what many agents of a pool have in common; the agents of a group by name. */
export function foldAlerts(alerts: readonly Alert[]): AlertGroup[] {
  return foldBy(alerts, (alert) => [alert.pool, alert.state, alert.severity, patternOf(saidOf(alert))].join('\n')).map(
    (group) => ({
      alerts: group.toSorted((a, b) => byName.compare(a.agent ?? '', b.agent ?? '')),
      words: wordsOf(group),
    }),
  );
}

/** What is said of the agent, without its name. An alert that is not of an agent is folded with nothing else. */
function saidOf({ agent, id, summary }: Alert): string {
  if (agent === null) return id;
  return summary.replaceAll(agent, '').trim();
}

function wordsOf(group: readonly Alert[]): string {
  const [first] = group;
  if (first === undefined) return '';
  if (group.length === 1) return first.summary;
  const times = group.map((alert) => alert.activeAt).sort((a, b) => a - b);
  const [from, to] = [clock(times[0]!), clock(times.at(-1)!)];
  const said = saidOf(first).replace(/^is /, 'are ').replace(/^has /, 'have ');
  return `${group.length} agents of ${first.pool} ${said}, ${from === to ? from : `${from} to ${to}`}`;
}

import type { AgentSummary, FleetReport, Pool } from '@jaegis/model';
import { formatAgents } from './agents.ts';
import { sentence } from './document.ts';
import { formatPools } from './pools.ts';
import { stateCell, stateTone } from './state.ts';
import type { Layout } from './table.ts';
import { clockTime } from './time.ts';

export interface TopView {
  readonly report: FleetReport;
  readonly pools: readonly Pool[];
  readonly agents: readonly AgentSummary[];
}

/** One frame of `jaegis top`: the fleet in a line, what needs attention, the pools, and as many agents as fit, worst first. */
export function formatTop(view: TopView, options: Layout & { now: number; height: number }): string {
  const { report } = view;
  const { paint, now } = options;
  const { live, suspect, lost, stopped } = report.agents;
  const open = report.incidents.filter((incident) => incident.state !== 'resolved');
  const firing = report.alerts.filter((alert) => alert.state === 'firing');
  const counts = `${live} live, ${suspect} suspect, ${lost} lost, ${stopped} stopped`;
  const head = [
    `${paint('JAEGIS', 'strong')}  ${paint(stateCell(report.state).text, stateTone(report.state))}  score ${Math.round(report.score)}  ${clockTime(report.generatedAt, now)}`,
    `Agents: ${counts}.  ${plural(open.length, 'open incident')}, ${plural(firing.length, 'firing alert')}.`,
  ];
  const worries = [
    ...open.map((incident) => `- ${incident.id}: ${incident.title}`),
    ...(open.length === 0 ? firing.map((alert) => `- ${alert.summary}`) : []),
  ];
  const shownWorries = worries.slice(0, 3).map((text) => paint(sentence(text, options), 'bad'));
  if (worries.length > 3) shownWorries.push(paint(`  +${worries.length - 3} more: jaegis incidents`, 'dim'));
  const blocks = [...head, ...shownWorries, '', formatPools(view.pools, options).trimEnd(), ''];
  const used = blocks.join('\n').split('\n').length;
  const room = Math.max(0, options.height - used - 2);
  const worst = [...view.agents].sort(byWorst);
  const shown = worst.slice(0, room >= worst.length ? worst.length : Math.max(0, room - 1));
  if (view.agents.length === 0) blocks.push(formatAgents([], options).trimEnd());
  else if (shown.length > 0) blocks.push(formatAgents(shown, options).trimEnd());
  if (shown.length < worst.length) blocks.push(paint(`+${worst.length - shown.length} more: jaegis agents`, 'dim'));
  return `${blocks.join('\n')}\n`;
}

const connectivityRank = { lost: 0, suspect: 1, live: 2, stopped: 3 } as const;

/** Lost before suspect before live before stopped; then the lowest score; then by name. */
export function byWorst(a: AgentSummary, b: AgentSummary): number {
  return (
    connectivityRank[a.connectivity] - connectivityRank[b.connectivity] ||
    a.score - b.score ||
    a.instanceId.localeCompare(b.instanceId)
  );
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

import type { AgentReport, AgentSummary } from '@jaegis/model';
import { formatDuration, formatValue } from '@jaegis/std';
import { section, sentence, titled } from './document.ts';
import { scoreCell, stateCell } from './state.ts';
import { formatTable, type Layout } from './table.ts';
import { ago } from './time.ts';

/** The agents table: worst first is the caller's order. */
export function formatAgents(agents: readonly AgentSummary[], options: Layout & { now: number }): string {
  if (agents.length === 0) {
    return [
      'No agents yet.',
      'Start one: the three lines of the SDK (npm install @jaegis/agent), any',
      'OpenTelemetry exporter pointed at port 4318, or a pool with a process target in',
      'jaegis.yaml.\n',
    ].join('\n');
  }
  return formatTable(
    [
      { title: 'AGENT', shrinkTo: 20, cut: 'middle' },
      { title: 'POOL', shrinkTo: 11, cut: 'middle', dropRank: 2 },
      { title: 'STATE' },
      { title: 'HEALTH' },
      { title: 'SCORE', align: 'right', dropRank: 3 },
      { title: 'RATE', align: 'right', dropRank: 4 },
      { title: 'P95', align: 'right', dropRank: 5 },
      { title: 'ERRORS', align: 'right', dropRank: 6 },
      { title: 'QUEUE', align: 'right', dropRank: 7 },
      { title: 'CPU', align: 'right', dropRank: 9 },
      { title: 'MEMORY', align: 'right', dropRank: 8 },
      { title: 'SEEN', align: 'right', dropRank: 1 },
      { title: 'REASON', shrinkTo: 12, dropRank: 10 },
    ],
    agents.map((agent) => [
      agent.instanceId,
      agent.pool,
      stateCell(agent.connectivity),
      stateCell(agent.health),
      scoreCell(agent.score),
      formatValue(agent.rate, '1/s'),
      formatValue(agent.latencyP95, 'seconds'),
      formatValue(agent.errorRate, 'ratio'),
      formatValue(agent.queueLength, 'count'),
      formatValue(agent.cpu, 'ratio'),
      formatValue(agent.memoryBytes, 'bytes'),
      ago(agent.lastSeen, options.now),
      agent.reason,
    ]),
    options,
  );
}

/** Everything of one agent. */
export function formatAgentReport(agent: AgentReport, options: Layout & { now: number }): string {
  const { paint, now } = options;
  const { responseTime, work, errors, resources, process } = agent;
  const lines = [
    titled(
      agent.instanceId,
      [
        stateCell(agent.connectivity),
        stateCell(agent.health),
        `score ${Math.round(agent.score)}`,
        `pool ${agent.pool}`,
      ],
      options,
    ),
    sentence(`${agent.connectivityReason || `Last seen ${ago(agent.lastSeen, now)}.`}`, options),
    ...agent.reasons.map((reason) => sentence(`- ${reason}`, options)),
  ];
  const pairs: [string, string][] = [
    [
      'Response time',
      `p50 ${formatValue(responseTime.p50, 'seconds')}, p95 ${formatValue(responseTime.p95, 'seconds')}, p99 ${formatValue(responseTime.p99, 'seconds')}, ${responseTime.trend.direction}`,
    ],
    [
      'Work',
      `${formatValue(work.throughput, '1/s')} done, ${formatValue(work.successRate, 'ratio')} succeed, ${formatValue(work.queueLength, 'count')} waiting, ${formatValue(work.tokensRate, '1/s')} tokens`,
    ],
    [
      'Errors',
      `${formatValue(errors.rate, 'ratio')}${errors.classes.map((entry) => `, ${entry.name} ${entry.count}x`).join('')}; recovery ${formatValue(errors.recoveryTime, 'seconds')}`,
    ],
    [
      'Resources',
      `CPU ${formatValue(resources.cpu, 'ratio')}, memory ${formatValue(resources.memoryBytes, 'bytes')} (${formatValue(resources.memoryUtilization, 'ratio')} of its limit), network ${formatValue(resources.networkBytes, 'bytes/s')}`,
    ],
    [
      'Heartbeat',
      `every ${formatDuration(agent.heartbeatIntervalMs)}, last ${ago(agent.lastSeen, now)}, says ${agent.status}`,
    ],
  ];
  if (process !== null)
    pairs.push([
      'Process',
      `pid ${process.pid}, ${process.state}, up ${formatDuration(now - process.startedAt)}, ${process.restarts} restarts`,
    ]);
  if (agent.version !== '') pairs.push(['Version', agent.version]);
  lines.push('', section(pairs, options));
  const parts = Object.entries(agent.parts);
  if (parts.length > 0)
    lines.push(
      formatTable(
        [{ title: 'PART' }, { title: 'SCORE', align: 'right' }, { title: 'REASON', shrinkTo: 20 }],
        parts.map(([name, part]) => [name, scoreCell(part.score), part.reason]),
        options,
      ),
    );
  if (agent.recommendations.length > 0)
    lines.push(
      paint('What to do', 'strong'),
      ...agent.recommendations.map((text) => sentence(`- ${text}`, options)),
      '',
    );
  return `${lines.join('\n').trimEnd()}\n`;
}

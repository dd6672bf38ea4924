import type { AgentSummary } from '@jaegis/model';
import type { ReactNode } from 'react';
import { written } from '../../data/written.ts';
import { Ago } from '../../widgets/ago.tsx';
import { Beats } from '../../widgets/beats.tsx';
import { AgentLink, PoolLink } from '../../widgets/links.tsx';
import { StateMark } from '../../widgets/state-mark.tsx';
import { agentState, type SortKey } from './agent-view.ts';

export interface AgentColumn {
  readonly key: string;
  readonly title: string;
  /** A track of the grid. */
  readonly width: string;
  readonly isNumber?: boolean;
  readonly sort?: SortKey;
  readonly cell: (row: AgentSummary) => ReactNode;
}

const number = (title: string, sort: SortKey, text: (row: AgentSummary) => string, width = '64px'): AgentColumn => ({
  key: sort,
  title,
  width,
  isNumber: true,
  sort,
  cell: (row) => {
    const value = text(row);
    return <span className={value === '–' ? 'faint' : undefined}>{value}</span>;
  },
});

export const agentColumns: readonly AgentColumn[] = [
  {
    key: 'agent',
    title: 'Agent',
    width: 'minmax(136px, 1.200fr)',
    sort: 'instanceId',
    cell: (row) => <AgentLink id={row.instanceId} />,
  },
  { key: 'state', title: 'State', width: '96px', sort: 'state', cell: (row) => <StateMark state={agentState(row)} /> },
  {
    key: 'reason',
    title: 'Reason',
    width: 'minmax(120px, 2.400fr)',
    cell: (row) => (
      <span className={agentState(row) === 'healthy' ? 'faint' : 'muted'} title={row.reason}>
        {row.reason}
      </span>
    ),
  },
  {
    key: 'pool',
    title: 'Pool',
    width: 'minmax(112px, 1fr)',
    sort: 'pool',
    cell: (row) => <PoolLink name={row.pool} />,
  },
  { key: 'beats', title: 'Heartbeats', width: '124px', cell: (row) => <Beats beats={row.beats} /> },
  number('P95', 'latencyP95', (row) => written(row.latencyP95, 'seconds')),
  number('Rate', 'rate', (row) => written(row.rate, '1/s')),
  number('Errors', 'errorRate', (row) => written(row.errorRate, 'ratio'), '60px'),
  number('Queue', 'queueLength', (row) => written(row.queueLength, 'count'), '52px'),
  number('CPU', 'cpu', (row) => written(row.cpu, 'ratio'), '52px'),
  number('Memory', 'memoryBytes', (row) => written(row.memoryBytes, 'bytes'), '76px'),
  number('Tokens', 'tokensRate', (row) => written(row.tokensRate, '1/s'), '64px'),
  number('Cost', 'costRate', (row) => written(row.costRate, 'usd/h')),
  number('Score', 'score', (row) => String(Math.round(row.score)), '56px'),
  {
    key: 'version',
    title: 'Version',
    width: '96px',
    sort: 'version',
    cell: (row) => row.version || <span className="faint">–</span>,
  },
  {
    key: 'region',
    title: 'Region',
    width: '112px',
    sort: 'region',
    cell: (row) => row.region || <span className="faint">–</span>,
  },
  {
    key: 'lastSeen',
    title: 'Last seen',
    width: '88px',
    isNumber: true,
    sort: 'lastSeen',
    cell: (row) => <Ago at={row.lastSeen} />,
  },
];

const hiddenAtFirst = new Set(['score', 'version', 'region', 'lastSeen']);
export const firstColumns: readonly string[] = agentColumns
  .map((column) => column.key)
  .filter((key) => !hiddenAtFirst.has(key));

/** The columns that the URL asks for, in our order; the name is always there. */
export function columnsFor(keys: readonly string[]): AgentColumn[] {
  const wanted = new Set(keys.length === 0 ? firstColumns : keys);
  return agentColumns.filter((column) => column.key === 'agent' || wanted.has(column.key));
}

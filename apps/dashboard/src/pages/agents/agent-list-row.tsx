// biome-ignore-all lint/a11y/useSemanticElements: a cell of the table of roles around it
import type { AgentSummary } from '@jaegis/model';
import { written } from '../../data/written.ts';
import { Beats } from '../../widgets/beats.tsx';
import { AgentLink } from '../../widgets/links.tsx';
import { StateMark } from '../../widgets/state-mark.tsx';
import { agentState } from './agent-view.ts';

/** An agent on a phone: two lines instead of twelve columns. */
export function AgentListRow({ row }: { row: AgentSummary }) {
  const numbers = [
    written(row.latencyP95, 'seconds'),
    written(row.rate, '1/s'),
    `${written(row.errorRate, 'ratio')} errors`,
  ];
  return (
    <div role="cell" className="agent-list-row">
      <div className="row spread">
        <span className="cut strong">
          <AgentLink id={row.instanceId} />
        </span>
        <StateMark state={agentState(row)} />
      </div>
      <div className="row spread small muted">
        <span className="cut">{row.reason === '' ? `${row.pool} · ${numbers.join(' · ')}` : row.reason}</span>
        <Beats beats={row.beats} slots={15} />
      </div>
    </div>
  );
}

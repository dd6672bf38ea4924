import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useAgentRows } from '../../data/use-agent-rows.ts';
import { AgentLink } from '../../widgets/links.tsx';
import { Section } from '../../widgets/section.tsx';
import { StateMark } from '../../widgets/state-mark.tsx';
import { agentState, parseSort, viewOf } from '../agents/agent-view.ts';

const shown = 12;

/** Its agents, the worst first. */
export function PoolAgents({ pool }: { pool: string }) {
  const { rows, version } = useAgentRows();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are one array that is changed in place; `version` says when
  const view = useMemo(
    () => viewOf(rows, { search: '', pools: [pool], regions: [], versions: [], states: [] }, parseSort(undefined)),
    [version, pool],
  );
  return (
    <Section
      title="Agents"
      aside={
        <Link to="/agents" search={{ pool }} className="text-link">
          All {view.length}
        </Link>
      }
    >
      <ul className="mini-list">
        {[...view.subarray(0, shown)].map((index) => {
          const row = rows[index];
          return (
            row !== undefined && (
              <li key={row.instanceId}>
                <span className="cut">
                  <AgentLink id={row.instanceId} />
                </span>
                <StateMark state={agentState(row)} />
                <span className="cut small muted" title={row.reason}>
                  {row.reason}
                </span>
              </li>
            )
          );
        })}
        {view.length === 0 && <li className="muted">None was heard yet.</li>}
      </ul>
      {view.length > shown && <p className="small muted">+{view.length - shown} more</p>}
    </Section>
  );
}

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
  // The stopped ones are the last; of a pool that breathes there are many, and nothing is to be known of them.
  const running = view.findLastIndex((index) => rows[index] !== undefined && agentState(rows[index]) !== 'stopped') + 1;
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
        {[...view.subarray(0, Math.min(shown, running))].map((index) => {
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
        {running === 0 && <li className="muted">{view.length === 0 ? 'None was heard yet.' : 'None is running.'}</li>}
      </ul>
      {running > shown && <p className="small muted">+{running - shown} more</p>}
      {view.length > running && <p className="small muted">{view.length - running} stopped</p>}
    </Section>
  );
}

import type { AgentReport } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useUrlState } from '../../app/url-state.ts';
import { agentQuery } from '../../data/queries.ts';
import { Ago } from '../../widgets/ago.tsx';
import { Beats } from '../../widgets/beats.tsx';
import { PoolLink } from '../../widgets/links.tsx';
import { Loaded } from '../../widgets/page-states.tsx';
import { Glyph, StateMark, toneOf, toneOfScore } from '../../widgets/state-mark.tsx';
import { AgentCharts } from './agent-charts.tsx';
import { AgentCommands } from './agent-commands.tsx';
import { AgentFacts } from './agent-facts.tsx';
import { AgentLogs, AgentOutput } from './agent-logs.tsx';

const tabs = [
  { key: '', name: 'Signals' },
  { key: 'logs', name: 'Logs' },
  { key: 'output', name: 'Output' },
] as const;
const letters = { ok: 'o', busy: 'b', draining: 'd', error: 'e', missed: 'm' } as const;

/** One agent: how well it is and why, its signals against what is expected and against its peers, what it says, what can be done. */
export function AgentPage() {
  const { _splat: id = '' } = useParams({ strict: false });
  const report = useQuery(agentQuery(id));
  const [state, change] = useUrlState();
  const tab = tabs.find((each) => each.key === state.tab)?.key ?? '';
  return (
    <div className="page agent-page">
      <Loaded query={report} lines={10} what="this agent">
        {(agent) => (
          <>
            <Head agent={agent} />
            <div className="agent-body">
              <div className="agent-main">
                <div className="tabs" role="tablist" aria-label="Of this agent">
                  {tabs.map((each) => (
                    <button
                      key={each.key}
                      type="button"
                      role="tab"
                      aria-selected={tab === each.key}
                      onClick={() => change({ tab: each.key || undefined })}
                    >
                      {each.name}
                    </button>
                  ))}
                </div>
                {tab === '' && <AgentCharts agent={agent} />}
                {tab === 'logs' && <AgentLogs id={id} />}
                {tab === 'output' && <AgentOutput id={id} />}
              </div>
              <AgentFacts agent={agent} />
            </div>
          </>
        )}
      </Loaded>
    </div>
  );
}

function Head({ agent }: { agent: AgentReport }) {
  const beats = agent.beats.map((beat) => letters[beat.status]).join('');
  return (
    <header className="page-head page-head-tall">
      <div className="grow">
        <p className="small muted row row-wrap">
          <Link to="/agents" className="text-link">
            Agents
          </Link>
          <PoolLink name={agent.pool} />
          {agent.version !== '' && <span>version {agent.version}</span>}
          {agent.labels['cloud.region'] !== undefined && <span>{agent.labels['cloud.region']}</span>}
          <span>
            last seen <Ago at={agent.lastSeen} />
          </span>
        </p>
        <div className="row row-wrap agent-name">
          <h1>{agent.instanceId}</h1>
          <StateMark state={agent.connectivity} />
          {agent.connectivity === 'live' && <StateMark state={agent.health} tone={toneOf(agent.health)} />}
          <span className={`agent-score tone-${toneOfScore(agent.score)}`}>
            <Glyph tone={toneOfScore(agent.score)} /> {Math.round(agent.score)}
            <span className="sr-only"> of 100</span>
          </span>
          <Beats beats={beats} />
        </div>
        {agent.decline !== null && (
          <p className="tone-warn row">
            <Glyph tone="warn" /> Gets worse: {agent.decline.reason}
          </p>
        )}
        {(agent.connectivity !== 'live' || agent.reasons.length > 0) && (
          <ul className="reason-list">
            {agent.connectivity !== 'live' && <li>{agent.connectivityReason}</li>}
            {agent.reasons
              .filter((reason) => reason !== agent.connectivityReason)
              .slice(0, 3)
              .map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
          </ul>
        )}
      </div>
      <AgentCommands agent={agent} />
    </header>
  );
}

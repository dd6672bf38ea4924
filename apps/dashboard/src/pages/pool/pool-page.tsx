import type { Pool, SignalName } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { SignalChart } from '../../chart/signal-chart.tsx';
import { ApiError } from '../../data/api.ts';
import { poolsQuery } from '../../data/queries.ts';
import { Loaded, Problem } from '../../widgets/page-states.tsx';
import { ReplicaBar } from '../../widgets/replica-bar.tsx';
import { Glyph, toneOfScore } from '../../widgets/state-mark.tsx';
import { WhatIf } from '../what-if/what-if.tsx';
import { DecisionTable } from './decision-table.tsx';
import { ModeSwitch } from './mode-switch.tsx';
import { PoolAgents } from './pool-agents.tsx';
import { PoolBrief } from './pool-brief.tsx';

import { PoolDemand } from './pool-demand.tsx';
import { PoolEffect } from './pool-effect.tsx';
import { PoolEffectCharts } from './pool-effect-charts.tsx';
import { PoolRegions } from './pool-regions.tsx';
import { PoolReplicas } from './pool-replicas.tsx';
import { PoolRules } from './pool-rules.tsx';
import { PoolSize } from './pool-size.tsx';

/** One pool: what it is asked for, what it has, what was decided and why, what it costs. */
export function PoolPage() {
  const { _splat: name = '' } = useParams({ strict: false });
  const pools = useQuery(poolsQuery);
  return (
    <div className="page pool-page">
      <Loaded query={pools} lines={10} what="this pool">
        {(page) => {
          const pool = page.items.find((each) => each.name === name);
          return pool === undefined ? (
            <Problem
              title="There is no such pool"
              error={
                new ApiError(
                  404,
                  'not_found',
                  `No agent of a pool called ${name} was heard, and none is in the configuration.`,
                )
              }
            />
          ) : (
            <PoolBody pool={pool} />
          );
        }}
      </Loaded>
    </div>
  );
}

const charts: readonly { readonly title: string; readonly signals: readonly SignalName[] }[] = [
  { title: 'Response time', signals: ['latency_p95', 'latency_p50'] },
  { title: 'Capacity in use', signals: ['saturation'] },
  { title: 'Queue', signals: ['queue_length'] },
  { title: 'Errors', signals: ['error_rate'] },
];

function PoolBody({ pool }: { pool: Pool }) {
  const { agents } = pool;
  const isScaled = pool.target !== null;
  return (
    <>
      <header className="page-head page-head-tall">
        <div className="grow">
          <p className="small muted row row-wrap">
            <Link to="/pools" className="text-link">
              Pools
            </Link>
            <Link to="/agents" search={{ pool: pool.name }} className="text-link">
              {agents.live} live{agents.suspect > 0 && `, ${agents.suspect} suspect`}
              {agents.lost > 0 && `, ${agents.lost} lost`}
            </Link>
            <Link to="/map" search={{ focus: pool.name }} className="text-link">
              on the map
            </Link>
            {pool.minReplicas !== null && pool.maxReplicas !== null && (
              <span>
                between {pool.minReplicas} and {pool.maxReplicas} replicas
              </span>
            )}
          </p>
          <div className="row row-wrap agent-name">
            <h1>{pool.name}</h1>
            <span className={`agent-score tone-${toneOfScore(pool.score)}`}>
              <Glyph tone={toneOfScore(pool.score)} /> {Math.round(pool.score)}
              <span className="sr-only"> of 100</span>
            </span>
            <ReplicaBar pool={pool} />
          </div>
          {pool.reasons.length > 0 && (
            <ul className="reason-list">
              {pool.reasons.slice(0, 3).map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          )}
        </div>
        <ModeSwitch pool={pool} />
      </header>
      <PoolBrief pool={pool} />
      <PoolDemand pool={pool} />
      {isScaled && <PoolReplicas pool={pool} />}
      <div className="chart-grid">
        {charts.map(({ title, signals }) => (
          <SignalChart key={title} title={title} of={{ pool: pool.name }} signals={signals} judged={pool.name} />
        ))}
      </div>
      <PoolEffectCharts pool={pool} />
      {pool.minReplicas !== null && <WhatIf pool={pool.name} bounds={pool} />}
      <div className="two-columns pool-columns">
        {isScaled ? <DecisionTable pool={pool.name} /> : <PoolAgents pool={pool.name} />}
        <div>
          <PoolEffect pool={pool} />
          {isScaled && <PoolSize pool={pool} />}
          <PoolRegions pool={pool} />
          <PoolRules pool={pool} />
          {isScaled && <PoolAgents pool={pool.name} />}
        </div>
      </div>
    </>
  );
}

import { useQuery } from '@tanstack/react-query';
import { healthQuery } from '../../data/queries.ts';
import { Loaded } from '../../widgets/page-states.tsx';
import { Attention } from './attention.tsx';
import { Doings } from './doings.tsx';
import { FirstSteps } from './first-steps.tsx';
import { FleetCounts } from './fleet-counts.tsx';
import { FleetNow } from './fleet-now.tsx';
import { FleetScore } from './fleet-score.tsx';
import { PoolLoads } from './pool-loads.tsx';

/** Is anything wrong, where, why, and is the fleet the right size? Without a click. */
export function OverviewPage() {
  const health = useQuery(healthQuery);
  if (health.data?.state === 'empty') return <FirstSteps />;
  return (
    <div className="page overview">
      <h1 className="sr-only">Overview</h1>
      <div className="overview-top">
        <Loaded query={health} lines={4} what="the state of the fleet">
          {(report) => <FleetScore report={report} />}
        </Loaded>
        <Loaded query={health} lines={4} what="the agents">
          {(report) => <FleetCounts report={report} />}
        </Loaded>
      </div>
      <div className="overview-middle">
        <div>
          <Attention recommendations={health.data?.recommendations ?? []} />
          <FleetNow />
        </div>
        <Doings />
      </div>
      <PoolLoads />
    </div>
  );
}

import type { DecisionPlacement } from '@jaegis/model';
import { written } from '../../data/written.ts';
import { RegionsTable } from '../../widgets/regions-table.tsx';
import { Section } from '../../widgets/section.tsx';

/** Where the replicas are to run, decided together with their number. */
export function DecisionRegions({ placement }: { placement: DecisionPlacement }) {
  const { regions, leftOut, costPerHour, latencyMs } = placement;
  const rows = [...regions, ...leftOut.map((each) => ({ ...each, replicas: 0 }))];
  return (
    <Section title="Where they run">
      <RegionsTable rows={rows.map(({ name, was, replicas, reason }) => ({ name, from: was, to: replicas, reason }))} />
      <p className="muted small">
        {costPerHour !== null && `${written(costPerHour, 'usd/h')} together`}
        {costPerHour !== null && latencyMs !== null && ', '}
        {latencyMs !== null && `${Math.round(latencyMs)} ms away on average`}
      </p>
    </Section>
  );
}

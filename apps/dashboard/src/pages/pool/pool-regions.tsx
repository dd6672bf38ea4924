import type { Pool } from '@jaegis/model';
import { RegionsTable } from '../../widgets/regions-table.tsx';
import { Section } from '../../widgets/section.tsx';

/** Where its replicas run and may run, and why there. */
export function PoolRegions({ pool }: { pool: Pool }) {
  if (pool.regions.length === 0) return null;
  return (
    <Section title="Regions">
      <RegionsTable
        rows={pool.regions.map(({ name, replicas, desired, reason }) => ({
          name,
          from: replicas,
          to: desired,
          reason,
        }))}
      />
    </Section>
  );
}

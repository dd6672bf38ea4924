import type { Pool } from '@jaegis/model';
import { Section } from '../../widgets/section.tsx';

/** Where its replicas run and may run, and why there. */
export function PoolRegions({ pool }: { pool: Pool }) {
  if (pool.regions.length === 0) return null;
  return (
    <Section title="Regions">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Region</th>
            <th scope="col" className="num">
              Replicas
            </th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {pool.regions.map(({ name, replicas, desired, reason }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="num">{replicas === desired ? replicas : `${replicas} → ${desired}`}</td>
              <td className="muted small">{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

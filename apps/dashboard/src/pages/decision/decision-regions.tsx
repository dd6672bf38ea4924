import type { DecisionPlacement } from '@jaegis/model';
import { written } from '../../data/written.ts';
import { Section } from '../../widgets/section.tsx';

/** Where the replicas are to run, decided together with their number. */
export function DecisionRegions({ placement }: { placement: DecisionPlacement }) {
  const { regions, leftOut, costPerHour, latencyMs } = placement;
  const rows = [...regions, ...leftOut.map((each) => ({ ...each, replicas: 0 }))];
  return (
    <Section title="Where they run">
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
          {rows.map(({ name, replicas, was, reason }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="num">{was === replicas ? replicas : `${was} → ${replicas}`}</td>
              <td className="muted small">{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="muted small">
        {costPerHour !== null && `${written(costPerHour, 'usd/h')} together`}
        {costPerHour !== null && latencyMs !== null && ', '}
        {latencyMs !== null && `${Math.round(latencyMs)} ms away on average`}
      </p>
    </Section>
  );
}

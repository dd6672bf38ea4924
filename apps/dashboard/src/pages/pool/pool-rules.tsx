import type { Pool } from '@jaegis/model';
import { policyWords } from '@jaegis/model/policy-words';
import { Section } from '../../widgets/section.tsx';

const kinds = {
  steady: 'Steady load',
  periodic: 'Load with a daily rhythm',
  bursty: 'Load in bursts',
  batch: 'Work from a queue',
} as const;

/** How its load behaves, and what holds whatever it does. */
export function PoolRules({ pool }: { pool: Pool }) {
  const { workload, treatment, capacity, constraints, policy } = pool;
  if (workload === null && capacity === null && constraints.length === 0 && policy === null) return null;
  return (
    <Section title="Load and limits">
      {workload !== null && (
        <p>
          <span className="strong">{kinds[workload.class]}</span> <span className="muted small">{workload.reason}</span>
        </p>
      )}
      {treatment != null && (
        <p>
          <span className="strong">How it is sized</span> <span className="muted small">{treatment}</span>
        </p>
      )}
      {capacity !== null && (
        <p>
          <span className="strong">Capacity</span> <span className="muted small">{capacity.reason}</span>
        </p>
      )}
      {policy !== null && (
        <p>
          <span className="strong">Policy {policy.name}</span>{' '}
          <span className="muted small">{policyWords(policy)}</span>
        </p>
      )}
      {constraints.length > 0 && (
        <ul className="rule-list">
          {constraints.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
    </Section>
  );
}

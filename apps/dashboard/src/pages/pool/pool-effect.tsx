import type { Pool, TunedParameter } from '@jaegis/model';
import { formatDuration } from '@jaegis/std';
import { useQuery } from '@tanstack/react-query';
import { tuningQuery } from '../../data/queries.ts';
import { written } from '../../data/written.ts';
import { At } from '../../widgets/ago.tsx';
import { Section } from '../../widgets/section.tsx';
import { StateMark } from '../../widgets/state-mark.tsx';

const parameters: Readonly<Record<TunedParameter, string>> = {
  startup: 'Assumed start-up time',
  headroom: 'Use that is aimed at',
  forecast: 'Trust in forecasts',
  patience: 'Wait before giving back',
};

/** Did the decisions do what they promised, and what was tuned for that. */
export function PoolEffect({ pool }: { pool: Pool }) {
  const { effect } = pool;
  const tuning = useQuery({ ...tuningQuery(pool.name), enabled: effect !== null });
  if (effect === null) return null;
  const shares: readonly [string, number | null, string][] = [
    ['Accuracy', effect.accuracy, 'predicted against real use of capacity, over judged actions'],
    ['Efficiency', effect.efficiency, 'work done over capacity paid for'],
    ['Stability', effect.stability, 'changes that were not turned back within 15 minutes'],
    ['Speed', effect.speed, 'predicted over real time from order to effect'],
    ['Short of capacity', effect.short, 'of the time, lately'],
  ];
  const records = tuning.data?.items ?? [];
  return (
    <Section
      title="Effect"
      aside={
        <span className="small muted">{effect.judged === 1 ? '1 action' : `${effect.judged} actions`} judged</span>
      }
    >
      <dl className="facts">
        {shares.map(([name, value, meaning]) => (
          <div key={name}>
            <dt title={meaning}>{name}</dt>
            <dd>{value === null ? <span className="faint">not judged yet</span> : written(value, 'ratio')}</dd>
          </div>
        ))}
        {effect.startMs !== null && (
          <div>
            <dt>From order to ready</dt>
            <dd>{formatDuration(Math.round(effect.startMs / 1_000) * 1_000)}</dd>
          </div>
        )}
      </dl>
      {records.length > 0 && (
        <>
          <h3 className="small strong tuning-title">Tuned from outcomes</h3>
          <ul className="tuning-list">
            {records.map((record) => (
              <li key={record.id}>
                <p className="row row-wrap">
                  <span className="faint">
                    <At at={record.at} />
                  </span>
                  <span>
                    {parameters[record.parameter]}{' '}
                    <span className="strong">
                      × {record.from} → × {record.to}
                    </span>
                  </span>
                  <StateMark state={record.state} />
                </p>
                <p className="muted small">
                  {record.reason}
                  {record.message !== '' && `; ${record.message}`}
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

import type { Incident } from '@jaegis/model';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { endSilence, silencePools, silencesOfQuery } from '../../data/silences.ts';
import { At } from '../../widgets/ago.tsx';
import { Section } from '../../widgets/section.tsx';
import { ownName } from './use-incident-change.ts';

const hourMs = 3_600_000;
const lengths = [
  { name: '1 hour', ms: hourMs },
  { name: '8 hours', ms: 8 * hourMs },
  { name: '1 day', ms: 24 * hourMs },
] as const;

/** Who wants quiet says for how long; that it is quiet is never a secret. */
export function IncidentSilence({ incident }: { incident: Incident }) {
  const client = useQueryClient();
  const { data } = useQuery(silencesOfQuery(incident));
  const change = useMutation({
    mutationFn: (run: () => Promise<unknown>) => run(),
    onSuccess: () => client.invalidateQueries({ queryKey: ['silences'] }),
  });
  if (data === undefined) return null;
  const { pools, silences, isSilent } = data;
  const silence = (forMs: number) =>
    change.mutate(() => silencePools({ pools, forMs, by: ownName() || 'someone', comment: incident.title }));
  return (
    <Section
      title="Silence"
      aside={<span className="small muted">{isSilent ? 'nobody is told of it' : 'people are told of it'}</span>}
    >
      {silences.length > 0 && (
        <ul className="silence-list">
          {silences.map(({ id, endsAt, createdBy, comment }) => (
            <li key={id}>
              <span className="grow">
                <span className="strong">
                  until <At at={Date.parse(endsAt)} />
                </span>{' '}
                by {createdBy} <span className="muted small">{comment}</span>
              </span>
              <button
                type="button"
                className="button"
                disabled={change.isPending}
                onClick={() => change.mutate(() => endSilence(id))}
              >
                End it
              </button>
            </li>
          ))}
        </ul>
      )}
      {!isSilent && (
        <div className="row row-wrap">
          <span className="muted small">Tell nobody of {pools.join(', ')} for</span>
          {lengths.map(({ name, ms }) => (
            <button key={name} type="button" className="button" disabled={change.isPending} onClick={() => silence(ms)}>
              {name}
            </button>
          ))}
        </div>
      )}
      <p className={`small feedback-line ${change.isError ? 'bad-text' : 'muted'}`} role="status">
        {change.isError ? change.error.message : 'What still goes on when a silence ends is told then.'}
      </p>
    </Section>
  );
}

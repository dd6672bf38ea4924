import type { Incident } from '@jaegis/model';
import { Since } from '../../widgets/ago.tsx';
import { IncidentLink } from '../../widgets/links.tsx';
import { Glyph, toneOf } from '../../widgets/state-mark.tsx';

/** One cause, one row: what, where, since when, how far it reaches, who has it. */
export function IncidentRow({ incident }: { incident: Incident }) {
  const isResolved = incident.state === 'resolved';
  const reach = incident.symptoms.length;
  return (
    <li className="incident-row" data-state={incident.state}>
      <IncidentLink id={incident.id} isRow>
        <span className="incident-glyph">
          <Glyph tone={isResolved ? 'off' : toneOf(incident.severity)} size={12} />
        </span>
        <span className="incident-words">
          <span className="incident-title">{incident.title}</span>
          <span className="incident-facts small muted">
            <span>{isResolved ? 'resolved' : incident.severity}</span>
            <span>{incident.pool}</span>
            <span>{reach === 0 ? 'no one else feels it' : `${reach} ${reach === 1 ? 'symptom' : 'symptoms'}`}</span>
            <span>
              {incident.acknowledgedBy === null
                ? isResolved
                  ? 'nobody took it'
                  : 'nobody has it'
                : `${incident.acknowledgedBy} has it`}
            </span>
          </span>
        </span>
        <span className="incident-since num">
          <Since at={incident.startedAt} until={incident.endedAt} />
        </span>
      </IncidentLink>
    </li>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { incidentsQuery } from '../../data/queries.ts';
import { needsSomeone } from '../../live/event-merge.ts';
import { Loaded } from '../../widgets/page-states.tsx';
import { Section } from '../../widgets/section.tsx';
import { Glyph } from '../../widgets/state-mark.tsx';
import { IncidentRow } from '../incidents/incident-row.tsx';

const shown = 5;

/** Incidents that need someone, worst first. */
export function Attention({ recommendations }: { recommendations: readonly string[] }) {
  const incidents = useQuery(incidentsQuery);
  return (
    <Section
      title="Needs someone"
      aside={
        <Link to="/incidents" className="text-link">
          All incidents
        </Link>
      }
      className="attention"
    >
      <Loaded query={incidents} lines={3} what="the incidents">
        {(page) => {
          const open = needsSomeone(page.items);
          if (open.length === 0) {
            return (
              <p className="calm">
                <Glyph tone="ok" /> Nothing needs you.
              </p>
            );
          }
          return (
            <>
              <ul className="incident-list">
                {open.slice(0, shown).map((incident) => (
                  <IncidentRow key={incident.id} incident={incident} />
                ))}
              </ul>
              {open.length > shown && (
                <Link to="/incidents" className="text-link small">
                  +{open.length - shown} more
                </Link>
              )}
            </>
          );
        }}
      </Loaded>
      {recommendations.length > 0 && (
        <ul className="advice">
          {recommendations.slice(0, 3).map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </Section>
  );
}

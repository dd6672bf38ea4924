import type { FleetReport } from '@jaegis/model';
import { Link } from '@tanstack/react-router';
import { Glyph, type Tone } from '../../widgets/state-mark.tsx';

const kinds: readonly {
  readonly key: keyof FleetReport['agents'];
  readonly tone: Tone;
  readonly name: string;
  readonly state: string;
}[] = [
  { key: 'live', tone: 'ok', name: 'live', state: 'healthy,degraded,unhealthy,unknown' },
  { key: 'suspect', tone: 'warn', name: 'suspect', state: 'suspect' },
  { key: 'lost', tone: 'bad', name: 'lost', state: 'lost' },
  { key: 'stopped', tone: 'off', name: 'stopped', state: 'stopped' },
];

/** How many are there, and whether everything expected was heard. */
export function FleetCounts({ report }: { report: FleetReport }) {
  const { agents, coverage } = report;
  const total = agents.live + agents.suspect + agents.lost + agents.stopped;
  const isComplete = coverage.received >= coverage.expected;
  return (
    <section className="fleet-counts" aria-label="Agents">
      <ul>
        {kinds.map((kind) => (
          <li key={kind.key}>
            <Link to="/agents" search={{ state: kind.state }} className="count-link">
              <span
                className={`count-number ${agents[kind.key] > 0 && kind.tone !== 'ok' && kind.tone !== 'off' ? `tone-${kind.tone}` : ''}`}
              >
                {agents[kind.key].toLocaleString('en')}
              </span>
              <span className="count-name muted">
                <Glyph tone={agents[kind.key] > 0 ? kind.tone : 'off'} /> {kind.name}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <div className="stack-bar" aria-hidden="true">
        {kinds.map(
          (kind) =>
            agents[kind.key] > 0 && (
              <span
                key={kind.key}
                className={`tone-${kind.tone}`}
                style={{ flexGrow: agents[kind.key] / Math.max(1, total) }}
              />
            ),
        )}
      </div>
      <p className="small muted cut" title={coverage.missing.join(', ')}>
        {isComplete
          ? `Telemetry of all ${coverage.expected.toLocaleString('en')} expected was received`
          : `${coverage.received.toLocaleString('en')} of ${coverage.expected.toLocaleString('en')} expected were heard; missing ${coverage.missing.slice(0, 3).join(', ')}${coverage.missing.length > 3 ? ` and ${coverage.missing.length - 3} more` : ''}`}
      </p>
    </section>
  );
}

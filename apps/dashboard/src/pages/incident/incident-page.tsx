import type { Alert, Incident } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { alertsOfIncidentQuery, incidentQuery } from '../../data/queries.ts';
import { reasonWords } from '../../data/signal-words.ts';
import { At, Since } from '../../widgets/ago.tsx';
import { Folded, FoldedLines } from '../../widgets/folded.tsx';
import { AgentLink, PoolLink } from '../../widgets/links.tsx';
import { Loaded } from '../../widgets/page-states.tsx';
import { RemoveAgents } from '../../widgets/remove-agents.tsx';
import { Section } from '../../widgets/section.tsx';
import { StateMark, toneOf } from '../../widgets/state-mark.tsx';
import { foldAlerts } from './fold-alerts.ts';
import { IncidentActions } from './incident-actions.tsx';
import { IncidentSilence } from './incident-silence.tsx';
import { IncidentStory } from './incident-story.tsx';
import { Feedback, Notes } from './incident-words.tsx';

/** One cause: what it is and how sure we are, who feels it, what happened, who has it. */
export function IncidentPage() {
  const { _splat: id = '' } = useParams({ strict: false });
  const query = useQuery(incidentQuery(id));
  const alerts = useQuery(alertsOfIncidentQuery(query.data));
  return (
    <div className="page incident-page">
      <Loaded query={query} lines={8} what="this incident">
        {(incident) => (
          <>
            <Head incident={incident} />
            <div className="two-columns">
              <div>
                <Cause incident={incident} />
                <Symptoms incident={incident} alerts={alerts.data ?? []} />
                <Notes incident={incident} />
                <Feedback incident={incident} />
              </div>
              <div>
                {incident.state !== 'resolved' && <IncidentSilence incident={incident} />}
                <IncidentStory incident={incident} />
              </div>
            </div>
          </>
        )}
      </Loaded>
    </div>
  );
}

function Head({ incident }: { incident: Incident }) {
  return (
    <header className="page-head page-head-tall">
      <div className="grow">
        <p className="small muted row row-wrap">
          <Link to="/incidents" className="text-link">
            Incidents
          </Link>
          <StateMark state={incident.state} tone={incident.state === 'resolved' ? 'ok' : toneOf(incident.severity)}>
            {incident.state === 'acknowledged' ? `taken by ${incident.acknowledgedBy ?? 'someone'}` : incident.state}
          </StateMark>
          <span>{incident.severity}</span>
          <PoolLink name={incident.pool} />
          <span>
            {incident.state === 'resolved' ? 'lasted' : 'for'}{' '}
            <Since at={incident.startedAt} until={incident.endedAt} />, since <At at={incident.startedAt} />
          </span>
        </p>
        <h1>{incident.title}</h1>
      </div>
      <IncidentActions incident={incident} />
    </header>
  );
}

function Cause({ incident }: { incident: Incident }) {
  const { cause } = incident;
  const sure = cause.confidence >= 0.8 ? 'likely' : cause.confidence >= 0.5 ? 'possible' : 'not clear';
  return (
    <Section
      title="Cause"
      aside={
        <span className="small muted">
          {sure}, {Math.round(cause.confidence * 100)} % sure
        </span>
      }
    >
      <p className="cause-line">
        <span className="strong">{cause.component === '' ? 'No clear cause' : cause.component}</span>
        <span className="muted">{reasonWords(cause.kind)}</span>
      </p>
      <ul className="evidence">
        <FoldedLines lines={cause.evidence} />
        {cause.evidence.length === 0 && <li className="muted">No evidence was found beyond the symptoms.</li>}
      </ul>
    </Section>
  );
}

function Symptoms({ incident, alerts }: { incident: Incident; alerts: readonly Alert[] }) {
  const lost = alerts.flatMap(({ kind, state, agent }) =>
    kind === 'agent_lost' && state === 'firing' && agent !== null ? [agent] : [],
  );
  return (
    <Section title="Symptoms" aside={<span className="small muted">worst first</span>}>
      <ul className="plain-list">
        <FoldedLines lines={incident.symptoms} />
        {incident.symptoms.length === 0 && <li className="muted">No one else feels it.</li>}
      </ul>
      {alerts.length > 0 && (
        <ul className="alert-list" aria-label="Alerts">
          {foldAlerts(alerts).map(({ alerts: group, words }) => (
            <li key={group[0]!.id}>
              {group.length === 1 ? (
                <AlertLine alert={group[0]!} />
              ) : (
                <Folded
                  head={
                    <>
                      <AlertState alert={group[0]!} /> {words}
                    </>
                  }
                >
                  {group.map((alert) => (
                    <li key={alert.id}>
                      <AlertLine alert={alert} />
                    </li>
                  ))}
                </Folded>
              )}
            </li>
          ))}
        </ul>
      )}
      {lost.length > 0 && <RemoveAgents ids={lost} />}
    </Section>
  );
}

function AlertLine({ alert }: { alert: Alert }) {
  return (
    <span className="alert-line">
      <AlertState alert={alert} />
      <span className="grow cut" title={alert.reason}>
        {alert.summary}
      </span>
      {alert.agent !== null && <AgentLink id={alert.agent} />}
    </span>
  );
}

function AlertState({ alert: { state, severity } }: { alert: Alert }) {
  return <StateMark state={state} tone={state === 'firing' ? toneOf(severity) : state === 'resolved' ? 'ok' : 'off'} />;
}

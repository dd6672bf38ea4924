import type { SystemReport } from '@jaegis/model';
import { signalName } from '../../data/signal-words.ts';
import { written } from '../../data/written.ts';
import { span } from '../../time/words.ts';
import { Section } from '../../widgets/section.tsx';

const verdictWords: Readonly<Record<string, string>> = {
  useful: 'useful',
  not_a_problem: 'not a problem',
  wrong_cause: 'wrong cause',
  missed_something: 'missed something',
};

/** How right the alarms were: warnings by what came of them, the rest by what people said. */
export function Alarms({ report }: { report: SystemReport }) {
  const { warnings, anomalies, feedback, moved } = report.alarms;
  const said = Object.entries(feedback).map(([verdict, count]) => `${count} ${verdictWords[verdict] ?? verdict}`);
  return (
    <Section title="Accuracy of its alarms">
      <dl className="facts">
        <div>
          <dt>Warnings that came true</dt>
          <dd>{warnings.precision === null ? 'none was due yet' : written(warnings.precision, 'ratio')}</dd>
        </div>
        <div>
          <dt>Problems that were warned of</dt>
          <dd>{warnings.recall === null ? 'no problem yet' : written(warnings.recall, 'ratio')}</dd>
        </div>
        <div>
          <dt>Lead time, median</dt>
          <dd>{warnings.leadMsMedian === null ? '–' : span(warnings.leadMsMedian)}</dd>
        </div>
        <Company name="Anomalies beside an alert" of={anomalies.own} />
        <Company name="Those of received series" of={anomalies.received} />
        <div>
          <dt>What people said</dt>
          <dd>{said.length === 0 ? 'nothing yet' : said.join(', ')}</dd>
        </div>
        {moved.map(({ pool, signal, decades }) => (
          <div key={`${pool}:${signal}`}>
            <dt>
              {pool} {signalName(signal).toLowerCase()}
            </dt>
            <dd>alarms only when {Math.max(2, Math.round(10 ** decades))} times rarer</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

type AnomalyCompany = SystemReport['alarms']['anomalies']['own'];

/** An anomaly that matters is seldom alone: another alert of its pool fires within a quarter of an hour. */
function Company({ name, of }: { name: string; of: AnomalyCompany }) {
  return (
    <div>
      <dt title="Another alert of the same pool fired between 5 minutes before and 15 minutes after the anomaly began. By chance: the same an hour earlier.">
        {name}
      </dt>
      <dd>{companyWords(of)}</dd>
    </div>
  );
}

function companyWords({ scored, open, company, chance }: AnomalyCompany) {
  if (company === null) return open > 0 ? `known in 15 m, of ${open}` : 'none yet';
  return (
    <>
      {written(company, 'ratio')} of {written(scored, 'count')}
      {chance !== null && <span className="muted">, by chance {written(chance, 'ratio')}</span>}
    </>
  );
}

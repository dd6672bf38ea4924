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
  const { warnings, feedback, moved } = report.alarms;
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

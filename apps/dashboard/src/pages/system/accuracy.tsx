import type { SystemReport } from '@jaegis/model';
import { reachWords, signalName } from '../../data/signal-words.ts';
import { written } from '../../data/written.ts';
import { span } from '../../time/words.ts';
import { FactTable } from '../../widgets/fact-table.tsx';
import { PoolLink } from '../../widgets/links.tsx';
import { Section } from '../../widgets/section.tsx';

const verdictWords: Readonly<Record<string, string>> = {
  useful: 'useful',
  not_a_problem: 'not a problem',
  wrong_cause: 'wrong cause',
  missed_something: 'missed something',
};

/** How right the forecasts and alarms were, now that the truth is known. */
export function Accuracy({ report }: { report: SystemReport }) {
  const { warnings, feedback, moved } = report.alarms;
  const scored = report.forecasts.filter(({ meanError }) => meanError !== null);
  const said = Object.entries(feedback).map(([verdict, count]) => `${count} ${verdictWords[verdict] ?? verdict}`);
  return (
    <Section title="Accuracy of its forecasts and alarms">
      {scored.length === 0 ? (
        <p className="muted">No forecast was due yet.</p>
      ) : (
        <FactTable
          rows={scored}
          keyOf={(each) => `${each.pool}:${each.signal}:${each.reach}`}
          columns={[
            {
              name: 'Forecast of',
              cell: (each) => (
                <>
                  <PoolLink name={each.pool} />{' '}
                  <span className="small muted">
                    {signalName(each.signal).toLowerCase()}, {reachWords[each.reach]}
                  </span>
                </>
              ),
            },
            { name: 'Off by', isNum: true, cell: (each) => written(each.meanError!, 'ratio') },
            {
              name: 'Inside the band',
              isNum: true,
              cell: ({ coverage }) =>
                coverage === null ? (
                  '–'
                ) : (
                  <>
                    {written(coverage.seen, 'ratio')}{' '}
                    <span className="small muted">of {written(coverage.nominal, 'ratio')}</span>
                  </>
                ),
            },
            {
              name: 'Points scored',
              isNum: true,
              cell: (each) => written(each.scored, 'count'),
              tone: () => 'muted',
            },
          ]}
        />
      )}
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

import type { SystemReport } from '@jaegis/model';
import { reachWords, signalName } from '../../data/signal-words.ts';
import { written } from '../../data/written.ts';
import { span } from '../../time/words.ts';
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
        <div className="table-scroll">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Forecast of</th>
                <th scope="col" className="num">
                  Off by
                </th>
                <th scope="col" className="num">
                  Inside the band
                </th>
                <th scope="col" className="num">
                  Points scored
                </th>
              </tr>
            </thead>
            <tbody>
              {scored.map((each) => (
                <tr key={`${each.pool}:${each.signal}:${each.reach}`}>
                  <th scope="row">
                    <PoolLink name={each.pool} />{' '}
                    <span className="small muted">
                      {signalName(each.signal).toLowerCase()}, {reachWords[each.reach]}
                    </span>
                  </th>
                  <td className="num">{written(each.meanError!, 'ratio')}</td>
                  <td className="num">
                    {each.coverage === null ? '–' : written(each.coverage.seen, 'ratio')}
                    {each.coverage !== null && (
                      <span className="small muted"> of {written(each.coverage.nominal, 'ratio')}</span>
                    )}
                  </td>
                  <td className="num muted">{written(each.scored, 'count')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
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

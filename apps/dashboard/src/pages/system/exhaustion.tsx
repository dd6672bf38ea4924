import type { SystemReport } from '@jaegis/model';
import { written } from '../../data/written.ts';
import { span } from '../../time/words.ts';
import { Section } from '../../widgets/section.tsx';

const names: Readonly<Record<string, string>> = {
  disk: 'Disk',
  memory: 'Memory of the machine',
  series: 'Limit of series',
  quota: 'Quota',
  budget: 'Budget of the day',
};

/** What fills up at the pace of late, and when it will be full. */
export function WillRunOut({ report }: { report: SystemReport }) {
  const now = Date.now();
  return (
    <Section title="What will run out">
      {report.exhaustion.length === 0 ? (
        <p className="muted">Nothing fills up at the pace of late.</p>
      ) : (
        <dl className="facts">
          {report.exhaustion.map((each) => (
            <div key={`${each.resource}/${each.pool}`}>
              <dt>
                {names[each.resource] ?? each.resource} {each.pool}
              </dt>
              <dd>
                in {span(Math.max(0, each.at - now))}{' '}
                <span className="small muted">
                  {span(Math.max(0, each.earliest - now))} to{' '}
                  {each.latest === null ? 'never' : span(Math.max(0, each.latest - now))};{' '}
                  {written(each.used / each.limit, 'ratio')} used
                </span>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  );
}

import type { Decision, DecisionPlan } from '@jaegis/model';
import { written } from '../../data/written.ts';
import { ColumnHeads, num } from '../../widgets/column-heads.tsx';
import { Section } from '../../widgets/section.tsx';

/** What else was possible: cheaper and later, or dearer and more punctual. The one that leads is marked. */
export function DecisionFront({ plan, decision }: { plan: DecisionPlan; decision: Decision }) {
  const { costPerHour } = decision.predicted;
  const price = costPerHour === null || decision.to === 0 ? null : costPerHour / decision.to;
  const most = Math.max(...plan.front.map((option) => option.replicas), 1e-9);
  return (
    <Section title="What it was chosen from">
      <p className="muted small">
        Tried all the time on this pool's own load; none of these is beaten in cost and lateness at once. At most{' '}
        {shareText(plan.allowedLateShare)} late was allowed.
      </p>
      <div className="table-scroll">
        <table className="table front-table">
          <ColumnHeads
            columns={[
              'Provides for',
              num(price === null ? 'Replicas' : 'Cost'),
              num('Late'),
              num('Short'),
              num('Used'),
            ]}
          />
          <tbody>
            {plan.front.map((option, i) => (
              <tr key={option.name} aria-current={i === plan.chosen ? 'true' : undefined}>
                <th scope="row">
                  {i === plan.chosen && <span className="front-mark">chosen</span>} {option.name}
                </th>
                <td className="num">
                  <span className="front-bar" aria-hidden="true">
                    <span style={{ transform: `scaleX(${option.replicas / most})` }} />
                  </span>
                  {price === null ? option.replicas.toFixed(1) : written(option.replicas * price, 'usd/h')}
                </td>
                <td className="num">{shareText(option.lateShare)}</td>
                <td className="num">{shareText(option.shortShare)}</td>
                <td className="num">{shareText(option.efficiency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** Small shares matter here: 0.45 % and 0.02 % are worlds apart. */
export function shareText(value: number): string {
  return `${Number((value * 100).toPrecision(2))} %`;
}

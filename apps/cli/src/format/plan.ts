import type { Decision, DecisionPlan } from '@jaegis/model';
import { formatValue } from '@jaegis/std';
import { sentence } from './document.ts';
import { formatTable, type Layout } from './table.ts';

/** The Pareto front that a decision was chosen from: cheaper is later, the leader is marked. */
export function explainPlan(plan: DecisionPlan, decision: Decision, options: Layout): string[] {
  const { costPerHour } = decision.predicted;
  const price = costPerHour === null || decision.to === 0 ? null : costPerHour / decision.to;
  return [
    options.paint('What it was chosen from', 'strong'),
    sentence(
      `Tried on this pool's own load, none beaten in cost and lateness at once; at most ${share(plan.allowedLateShare)} late was allowed.`,
      options,
    ),
    formatTable(
      [
        { title: '' },
        { title: 'PROVIDES FOR', shrinkTo: 20 },
        { title: price === null ? 'MEAN REPLICAS' : 'COST', align: 'right' },
        { title: 'LATE', align: 'right' },
        { title: 'SHORT OF CAPACITY', align: 'right', dropRank: 1 },
        { title: 'USED', align: 'right', dropRank: 2 },
      ],
      plan.front.map((option, i) => [
        i === plan.chosen ? '→' : '',
        option.name,
        price === null ? option.replicas.toFixed(1) : formatValue(option.replicas * price, 'usd/h'),
        share(option.lateShare),
        share(option.shortShare),
        share(option.efficiency),
      ]),
      options,
    ),
  ];
}

/** Small shares matter here: 0.45 % and 0.02 % are worlds apart. */
function share(value: number): string {
  return `${Number((value * 100).toPrecision(2))} %`;
}

import type { DecisionPlacement } from '@jaegis/model';
import { formatValue } from '@jaegis/std';
import { sentence } from './document.ts';
import { formatTable, type Layout } from './table.ts';

/** Where the replicas are to run, and why there. */
export function explainPlacement(placement: DecisionPlacement, options: Layout): string[] {
  const { regions, leftOut, costPerHour, latencyMs } = placement;
  const facts = [
    costPerHour === null ? '' : `${formatValue(costPerHour, 'usd/h')} together`,
    latencyMs === null ? '' : `${Math.round(latencyMs)} ms away on average`,
  ].filter((part) => part !== '');
  return [
    options.paint('Where they run', 'strong'),
    formatTable(
      [{ title: 'REGION' }, { title: 'REPLICAS', align: 'right' }, { title: 'WHY', shrinkTo: 20 }],
      [
        ...regions.map(({ name, replicas, was, reason }) => [
          name,
          was === replicas ? `${replicas}` : `${was}→${replicas}`,
          reason,
        ]),
        ...leftOut.map(({ name, was, reason }) => [name, was === 0 ? '–' : `${was}→0`, reason]),
      ],
      options,
    ),
    ...(facts.length === 0 ? [] : [sentence(facts.join(', '), options), '']),
  ];
}

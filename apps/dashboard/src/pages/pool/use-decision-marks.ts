import type { Decision } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { pathOf } from '../../app/palette-entries.ts';
import type { ChartMark } from '../../chart/chart-types.ts';
import { decisionsQuery } from '../../data/queries.ts';
import type { TimeWindow } from '../../time/use-window.ts';

/** More flags than this hide each other; the table below has them all. */
const shown = 60;

/** The decisions of a pool that changed its size, as flags on its charts, each with its reason. */
export function useDecisionMarks(pool: string, window: TimeWindow): ChartMark[] {
  const decisions = useQuery(decisionsQuery(pool)).data?.items;
  return useMemo(() => decisionMarks(decisions ?? [], window), [decisions, window]);
}

export function decisionMarks(decisions: readonly Decision[], window: { from: number; to: number }): ChartMark[] {
  return decisions
    .filter((each) => each.from !== each.to && each.at >= window.from && each.at <= window.to)
    .slice(0, shown)
    .map((each) => ({
      at: each.at,
      kind: each.action.state === 'failed' ? 'bad' : each.to > each.from ? 'up' : 'down',
      title: `${each.from} to ${each.to} replicas: ${each.message}`,
      href: pathOf('pools', each.id).replace('/pools/', '/decisions/'),
    }));
}

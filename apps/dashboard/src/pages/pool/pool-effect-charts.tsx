import type { Pool } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Chart } from '../../chart/chart.tsx';
import type { ChartSeries } from '../../chart/chart-types.ts';
import { decisionsQuery, seriesQuery } from '../../data/queries.ts';
import { type GridSeries, gridTimes } from '../../data/series.ts';
import { useWindow } from '../../time/use-window.ts';
import { Section } from '../../widgets/section.tsx';
import { predictedAndReal } from './effect-series.ts';
import { useDecisionMarks } from './use-decision-marks.ts';

const height = 132;
const nothing: readonly never[] = [];

type Measure = 'accuracy' | 'stability' | 'efficiency' | 'short' | 'speed';

/** At most two measures a chart: `jaegis_scaling_NAME_ratio`. */
const charts: readonly { readonly title: string; readonly of: readonly (readonly [name: Measure, label: string])[] }[] =
  [
    {
      title: 'Right and lasting',
      of: [
        ['accuracy', 'Accuracy'],
        ['stability', 'Stability'],
      ],
    },
    {
      title: 'Paid for and used',
      of: [
        ['efficiency', 'Efficiency'],
        ['short', 'Time short of capacity'],
      ],
    },
    { title: 'Predicted over real time to effect', of: [['speed', 'Speed']] },
  ];

/** Did decisions do what they promised, over time: predicted and real use of capacity, and the measures of the effect. */
export function PoolEffectCharts({ pool }: { pool: Pool }) {
  const window = useWindow();
  const isJudged = pool.effect !== null;
  const decisions = useQuery({ ...decisionsQuery(pool.name), enabled: isJudged }).data?.items ?? nothing;
  const measures = useQuery(
    seriesQuery(isJudged ? `{__name__=~"jaegis_scaling_.+_ratio",pool=${JSON.stringify(pool.name)}}` : '', window),
  );
  const marks = useDecisionMarks(pool.name, window);
  const grid = measures.data?.grid ?? window;
  const found = measures.data?.series ?? nothing;
  const impact = useMemo(() => predictedAndReal(decisions, grid), [decisions, grid]);
  const times = useMemo(() => gridTimes(grid), [grid]);
  const { effect } = pool;
  if (effect === null) return null;
  const known = charts.filter(({ of }) => of.some(([name]) => effect[name] !== null));
  const state = measures.isPending ? 'loading' : measures.isError ? 'failed' : 'ready';
  return (
    <Section
      title="Effect of decisions"
      aside={
        <span className="small muted">
          {impact.count === 1 ? '1 action' : `${impact.count} actions`} judged in this time
        </span>
      }
    >
      <div className="chart-grid">
        {effect.judged > 0 && (
          <Chart
            title="Use of capacity after each action"
            unit="ratio"
            times={times}
            series={[
              { key: 'real', label: 'Real', color: '--s1', values: impact.real, form: 'step' },
              { key: 'predicted', label: 'Predicted', color: '--s3', values: impact.predicted, form: 'dashed' },
            ]}
            marks={marks}
            height={height}
            reach={1}
            state={state}
            emptyText="No action was judged yet"
          />
        )}
        {known.map(({ title, of }) => (
          <Chart
            key={title}
            title={title}
            unit="ratio"
            times={times}
            series={of.map(([name, label], i) => lineOf(name, label, { found, length: times.length, slot: i }))}
            height={height}
            reach={1}
            state={state}
            emptyText="Not judged in this time"
          />
        ))}
      </div>
    </Section>
  );
}

function lineOf(
  name: string,
  label: string,
  o: { found: readonly GridSeries[]; length: number; slot: number },
): ChartSeries {
  const values = o.found.find(({ labels }) => labels['__name__'] === `jaegis_scaling_${name}_ratio`)?.values;
  const fits = values !== undefined && values.length === o.length;
  return {
    key: name,
    label,
    color: o.slot === 0 ? '--s1' : '--s3',
    values: fits ? values : new Array<null>(o.length).fill(null),
    form: 'line',
  };
}

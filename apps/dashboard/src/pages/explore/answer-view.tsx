import { useMemo, useState } from 'react';
import { Chart } from '../../chart/chart.tsx';
import type { ChartSeries } from '../../chart/chart-types.ts';
import { type GridSeries, gridTimes, lastKnown } from '../../data/series.ts';
import { written } from '../../data/written.ts';
import { ColumnHeads, num } from '../../widgets/column-heads.tsx';
import { Empty } from '../../widgets/page-states.tsx';
import type { RangeAnswer } from './answers.ts';
import { colorSlots, seriesName, tellingLabels, unitOf } from './series-names.ts';

/** More lines than these are a carpet; the table below has them all, up to its own limit. */
const mostDrawn = 40;
const mostListed = 500;

/** The chart, and under it one row a series: newest, least, greatest and mean value. A row that is pressed is drawn alone. */
export function AnswerView({ answer, expr, isStale }: { answer: RangeAnswer; expr: string; isStale: boolean }) {
  const [alone, setAlone] = useState<string | undefined>(undefined);
  const rows = useMemo(() => rowsOf(answer.series), [answer.series]);
  const unit = unitOf(
    expr,
    answer.series.map((each) => each.labels),
  );
  const drawn = useMemo(() => linesOf(rows, alone), [rows, alone]);
  if (rows.length === 0) {
    return (
      <Empty title="Nothing fits in this stretch of time">
        <p className="muted">
          The expression is right, but no series has a sample here. Try a longer range, or fewer labels.
        </p>
      </Empty>
    );
  }
  const hidden = rows.length - mostDrawn;
  return (
    <div className="answer" data-stale={isStale || undefined}>
      <Chart
        title={expr}
        unit={unit}
        hasHead={false}
        times={gridTimes(answer.grid)}
        series={drawn}
        height={320}
        state="ready"
      />
      <div className="table-scroll">
        <table className="table explore-table">
          <ColumnHeads
            first={
              <>
                {rows.length.toLocaleString('en')} series
                {hidden > 0 && (
                  <span className="faint">
                    {' '}
                    the first {mostDrawn} drawn, +{hidden} below
                  </span>
                )}
              </>
            }
            columns={[num('Now'), num('Least'), num('Mean'), num('Greatest')]}
          />
          <tbody>
            {rows.slice(0, mostListed).map((row, i) => (
              <tr key={row.name} data-row data-quiet={(alone !== undefined && alone !== row.name) || undefined}>
                <td>
                  <button
                    type="button"
                    className="series-button"
                    aria-pressed={alone === row.name}
                    onClick={() => setAlone(alone === row.name ? undefined : row.name)}
                  >
                    <span
                      className="swatch"
                      style={{ color: i < mostDrawn ? `var(--s${row.slot})` : 'var(--line-strong)' }}
                      aria-hidden="true"
                    />
                    <span className="mono">{row.name}</span>
                  </button>
                </td>
                <td className="num">{written(row.newest, unit)}</td>
                <td className="num">{written(row.least, unit)}</td>
                <td className="num">{written(row.mean, unit)}</td>
                <td className="num">{written(row.greatest, unit)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length > mostListed && (
          <p className="muted small">+{rows.length - mostListed} more series are not listed</p>
        )}
      </div>
    </div>
  );
}

interface Row {
  readonly name: string;
  readonly slot: number;
  readonly values: GridSeries['values'];
  readonly newest: number | null;
  readonly least: number | null;
  readonly mean: number | null;
  readonly greatest: number | null;
}

function rowsOf(series: readonly GridSeries[]): Row[] {
  const telling = tellingLabels(series.map((each) => each.labels));
  const names = series.map((each) => seriesName(each.labels, telling));
  const slots = colorSlots(names);
  return series.map((each, i) => ({ name: names[i]!, slot: slots[i]!, values: each.values, ...statsOf(each.values) }));
}

function statsOf(values: GridSeries['values']) {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === null) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
    sum += value;
    count++;
  }
  if (count === 0) return { newest: null, least: null, mean: null, greatest: null };
  return { newest: lastKnown(values), least, mean: sum / count, greatest };
}

function linesOf(rows: readonly Row[], alone: string | undefined): ChartSeries[] {
  const shown = alone === undefined ? rows.slice(0, mostDrawn) : rows.filter((row) => row.name === alone);
  return shown.map((row) => ({ key: row.name, label: row.name, color: `--s${row.slot}`, values: row.values }));
}

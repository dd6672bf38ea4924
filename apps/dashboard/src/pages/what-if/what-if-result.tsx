import type { WhatIfReport } from '@jaegis/model';
import { hoursText, moneyText, rowNames, settingsWords, shareText, whatIfWords } from '@jaegis/model/what-if-story';
import { formatDuration } from '@jaegis/std';
import { useMemo } from 'react';
import { Chart } from '../../chart/chart.tsx';
import type { ChartMark, ChartSeries } from '../../chart/chart-types.ts';
import { written } from '../../data/written.ts';
import { span } from '../../time/words.ts';
import { ColumnHeads, num } from '../../widgets/column-heads.tsx';

const colors = { recorded: '--faint', current: '--s1', other: '--s2' } as const;
const lines = ['other', 'current', 'recorded'] as const;

/** Load, replicas and cost of both policies over time, the measures, and what of the pool was left out. */
export function WhatIfResult({ report, around }: { report: WhatIfReport; around: number | undefined }) {
  const { series, settings, pricePerReplicaHour: price } = report;
  const marks = useMemo<ChartMark[] | undefined>(
    () => (around === undefined ? undefined : [{ at: around, kind: 'note', title: 'This decision' }]),
    [around],
  );
  const charts = useMemo(
    () => ({
      load: [{ key: 'load', label: 'Demand', color: '--s0', values: series.demand, form: 'area' }] as ChartSeries[],
      replicas: seriesOf(report, (name) => series[name]),
      cost: seriesOf(report, (name) => soFar(report, series[name])),
    }),
    [report, series],
  );
  const shared = { times: series.times, sync: 'what-if', canZoom: false, ...(marks && { marks }) };
  return (
    <>
      <p className="what-if-words">{whatIfWords(report)}</p>
      <dl className="what-if-settings small muted">
        <div>
          <dt>Policy of now</dt>
          <dd>{settingsWords(settings.current)}</dd>
        </div>
        <div>
          <dt>The other</dt>
          <dd>{settingsWords(settings.other)}</dd>
        </div>
      </dl>
      <Chart {...shared} title="Load" unit="1/s" series={charts.load} height={96} />
      <Chart {...shared} title="Replicas" unit="count" series={charts.replicas} height={144} />
      <Chart
        {...shared}
        title={price === null ? 'Replica-hours so far' : 'Cost so far'}
        unit={price === null ? 'count' : 'usd'}
        series={charts.cost}
        height={112}
      />
      <Measures report={report} />
      <Notes report={report} />
    </>
  );
}

function seriesOf(
  { series }: WhatIfReport,
  valuesOf: (name: (typeof lines)[number]) => readonly (number | null)[],
): ChartSeries[] {
  return lines
    .filter((name) => series[name].some((value) => value !== null))
    .map((name) => ({
      key: name,
      label: rowNames[name],
      color: colors[name],
      values: valuesOf(name),
      form: name === 'recorded' ? 'quiet' : 'step',
    }));
}

/** What replicas came to up to each moment, in money where there is a price. Where they are not known the mean of the rest stands, as in the table. */
function soFar(report: WhatIfReport, replicas: readonly (number | null)[]): number[] {
  const { times } = report.series;
  const known = replicas.filter((count) => count !== null);
  const mean = known.reduce((sum, count) => sum + count, 0) / Math.max(1, known.length);
  let sum = 0;
  return replicas.map((count, i) => {
    sum +=
      (count ?? mean) * (((times[i + 1] ?? report.to) - times[i]!) / 3_600_000) * (report.pricePerReplicaHour ?? 1);
    return sum;
  });
}

function Measures({ report }: { report: WhatIfReport }) {
  const hasPrice = report.pricePerReplicaHour !== null;
  const heads = [
    'Replica-hours',
    ...(hasPrice ? ['Cost'] : []),
    'x least',
    `Waited > ${formatDuration(report.sloWaitMs)}`,
    'P99 wait',
    'Changes/h',
  ];
  return (
    <div className="table-scroll">
      <table className="table what-if-table">
        <ColumnHeads columns={['Policy', ...heads.map((head) => num(head))]} />
        <tbody>
          {report.rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">
                {row.name !== 'oracle' && (
                  <span
                    className="swatch"
                    data-form={row.name === 'recorded' ? 'quiet' : 'line'}
                    style={{ color: `var(${colors[row.name]})` }}
                    aria-hidden="true"
                  />
                )}{' '}
                {rowNames[row.name]}
              </th>
              <td className="num">{hoursText(row.replicaHours)}</td>
              {hasPrice && <td className="num">{row.cost === null ? '–' : moneyText(row.cost)}</td>}
              <td className="num">{row.xOracle === null ? '–' : row.xOracle.toFixed(2)}</td>
              <td className={`num ${(row.violationsPercent ?? 0) > 0.5 ? 'bad-text' : ''}`}>
                {row.violationsPercent === null ? '–' : shareText(row.violationsPercent)}
              </td>
              <td className="num">
                {row.p99WaitMs === null
                  ? '–'
                  : row.p99WaitMs === 0
                    ? 'none'
                    : written(row.p99WaitMs / 1_000, 'seconds')}
              </td>
              <td className="num">{row.scaleEventsPerHour === null ? '–' : row.scaleEventsPerHour.toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Notes({ report }: { report: WhatIfReport }) {
  const notes = [
    `A replica carries ${written(report.capacityPerReplica, '1/s')}.`,
    ...(report.warmUpMs > 0 ? [`Both policies had watched the load for ${span(report.warmUpMs)} before.`] : []),
    ...(report.missingShare >= 0.005
      ? [`For ${Math.round(report.missingShare * 100)} % of the time no load was recorded: what was before was taken.`]
      : []),
    ...(report.leftOut.length > 0 ? [`Left out: ${report.leftOut.join('; ')}.`] : []),
    '"Least possible" knows the future and lets nobody wait.',
  ];
  return <p className="small muted what-if-notes">{notes.join(' ')}</p>;
}

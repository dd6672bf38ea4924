import type { PartInput } from '../anomaly.ts';
import type { BenchRow } from '../otlp-ingest.ts';
import { mean, rangesOf } from './point-measures.ts';
import { readNab, readTsbSeries, readWsd, type TsbSeries } from './recorded-series.ts';
import { runMember } from './run-member.ts';
import { spectralResidual } from './spectral-residual.ts';
import { trivialDetectors } from './trivial-detectors.ts';
import { type RowRange, vusPr } from './vus-pr.ts';
import { vusWindow } from './vus-window.ts';

/** VUS-PR on the TSB-AD series cut from NAB, beside all published detectors, and on the web KPIs. */
export function vusRows({ folder, members, withOthers, quick }: PartInput): BenchRow[] {
  const series = readTsbSeries(folder, readNab(folder));
  const kpis = readWsd(folder).filter((each, i) => (!quick || i % 8 === 0) && each.labels.includes(1));
  return [
    ...(withOthers ? publishedRows(series) : []),
    ...ownRows(
      'NAB series',
      series.map((each) => ({ ...each, columns: [each.values] })),
      { members, withOthers },
    ),
    ...ownRows(
      'WSD',
      kpis.map((each) => ({ ...each, ranges: rangesOf(each.labels), window: vusWindow(each.columns[0]!) })),
      { members, withOthers },
    ),
  ];
}

function publishedRows(series: readonly TsbSeries[]): BenchRow[] {
  const own = series.map((each) => vusPr(spectralResidual(each.values), each.ranges, each.window));
  const worst = Math.max(...own.map((value, i) => Math.abs(value - series[i]!.spectralResidual)));
  const peers = Object.keys(series[0]?.peers ?? {})
    .map((name) => ({ name, value: mean(series.map((each) => each.peers[name]!)) }))
    .sort((a, b) => b.value - a.value);
  return [
    {
      name: 'NAB series: SR, recomputed',
      value: mean(own),
      unit: 'VUS-PR',
      note: `largest difference from the published digits ${worst.toExponential(1)}`,
    },
    ...peers.map(({ name, value }) => ({
      name: `NAB series: ${name}, published`,
      value,
      unit: 'VUS-PR',
      note: 'reads the whole series',
    })),
  ];
}

interface Windowed {
  readonly times: Float64Array;
  readonly columns: readonly Float64Array[];
  readonly trainRows: number;
  readonly ranges: readonly RowRange[];
  readonly window: number;
}

function ownRows(
  set: string,
  series: readonly Windowed[],
  { members, withOthers }: Pick<PartInput, 'members' | 'withOthers'>,
): BenchRow[] {
  const row = (name: string, scoresOf: (each: Windowed) => Float64Array): BenchRow => {
    const values = series.map((each) => vusPr(scoresOf(each), each.ranges, each.window));
    const halves = [0, 1].map((half) => mean(values.filter((_, i) => i % 2 === half)).toFixed(3));
    return {
      name: `${set}: ${name}`,
      value: mean(values),
      unit: 'VUS-PR',
      note: `${series.length} series with an event, whole; halves ${halves.join(' and ')}`,
    };
  };
  return [
    ...(withOthers ? Object.entries(trivialDetectors) : []).map(([name, detect]) =>
      row(name, (each) => detect(each.columns[0]!)),
    ),
    ...members.map((member) => row(member.name, (each) => runMember(member, each).scores)),
  ];
}

import type { PartInput } from '../anomaly.ts';
import type { BenchRow } from '../otlp-ingest.ts';
import { mean, rangesOf } from './point-measures.ts';
import { readNab, readTsbSeries, readWsd } from './recorded-series.ts';
import { runMember } from './run-member.ts';
import { spectralResidual } from './spectral-residual.ts';
import { trivialDetectors } from './trivial-detectors.ts';
import { vusPr } from './vus-pr.ts';
import { vusWindow } from './vus-window.ts';

/** VUS-PR on the TSB-AD series cut from NAB, beside all published detectors, and on the web KPIs. */
export function vusRows({ folder, members, quick }: PartInput): BenchRow[] {
  const series = readTsbSeries(folder, readNab(folder));
  const rows: BenchRow[] = [];
  const row = (name: string, values: readonly number[], note = '') =>
    rows.push({ name, value: mean(values), unit: 'VUS-PR', note });
  const own = series.map((each) => vusPr(spectralResidual(each.values), each.ranges, each.window));
  const worst = Math.max(...own.map((value, i) => Math.abs(value - series[i]!.spectralResidual)));
  row('NAB series: SR, recomputed', own, `largest difference from the published digits ${worst.toExponential(1)}`);
  const peers = Object.keys(series[0]?.peers ?? {})
    .map((name) => ({ name, values: series.map((each) => each.peers[name]!) }))
    .sort((a, b) => mean(b.values) - mean(a.values));
  for (const { name, values } of peers) row(`NAB series: ${name}, published`, values, 'reads the whole series');
  for (const [name, detect] of Object.entries(trivialDetectors))
    row(
      `NAB series: ${name}`,
      series.map((each) => vusPr(detect(each.values), each.ranges, each.window)),
    );
  for (const member of members)
    row(
      `NAB series: ${member.name}`,
      series.map((each) =>
        vusPr(runMember(member, { ...each, columns: [each.values] }).scores, each.ranges, each.window),
      ),
    );

  const kpis = readWsd(folder).filter((each, i) => (!quick || i % 8 === 0) && each.labels.includes(1));
  const ranges = kpis.map((each) => rangesOf(each.labels));
  const windows = kpis.map((each) => vusWindow(each.columns[0]!));
  for (const [name, detect] of Object.entries(trivialDetectors))
    row(
      `WSD: ${name}`,
      kpis.map((each, i) => vusPr(detect(each.columns[0]!), ranges[i]!, windows[i]!)),
    );
  for (const member of members)
    row(
      `WSD: ${member.name}`,
      kpis.map((each, i) => vusPr(runMember(member, each).scores, ranges[i]!, windows[i]!)),
      `${kpis.length} series with an event, whole`,
    );
  return rows;
}

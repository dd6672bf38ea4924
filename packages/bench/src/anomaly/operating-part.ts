import { type DetectMember, takes } from '@jaegis/analytics';
import type { PartInput } from '../anomaly.ts';
import type { BenchRow } from '../otlp-ingest.ts';
import { addTallies, eventRecallAt, mean, median, precisionRecall, tallyAlarms } from './point-measures.ts';
import { daysOf, type RecordedSeries, readMachines, readMscloud, readWsd } from './recorded-series.ts';
import { runMember } from './run-member.ts';
import { trivialDetectors } from './trivial-detectors.ts';

/** What alarms cost and catch, label-free, at each member's own threshold; and event recall at 0.5 % false points. */
export function operatingRows({ folder, members, withOthers, quick }: PartInput): BenchRow[] {
  const sets: readonly (readonly [name: string, series: RecordedSeries[]])[] = [
    ['WSD', readWsd(folder)],
    ['mscloud', readMscloud(folder)],
    ['SMD, worst column', readMachines(folder, 'smd')],
    ['ASD, worst column', readMachines(folder, 'asd')],
  ];
  const rows: BenchRow[] = [];
  for (const [name, all] of sets) {
    const series = quick ? all.filter((_, i) => i % 8 === 0) : all;
    if (withOthers && series.every((each) => each.columns.length === 1))
      for (const [trivial, detect] of Object.entries(trivialDetectors))
        rows.push(
          recallRow(
            `${name}: ${trivial}`,
            series.map((each) => ({ scores: detect(each.columns[0]!), labels: each.labels })),
          ),
        );
    const columns = series[0]?.columns.length ?? 1;
    for (const member of members) if (takes(member, columns)) rows.push(...memberRows(name, member, series));
  }
  return rows;
}

function memberRows(set: string, member: DetectMember, series: readonly RecordedSeries[]): BenchRow[] {
  // Only what comes after the training half is judged; series without one are judged whole.
  const judged = series.map((each) => {
    const { scores, alarms } = runMember(member, each);
    const from = each.trainRows;
    return { scores: scores.subarray(from), alarms: alarms.subarray(from), labels: each.labels.subarray(from) };
  });
  const tally = addTallies(judged.map(({ alarms, labels }) => tallyAlarms(alarms, labels)));
  const days = daysOf(series.map((each) => ({ ...each, times: each.times.subarray(each.trainRows) })));
  const curves = judged.map(({ scores, labels }) => precisionRecall(scores, labels));
  const name = `${set}: ${member.name}`;
  return [
    {
      name: `${name}, own threshold`,
      value: tally.found / tally.events,
      unit: 'event recall',
      note: [
        `${tally.found} of ${tally.events}`,
        `false points ${((100 * tally.falsePoints) / tally.normalPoints).toFixed(3)} %`,
        `false alarms ${(tally.falseAlarms / days).toFixed(2)} a series and day`,
        `median delay ${median(tally.delays)} rows`,
      ].join(', '),
    },
    recallRow(name, judged),
    {
      name: `${name}, precision and recall of points`,
      value: mean(curves.map((c) => c.auc)),
      unit: 'AUC-PR',
      note: `best F1 ${mean(curves.map((c) => c.bestF1)).toFixed(3)}, means over series`,
    },
  ];
}

function recallRow(
  name: string,
  series: readonly { scores: ArrayLike<number>; labels: ArrayLike<number> }[],
): BenchRow {
  const { recall, threshold } = eventRecallAt(series, 0.005);
  return {
    name: `${name}, at 0.5 % false points`,
    value: recall,
    unit: 'event recall',
    note: `threshold ${threshold.toPrecision(4)}, one for all series`,
  };
}

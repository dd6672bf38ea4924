import { createRowVerdict, type DetectMember } from '@jaegis/analytics';
import { seededRng } from '@jaegis/std';
import type { PartInput } from '../anomaly.ts';
import type { BenchRow } from '../otlp-ingest.ts';
import { type Cause, readCauses } from './causes.ts';
import { addTallies, mean, median, precisionRecall, rangesOf, tallyAlarms } from './point-measures.ts';
import { daysOf, type RecordedSeries, readMachines } from './recorded-series.ts';
import { vusPr } from './vus-pr.ts';

/** The buffer of VUS-PR on machines, whose windows are not part of the data: TSB-AD's usual one. */
const machineWindow = 100;

interface Judged {
  readonly set: string;
  readonly scores: Float64Array;
  readonly alarms: Uint8Array;
  readonly labels: Uint8Array;
  readonly days: number;
  /** Per rank (1, 3, 5): share of the explained faults with a causing column among the first so many. */
  readonly hits: readonly number[] | undefined;
}

type Judge = (machine: RecordedSeries) => Omit<Judged, 'set' | 'labels' | 'days'>;

/** Several columns as one agent, on machines with a training half: what each member earns, beside what anyone could do. */
export function multivariateRows({ folder, several, withOthers, quick }: PartInput): BenchRow[] {
  const machines = (['smd', 'asd'] as const).flatMap((set) => {
    const causes = readCauses(folder, set);
    return readMachines(folder, set)
      .filter((_, i) => !quick || i % 3 === 0)
      .map((machine) => ({ set: set.toUpperCase(), machine, causes: causes.get(machine.name) ?? [] }));
  });
  const rows: BenchRow[] = [];
  const judges: [string, (causes: readonly Cause[]) => Judge][] = [
    ...(withOthers ? others : []),
    ...several.map((member): [string, (causes: readonly Cause[]) => Judge] => [
      member.name,
      (causes) => memberJudge(member, causes),
    ]),
  ];
  for (const [name, judge] of judges) {
    const judged = machines.map(({ set, machine, causes }) => ({
      set,
      labels: machine.labels.subarray(machine.trainRows),
      days: daysOf([{ ...machine, times: machine.times.subarray(machine.trainRows) }]),
      ...judge(causes)(machine),
    }));
    for (const set of ['SMD', 'ASD'])
      rows.push(
        ...setRows(
          `${set}: ${name}`,
          judged.filter((each) => each.set === set),
        ),
      );
    const both = judged.map((each) => precisionRecall(each.scores, each.labels));
    rows.push({
      name: `SMD and ASD: ${name}`,
      value: mean(both.map((each) => each.auc)),
      unit: 'AUC-PR',
      note: `best F1 ${mean(both.map((each) => each.bestF1)).toFixed(3)}, means over ${both.length} machines`,
    });
  }
  return rows;
}

function setRows(name: string, judged: readonly Judged[]): BenchRow[] {
  const curves = judged.map(({ scores, labels }) => precisionRecall(scores, labels));
  const tally = addTallies(judged.map(({ alarms, labels }) => tallyAlarms(alarms, labels)));
  const explained = judged.flatMap((each) => (each.hits === undefined ? [] : [each.hits]));
  const hits = [0, 1, 2].map((k) => mean(explained.map((each) => each[k]!)).toFixed(2));
  return [
    {
      name,
      value: mean(curves.map((each) => each.auc)),
      unit: 'AUC-PR',
      note: [
        `best F1 ${mean(curves.map((each) => each.bestF1)).toFixed(3)}`,
        `VUS-PR ${mean(judged.map(({ scores, labels }) => vusPr(scores, rangesOf(labels), machineWindow))).toFixed(3)}`,
        ...(explained.length > 0 ? [`a cause is first, in three, in five: ${hits.join(' ')}`] : []),
        `each ${curves.map((each) => each.auc.toFixed(2)).join(' ')}`,
      ].join(', '),
    },
    {
      name: `${name}, own threshold`,
      value: mean(judged.map(({ alarms, labels }) => recallOf(alarms, labels))),
      unit: 'event recall',
      note: [
        `mean over machines; ${tally.found} of ${tally.events}`,
        `false points ${((100 * tally.falsePoints) / tally.normalPoints).toFixed(3)} %`,
        `false alarms ${(tally.falseAlarms / judged.reduce((sum, each) => sum + each.days, 0)).toFixed(2)} a machine and day`,
        `median delay ${median(tally.delays)} rows`,
      ].join(', '),
    },
  ];
}

function recallOf(alarms: Uint8Array, labels: Uint8Array): number {
  const { found, events } = tallyAlarms(alarms, labels);
  return found / events;
}

function memberJudge(member: DetectMember, causes: readonly Cause[]): Judge {
  return ({ times, columns, trainRows }) => {
    const run = member.start({ columns: columns.map((_, k) => `m${k}`), intervalMs: 0, trainRows });
    const values = new Float64Array(columns.length);
    const verdict = createRowVerdict(columns.length);
    const judged = times.length - trainRows;
    const scores = new Float64Array(judged);
    const alarms = new Uint8Array(judged);
    const sums = causes.map(() => new Float64Array(columns.length));
    times.forEach((at, i) => {
      for (let k = 0; k < columns.length; k++) values[k] = columns[k]![i]!;
      run.observe(at, values, verdict);
      const row = i - trainRows;
      if (row < 0) return;
      scores[row] = verdict.score;
      alarms[row] = verdict.anomalous ? 1 : 0;
      causes.forEach(({ first, last }, c) => {
        if (row >= first && row <= last) for (let k = 0; k < columns.length; k++) sums[c]![k]! += verdict.parts[k]!;
      });
    });
    return {
      scores,
      alarms,
      hits: causes.length === 0 ? undefined : [1, 3, 5].map((most) => hitShare(causes, sums, most)),
    };
  };
}

function hitShare(causes: readonly Cause[], sums: readonly Float64Array[], most: number): number {
  const found = causes.filter(({ columns }, c) => {
    const order = [...sums[c]!.keys()].sort((a, b) => sums[c]![b]! - sums[c]![a]!);
    return order.slice(0, most).some((k) => columns.has(k));
  });
  return found.length / causes.length;
}

const randomJudge: Judge = ({ times, trainRows }) => {
  const rng = seededRng(1);
  const scores = Float64Array.from({ length: times.length - trainRows }, () => rng.next());
  return { scores, alarms: Uint8Array.from(scores, (score) => (score > 0.995 ? 1 : 0)), hits: undefined };
};

/** Distance from the training half's mean in its deviations, summed over the columns; alarms above its 99.5th percentile. */
const plainJudge: Judge = ({ columns, times, trainRows }) => {
  const sums = new Float64Array(times.length);
  for (const column of columns) {
    const train = column.subarray(0, trainRows);
    const middle = mean([...train]);
    const deviation = Math.sqrt(mean([...train].map((value) => (value - middle) ** 2))) || 1;
    for (let i = 0; i < sums.length; i++) sums[i]! += Math.abs(column[i]! - middle) / deviation;
  }
  const limit = sums.slice(0, trainRows).sort()[Math.floor(0.995 * trainRows)]!;
  const scores = sums.subarray(trainRows);
  return { scores, alarms: Uint8Array.from(scores, (score) => (score > limit ? 1 : 0)), hits: undefined };
};

const others: readonly [string, () => Judge][] = [
  ['random', () => randomJudge],
  ['sum of |z|', () => plainJudge],
];

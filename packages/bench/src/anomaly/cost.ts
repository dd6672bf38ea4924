import { createDetector, createVerdicts, type DetectMember, detectorNames } from '@jaegis/analytics';
import { seededRng } from '@jaegis/std';
import type { PartInput } from '../anomaly.ts';
import type { BenchRow } from '../otlp-ingest.ts';
import { eventLatencyRow } from './event-latency.ts';
import { readMachines } from './recorded-series.ts';
import { runMember } from './run-member.ts';

const stepMs = 10_000;

/** Processor time per point, bytes of state per series, with the state of all series taking turns in the cache; and the way to an event. */
export function costRows({ folder, several, quick }: PartInput): BenchRow[] {
  return [
    ...detectorNames.flatMap((name) => [cost(name, 10_000, quick ? 40 : 200), cost(name, 500_000, quick ? 4 : 20)]),
    eventLatencyRow(10_000),
    eventLatencyRow(500_000),
    ...severalRows(folder, several),
  ];
}

/** Processor time a row of one recorded machine, the training half and the learning from it included. */
function severalRows(folder: string, several: readonly DetectMember[]): BenchRow[] {
  const [machine] = readMachines(folder, 'smd');
  if (machine === undefined) return [];
  return several.map((member) => {
    const before = process.cpuUsage();
    runMember(member, machine);
    const used = process.cpuUsage(before);
    return {
      name: `cost: ${member.name}, ${machine.columns.length} columns`,
      value: (used.user + used.system) / machine.times.length,
      unit: 'µs a row',
      note: `with learning, ${machine.times.length.toLocaleString('en')} rows`,
    };
  });
}

function cost(name: string, series: number, ticks: number): BenchRow {
  const detector = createDetector(name);
  const rows = Uint32Array.from({ length: series }, () =>
    detector.addRow({ intervalMs: stepMs, sense: 'neutral', now: 0 }),
  );
  const rng = seededRng(series);
  const noise = Float64Array.from({ length: 4_096 }, () => 100 + 10 * rng.normal());
  const values = new Float64Array(series);
  const out = createVerdicts(series);
  const tick = (t: number) => {
    for (let i = 0; i < series; i++) values[i] = noise[(i * 31 + t * 17) & 4_095]!;
    detector.observe(rows, values, { at: t * stepMs, count: series, out });
  };
  // The warm-up is cheaper than what follows.
  const warm = series > 100_000 ? 40 : 100;
  for (let t = 0; t < warm; t++) tick(t);
  const before = process.cpuUsage();
  for (let t = 0; t < ticks; t++) tick(warm + t);
  const used = process.cpuUsage(before);
  return {
    name: `cost: ${name}, ${series.toLocaleString('en')} series`,
    value: (used.user + used.system) / (series * ticks),
    unit: 'µs a point',
    note: `${detector.bytesPerRow()} bytes a series`,
  };
}

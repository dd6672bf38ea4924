import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { runSeries } from '../conformance/detector-run.ts';
import { createDetector } from './create-detector.ts';

/** Recorded web KPIs with labelled anomalies (`anomaly/wsd`: `value,label`, a minute apart); not part of the repository. */
const folder = join(process.env['JAEGIS_BENCH_DATA'] ?? join('..', 'shared', 'data'), 'anomaly', 'wsd');
const isThere = existsSync(folder);
const maxFiles = 20;

interface Tally {
  events: number;
  found: number;
  normal: number;
  false: number;
}

function tally(file: string, into: Tally): void {
  const lines = gunzipSync(readFileSync(join(folder, file)))
    .toString()
    .trim()
    .split('\n')
    .slice(1);
  const cells = lines.map((line) => line.split(','));
  const values = Float64Array.from(cells, ([value]) => (value === '' ? Number.NaN : Number(value)));
  const { anomalous } = runSeries(createDetector(), values, { intervalMs: 60_000 });
  let isFound = false;
  cells.forEach(([, label], i) => {
    if (label !== '1') {
      into.normal++;
      into.false += anomalous[i]!;
      return;
    }
    const isStart = cells[i - 1]?.[1] !== '1';
    if (isStart) into.events++;
    if (isStart) isFound = false;
    if (anomalous[i] === 1 && !isFound) into.found++;
    if (anomalous[i] === 1) isFound = true;
  });
}

describe.skipIf(!isThere)(
  'on recorded web KPIs (needs the benchmark data: JAEGIS_BENCH_DATA, default ../shared/data)',
  () => {
    test('finds most events with almost no false points, without labels or tuning', () => {
      const all: Tally = { events: 0, found: 0, normal: 0, false: 0 };
      const files = readdirSync(folder).filter((name) => name.endsWith('.csv.gz'));
      for (const file of files.slice(0, maxFiles)) tally(file, all);
      expect(all.events).toBeGreaterThan(0);
      expect(all.found / all.events).toBeGreaterThan(0.6);
      expect(all.false / all.normal).toBeLessThan(0.002);
    }, 60_000);
  },
);

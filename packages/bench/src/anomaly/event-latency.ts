import { AnomalyTracker, createDetector, createVerdicts, detectorNames } from '@jaegis/analytics';
import { seededRng } from '@jaegis/std';
import type { BenchRow } from '../otlp-ingest.ts';

const stepMs = 5_000;
/** The server looks at 200 agents of 6 watched signals at a time, and tells what it saw before it goes on. */
const atOnce = 1_200;
/** One series in so many breaks in the ticks that are measured. */
const brokenShare = 500;
const warmTicks = 40;
const brokenTicks = 3;

/**
 * From the moment a tick's values are there to the event of an anomaly among them, in processor time of one core: all series
 * in turns, as the server's signal loop has them, through the default detector and the tracker.
 */
export function eventLatencyRow(series: number): BenchRow {
  const detector = createDetector();
  const tracker = new AnomalyTracker({ limit: series });
  const rows = Uint32Array.from({ length: series }, () =>
    detector.addRow({ intervalMs: stepMs, sense: 'higher_is_worse', now: 0 }),
  );
  const rng = seededRng(series);
  const noise = Float64Array.from({ length: 4_096 }, () => 100 + 10 * rng.normal());
  const values = new Float64Array(series);
  const out = createVerdicts(atOnce);
  const delaysMs: number[] = [];
  let longestMs = 0;
  for (let tick = 0; tick < warmTicks + brokenTicks; tick++) {
    const at = tick * stepMs;
    const isBroken = tick >= warmTicks;
    for (let i = 0; i < series; i++) {
      const value = noise[(i * 31 + tick * 17) & 4_095]!;
      values[i] = isBroken && i % brokenShare === 0 ? 20 * value : value;
    }
    const start = process.cpuUsage();
    for (let from = 0; from < series; from += atOnce) {
      const count = Math.min(atOnce, series - from);
      const some = rows.subarray(from, from + count);
      const shown = values.subarray(from, from + count);
      detector.observe(some, shown, { at, count, out });
      const changed = tracker.observeBatch(some, shown, { at, count, verdicts: out, subject: subjectOf });
      if (!isBroken || changed.length === 0) continue;
      const spentMs = sinceMs(start);
      for (const anomaly of changed) if (anomaly.at === at) delaysMs.push(spentMs);
    }
    if (isBroken) longestMs = Math.max(longestMs, sinceMs(start));
  }
  delaysMs.sort((a, b) => a - b);
  const quantile = (q: number) =>
    delaysMs[Math.min(delaysMs.length - 1, Math.floor(q * delaysMs.length))] ?? Number.NaN;
  return {
    name: `latency: ${detectorNames[0]}, ${series.toLocaleString('en')} series, a tick's values to their events, p99`,
    value: quantile(0.99),
    unit: 'ms of one core',
    note: `median ${quantile(0.5).toFixed(0)}, the whole tick ${longestMs.toFixed(0)}; ${delaysMs.length} of ${Math.ceil(series / brokenShare)} broken series told; the server's ticks come every 5 s`,
  };
}

function sinceMs(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

function subjectOf(row: number) {
  return {
    agent: `agent-${row}`,
    pool: 'made',
    series: { instance_id: `agent-${row}` },
    signal: 'latency_p95' as const,
  };
}

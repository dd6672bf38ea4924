import type { SignalName } from '@jaegis/model';
import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { start } from '../conformance/detector-run.ts';
import { loadShapes, MadeAgent, tickMs } from '../conformance/made-agent.ts';
import { AnomalyTracker } from './anomaly-tracker.ts';
import { createDetector } from './create-detector.ts';
import { createVerdicts } from './detector.ts';
import { evidentValue, signalRow } from './signal-row.ts';

/** Lets a made agent live and returns the anomalies that opened: `tick signal`. */
function live(agent: MadeAgent, ticks: number, o: { before?: (tick: number) => void } = {}): string[] {
  const detector = createDetector();
  const tracker = new AnomalyTracker();
  const names = Object.keys(agent.next()) as SignalName[];
  const rows = Uint32Array.from(names, (name) => detector.addRow(signalRow(name, { intervalMs: tickMs, now: start })));
  const values = new Float64Array(names.length);
  const verdicts = createVerdicts(names.length);
  const count = names.length;
  const opened: string[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    o.before?.(tick);
    const signals = agent.next();
    const requests = Math.round((signals.request_rate ?? 0) * 30);
    names.forEach((name, k) => {
      values[k] = evidentValue(name, signals[name]!, requests);
    });
    const at = start + tick * tickMs;
    detector.observe(rows, values, { at, count, out: verdicts });
    const subject = (row: number) => ({ agent: 'a', pool: 'p', series: {}, signal: names[rows.indexOf(row)]! });
    for (const anomaly of tracker.observeBatch(rows, values, { at, count, verdicts, subject })) {
      if (anomaly.at === at && anomaly.endedAt === null) opened.push(`${tick} ${anomaly.signal}`);
    }
  }
  return opened;
}

const day = 86_400_000 / tickMs;

describe('on made agents, seeded', () => {
  // Eight loads of a day each are a little more than an agent's week. Its latencies all tell of one event: that is one.
  test('at most one false alarm in an agent and week, over calm, waves, bursts, scaling and silence', () => {
    const alarms = loadShapes.flatMap((shape) =>
      live(new MadeAgent(shape, seededRng(11)), day).map((each) => `${shape} ${each.split(' ')[0]}`),
    );
    expect(new Set(alarms).size).toBeLessThanOrEqual(1);
  }, 240_000);

  const awake = loadShapes.filter((shape) => !['quiet', 'heavy-tailed', 'on-off'].includes(shape));
  test.each(awake)('ten times the latency is an anomaly within three ticks under a %s load', (shape) => {
    for (let seed = 1; seed <= 5; seed++) {
      const agent = new MadeAgent(shape, seededRng(seed));
      const opened = live(agent, 310, {
        before: (tick) => {
          if (tick === 300) agent.slowness = 10;
        },
      });
      const first = opened.find((each) => each.includes('latency'));
      expect(Number(first?.split(' ')[0])).toBeGreaterThanOrEqual(300);
      expect(Number(first?.split(' ')[0])).toBeLessThanOrEqual(303);
    }
  });

  test.each(awake)('four of ten requests failing are an anomaly within half a minute under a %s load', (shape) => {
    const agent = new MadeAgent(shape, seededRng(3));
    const opened = live(agent, 310, {
      before: (tick) => {
        if (tick === 300) agent.failing = 0.4;
      },
    });
    const first = opened.find((each) => each.includes('error_rate'));
    expect(Number(first?.split(' ')[0])).toBeGreaterThanOrEqual(300);
    expect(Number(first?.split(' ')[0])).toBeLessThanOrEqual(306);
  });
});

import type { Anomaly } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { type AnomalySubject, AnomalyTracker } from './anomaly-tracker.ts';
import { createVerdicts } from './detector.ts';

const subject: AnomalySubject = {
  agent: 'reader-1',
  pool: 'reader',
  series: { __name__: 'jaegis_agent_signal', instance_id: 'reader-1' },
  signal: 'latency_p95',
};
const tick = 5_000;

/** One series; each letter a tick: `x` clearly anomalous, `w` hardly, `X` far more so, `.` calm, `~` outside the band but no alarm, `?` missing. */
function tell(story: string, tracker = new AnomalyTracker()): string[] {
  const told: string[] = [];
  [...story].forEach((letter, i) => {
    const score = { x: 0.98, X: 0.999, w: 0.96, '.': 0.1, '~': 0.85, '?': Number.NaN }[letter]!;
    const value = letter === 'x' || letter === 'w' ? 2.4 : letter === 'X' ? 9 : 0.2;
    const point = { at: i * tick, value, score, expected: 0.25, lower: 0.18, upper: 0.32, anomalous: score >= 0.95 };
    const anomaly = tracker.observe('row', point, () => subject);
    if (anomaly !== undefined) told.push(`${i} ${anomaly.endedAt === null ? `open ${anomaly.value}` : 'end'}`);
  });
  return told;
}

describe('an anomaly', () => {
  test('opens at the second anomalous point of three', () => expect(tell('..x.x')).toEqual(['4 open 2.4']));
  test('opens at two in a row', () => expect(tell('..xx')).toEqual(['3 open 2.4']));
  test('does not open at one', () => expect(tell('..x...x...x...')).toEqual([]));
  test('opens at seven of eight that are hardly anomalous: one burst shows in six', () => {
    expect(tell('wwwwww......')).toEqual([]);
    expect(tell('www.wwww')).toEqual(['7 open 2.4']);
    expect(tell('wx')).toEqual(['1 open 2.4']);
  });
  test('closes after six calm points', () => expect(tell('xx.....x......')).toEqual(['1 open 2.4', '13 end']));
  test('does not close while the series stays outside its band', () =>
    expect(tell('xx~~~~~~~~~~~~~')).toEqual(['1 open 2.4']));
  test('is told again when it gets clearly worse, once', () =>
    expect(tell('xxxXXX')).toEqual(['1 open 2.4', '3 open 9']));
  test('waits through missing points, but not for ever', () => {
    expect(tell(`xx${'?'.repeat(59)}`)).toEqual(['1 open 2.4']);
    expect(tell(`xx${'?'.repeat(60)}`)).toEqual(['1 open 2.4', '61 end']);
  });
  test('can open again', () => expect(tell('xx......xx')).toEqual(['1 open 2.4', '7 end', '9 open 2.4']));
});

test('an anomaly says what was seen and what was expected', () => {
  const tracker = new AnomalyTracker();
  tell('xx', tracker);
  const [anomaly] = tracker.open();
  expect(anomaly).toMatchObject({ at: tick, agent: 'reader-1', pool: 'reader', signal: 'latency_p95', score: 0.98 });
  expect(anomaly!.reason).toBe('p95 latency 2.4 s, expected 180 to 320 ms');
  expect(anomaly!.id).toMatch(/^an-[0-9a-z]+-[0-9a-z]+$/);
});

test('many series at once: only those with something to tell cost anything', () => {
  const tracker = new AnomalyTracker();
  const rows = Uint32Array.of(4, 5, 6);
  const verdicts = createVerdicts(3);
  const values = Float64Array.of(1, 2, 3);
  verdicts.score.fill(0.1);
  verdicts.score[1] = 0.99;
  verdicts.anomalous[1] = 1;
  const asked: number[] = [];
  const observe = (at: number): Anomaly[] =>
    tracker.observeBatch(rows, values, {
      at,
      count: 3,
      verdicts,
      subject: (row) => {
        asked.push(row);
        return { ...subject, signal: 'my metric' };
      },
    });
  expect(observe(0)).toEqual([]);
  expect(observe(tick).map((each) => each.value)).toEqual([2]);
  expect(asked).toEqual([5]);
});

test('the open set is bounded and counts what it refused', () => {
  const tracker = new AnomalyTracker({ limit: 10 });
  const point = { at: 0, value: 1, score: 0.99, expected: 0, lower: 0, upper: 0, anomalous: true };
  for (let key = 0; key < 25; key++) {
    tracker.observe(key, point, () => subject);
    tracker.observe(key, { ...point, at: tick }, () => subject);
  }
  expect(tracker.openCount).toBe(10);
  expect(tracker.refused).toBe(30);
});

test('dropping a series ends its anomaly', () => {
  const tracker = new AnomalyTracker();
  tell('xx', tracker);
  expect(tracker.drop('row', 99_000)).toMatchObject({ endedAt: 99_000 });
  expect(tracker.drop('row', 99_000)).toBeUndefined();
  expect(tracker.open()).toEqual([]);
});

test('open anomalies survive a restart and close when their series is calm', () => {
  const before = new AnomalyTracker();
  tell('xx', before);
  const after = new AnomalyTracker();
  after.restore(before.open().map((anomaly) => ['row', anomaly]));
  expect(after.open()).toEqual(before.open());
  expect(tell('......', after)).toEqual(['5 end']);
});

test('ids come from outside where somebody makes them', () => {
  const tracker = new AnomalyTracker({ nextId: (now) => `a-${now}` });
  tell('xx', tracker);
  expect(tracker.open()[0]!.id).toBe('a-5000');
});

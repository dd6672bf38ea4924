import type { Anomaly } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { TogetherWatch } from './together-watch.ts';

const start = 1_700_000_000_000;
const second = 1_000;
const minute = 60 * second;
const week = 7 * 24 * 60 * minute;

function strange(pool: string, agent: string | null, signal: string, score = 0.99): Anomaly {
  const figures = { value: 9, expected: 1, lower: 0, upper: 2, score, endedAt: null, reason: `${signal} 9` };
  return { id: `${pool} ${agent} ${signal}`, at: start, agent, pool, series: {}, signal, ...figures };
}
const metricsOf = (pool: string, agent: string, count: number) =>
  Array.from({ length: count }, (_, i) => strange(pool, agent, `metric_${i}`));
const agentsOf = (pool: string, count: number) =>
  Array.from({ length: count }, (_, i) => strange(pool, `${pool}-${i}`, 'open_files'));

/** An episode of this size, then two minutes of calm; how many looks alarmed. */
function episode(watch: TogetherWatch, size: number, at: number): number {
  let alarmed = 0;
  for (let s = 0; s < 30; s += 5) alarmed += watch.look(metricsOf('p', 'a', size), at + s * second).length;
  for (let s = 30; s < 150; s += 5) watch.look([], at + s * second);
  return alarmed;
}

describe('anomalies together', () => {
  test('one or two strange metrics are none; three of one agent, or one of three agents, are', () => {
    expect(new TogetherWatch().look(metricsOf('p', 'a', 2), start)).toEqual([]);
    expect(new TogetherWatch().look(agentsOf('p', 2), start)).toEqual([]);
    expect(new TogetherWatch().look(metricsOf('p', 'a', 3), start)).toMatchObject([
      { pool: 'p', since: start, pools: ['p'], series: 3, agents: ['a'] },
    ]);
    expect(new TogetherWatch().look(agentsOf('p', 3), start)).toMatchObject([
      { series: 3, metrics: ['open_files'], agents: ['p-0', 'p-1', 'p-2'] },
    ]);
    // One metric with many label sets is one piece of evidence.
    const buckets = Array.from({ length: 50 }, () => strange('p', 'a', 'requests_total'));
    expect(new TogetherWatch().look(buckets, start)).toEqual([]);
  });

  test('pools that begin within two minutes of each other are one alarm, later ones another; each ends with its last pool', () => {
    const watch = new TogetherWatch();
    const first = agentsOf('a', 5);
    const other = agentsOf('b', 9);
    const third = agentsOf('c', 4);
    expect(watch.look(first, start)).toHaveLength(1);
    expect(watch.look([...first, ...other], start + minute)).toMatchObject([
      { pool: 'a', pools: ['b', 'a'], series: 14 },
    ]);
    expect(watch.look([...first, ...other, ...third], start + 10 * minute)).toMatchObject([
      { pool: 'a', since: start },
      { pool: 'c', since: start + 10 * minute },
    ]);
    expect(watch.look([...other, ...third], start + 11 * minute)).toMatchObject([{ pool: 'a', pools: ['b'] }, {}]);
    expect(watch.look(third, start + 12 * minute)).toMatchObject([{ pool: 'c' }]);
    expect(watch.look([], start + 13 * minute)).toEqual([]);
  });

  test('an alarm goes on until half of it is gone', () => {
    const watch = new TogetherWatch();
    watch.look(metricsOf('p', 'a', 6), start);
    expect(watch.look(metricsOf('p', 'a', 2), start + 5 * second)).toHaveLength(1);
    expect(watch.look(metricsOf('p', 'a', 1), start + 10 * second)).toEqual([]);
    expect(watch.look(metricsOf('p', 'a', 2), start + 15 * second)).toEqual([]);
  });

  test('a pool that is strange every hour calms itself to the budget, and is told again of what is larger', () => {
    const watch = new TogetherWatch(0.5);
    const alarms: number[] = [];
    for (let hour = 0; hour < 24 * 7 * 4; hour++)
      alarms.push(episode(watch, 2 + (hour % 4), start + hour * 60 * minute));
    const hoursWithAlarm = (from: number, to: number) => alarms.slice(from, to).filter((each) => each > 0).length;
    expect(hoursWithAlarm(0, 24)).toBeGreaterThan(0);
    expect(hoursWithAlarm(24 * 7 * 2, alarms.length)).toBeLessThanOrEqual(1);
    expect(episode(watch, 60, start + 4 * week)).toBeGreaterThan(0);
  });

  test('one great fault does not deafen', () => {
    const watch = new TogetherWatch();
    episode(watch, 100, start);
    expect(watch.sizeOf('p')).toBeLessThanOrEqual(6);
  });

  test('what was learned outlives a restart; what is not as it was written is left out', () => {
    const watch = new TogetherWatch();
    for (let day = 0; day < 20; day++) episode(watch, 3, start + day * 24 * 60 * minute);
    const next = new TogetherWatch();
    next.restore(JSON.parse(JSON.stringify(watch.toJSON())));
    expect(next.sizeOf('p')).toBe(watch.sizeOf('p'));
    expect(next.sizeOf('p')).toBeGreaterThan(3);
    for (const odd of [null, 7, 'x', { p: 3 }, { p: [1, 2, 3] }, { p: [1, 2, null, 4] }, { p: [-1, 0, 0, 0] }]) {
      const blank = new TogetherWatch();
      blank.restore(odd);
      expect(blank.toJSON()).toEqual({});
    }
  });

  test('pools are bounded and counted', () => {
    const watch = new TogetherWatch();
    watch.look(
      Array.from({ length: 2_010 }, (_, i) => strange(`pool-${i}`, 'a', 'm')),
      start,
    );
    expect(watch.refused).toBe(10);
  });
});

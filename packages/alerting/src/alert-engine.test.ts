import { describe, expect, test } from 'vitest';
import type { AlertCondition } from './alert-condition.ts';
import { AlertEngine } from './alert-engine.ts';

const start = 1_700_000_000_000;
const config = { for: 15_000, resolve_after: 60_000 };

function slow(more: Partial<AlertCondition> = {}): AlertCondition {
  return {
    key: 'anomaly/searcher/latency_p95',
    kind: 'anomaly',
    severity: 'warning',
    pool: 'searcher',
    agent: null,
    signal: 'latency_p95',
    summary: 'searcher is slow.',
    reason: 'P95 is 2.2 s, expected 0.2 s',
    ...more,
  };
}

/** What changed at each second, as `state severity`. */
function run(engine: AlertEngine, steps: readonly (readonly [number, readonly AlertCondition[]])[]): string[][] {
  return steps.map(([second, conditions]) =>
    engine.evaluate(conditions, start + second * 1_000).map((alert) => `${alert.state} ${alert.severity}`),
  );
}

describe('an alert', () => {
  test('is pending until its condition has held for `for`, firing until it has been gone for `resolve_after`', () => {
    const engine = new AlertEngine(config);
    const steps = run(engine, [
      [0, [slow()]],
      [14, [slow()]],
      [15, [slow()]],
      [20, [slow()]],
      [30, []],
      [79, []],
      [80, []],
      [85, []],
    ]);
    expect(steps).toEqual([['pending warning'], [], ['firing warning'], [], [], [], ['resolved warning'], []]);
  });

  test('that was only pending goes away without a word but one', () => {
    const steps = run(new AlertEngine(config), [
      [0, [slow()]],
      [10, []],
      [11, [slow()]],
      [20, [slow()]],
    ]);
    expect(steps).toEqual([['pending warning'], ['inactive warning'], ['pending warning'], []]);
  });

  test('fires at once when its condition says so', () => {
    expect(run(new AlertEngine(config), [[0, [slow({ forMs: 0 })]]])).toEqual([['firing warning']]);
  });

  test('that comes back within `resolve_after` never left', () => {
    const engine = new AlertEngine(config);
    run(engine, [[0, [slow({ forMs: 0 })]]]);
    const before = engine.active()[0]!.id;
    expect(
      run(engine, [
        [50, []],
        [55, [slow()]],
        [110, []],
      ]),
    ).toEqual([[], [], []]);
    expect(engine.active()[0]!.id).toBe(before);
  });

  test('tells of a change of severity, not of every new number in its reason', () => {
    const engine = new AlertEngine(config);
    const steps = run(engine, [
      [0, [slow({ forMs: 0 })]],
      [5, [slow({ reason: 'P95 is 2.3 s, expected 0.2 s' })]],
      [10, [slow({ severity: 'critical' })]],
    ]);
    expect(steps).toEqual([['firing warning'], [], ['firing critical']]);
    expect(engine.active()[0]?.reason).toBe('P95 is 2.2 s, expected 0.2 s');
  });

  test('that flaps is held longer each time, and says so', () => {
    const engine = new AlertEngine(config);
    let second = 0;
    const held: number[] = [];
    for (let i = 0; i < 5; i++) {
      run(engine, [[second, [slow({ forMs: 0 })]]]);
      const from = second;
      while (engine.active().length > 0) run(engine, [[(second += 10), []]]);
      held.push(second - from);
    }
    expect(held).toEqual([60, 60, 120, 240, 480]);
    run(engine, [[second + 10, [slow()]]]);
    expect(engine.active()[0]?.reason).toBe('P95 is 2.2 s, expected 0.2 s (came back 5 times in the last 30 min)');
  });

  test('has an id that does not depend on the process, and goes on after a restart', () => {
    const first = new AlertEngine(config);
    const second = new AlertEngine(config);
    run(first, [[0, [slow({ forMs: 0 })]]]);
    run(second, [[0, [slow({ forMs: 0 })]]]);
    expect(first.active()).toEqual(second.active());
    const restarted = new AlertEngine(config);
    restarted.restore(JSON.parse(JSON.stringify(first.active())));
    expect(
      run(restarted, [
        [3_600, []],
        [3_620, [slow()]],
        [3_679, []],
      ]),
    ).toEqual([[], [], []]);
    expect(run(restarted, [[3_680, []]])).toEqual([['resolved warning']]);
  });

  test('knows its incident', () => {
    const engine = new AlertEngine(config);
    run(engine, [[0, [slow({ forMs: 0 })]]]);
    const { id } = engine.active()[0]!;
    expect(engine.assign(id, 'incident-1')?.incident).toBe('incident-1');
    run(engine, [[5, [slow()]]]);
    expect(engine.get(id)?.incident).toBe('incident-1');
    expect(engine.assign('alert-nobody-1', 'incident-1')).toBeUndefined();
  });

  test('finds no room beyond the limit, which is counted', () => {
    const engine = new AlertEngine({ ...config, maxAlerts: 2 });
    run(engine, [[0, ['a', 'b', 'c', 'd'].map((key) => slow({ key }))]]);
    expect(engine.active()).toHaveLength(2);
    expect(engine.refused).toBe(2);
  });

  test('resolves although the clock was set back', () => {
    const engine = new AlertEngine(config);
    run(engine, [[7_200, [slow({ forMs: 0 })]]]);
    expect(
      run(engine, [
        [0, []],
        [60, []],
      ]),
    ).toEqual([[], ['resolved warning']]);
  });
});

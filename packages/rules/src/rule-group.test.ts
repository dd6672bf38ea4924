import { isStaleMarker } from '@jaegis/model';
import { expect, test } from 'vitest';
import type { RuleSample, RuleTools } from './evaluation.ts';
import { parseRuleFile } from './parse-rule-file.ts';
import type { LastSample, QueryAnswer } from './query.ts';
import { RuleGroup } from './rule-group.ts';

const minute = 60_000;

/** A group over answers that a test sets, and what it wrote. */
function setUp(rules: readonly object[], group: object = {}, last: readonly LastSample[] = []) {
  const parsed = parseRuleFile(
    { groups: [{ name: 'g', interval: '1m', ...group, rules }] },
    { name: 'f.yml', defaultIntervalMs: minute, checkExpression: () => undefined },
  );
  if (!parsed.ok) throw new Error(parsed.error);
  const world = { answer: { ok: true, samples: [] } as QueryAnswer, written: [] as RuleSample[] };
  const tools: RuleTools = {
    query: async () => world.answer,
    write: async (samples) => {
      world.written = [...world.written, ...samples];
      return 0;
    },
    lastSamples: async () => last,
    stopwatch: () => 0,
    externalLabels: {},
    externalUrl: '',
  };
  const ruleGroup = new RuleGroup(parsed.file.groups[0]!, 0);
  return {
    group: ruleGroup,
    world,
    /** Evaluates at a minute and gives what was written then, in short. */
    async at(minutes: number, values: Readonly<Record<string, number>>): Promise<string[]> {
      world.answer = {
        ok: true,
        samples: Object.entries(values).map(([i, value]) => ({ labels: { __name__: 'm', i }, value })),
      };
      world.written = [];
      await ruleGroup.evaluate(tools, minutes * minute);
      return world.written.map(({ labels, value }) => {
        const { __name__: name, ...rest } = labels;
        return `${name} ${Object.values(rest).sort().join(' ')} ${isStaleMarker(value) ? 'stale' : value}`;
      });
    },
    run: (minutes: number) => ruleGroup.evaluate(tools, minutes * minute),
    states: () => ruleGroup.status().rules[0]!.alerts.map((alert) => `${alert.labels['i']} ${alert.state}`),
  };
}

test('a recording rule writes its series under its own name, and marks those that vanish', async () => {
  const { at } = setUp([{ record: 'a:b', expr: 'x', labels: { team: 't' } }]);
  expect(await at(1, { 1: 5, 2: 6 })).toEqual(['a:b 1 t 5', 'a:b 2 t 6']);
  expect(await at(2, { 2: 7 })).toEqual(['a:b 2 t 7', 'a:b 1 t stale']);
  expect(await at(3, { 2: 7 })).toEqual(['a:b 2 t 7']);
});

test('series that cannot be told apart, a limit and a failing query are errors that keep what was', async () => {
  const same = setUp([{ record: 'a', expr: 'x', labels: { i: 'same' } }]);
  await same.at(1, { 1: 1, 2: 2 });
  expect(same.group.status().rules[0]).toMatchObject({
    health: 'err',
    lastError: expect.stringContaining('same labelset'),
  });
  const limited = setUp([{ record: 'a', expr: 'x' }], { limit: 1 });
  await limited.at(1, { 1: 1, 2: 2 });
  expect(limited.group.status().rules[0]!.lastError).toBe('exceeded limit of 1 with 2 series');
  const failing = setUp([{ record: 'a', expr: 'x' }]);
  await failing.at(1, { 1: 1 });
  failing.world.answer = { ok: false, error: 'away' };
  await failing.run(2);
  expect(failing.group.status()).toMatchObject({ failures: 1, rules: [{ health: 'err', lastError: 'away' }] });
  // It had no result, which is not "the series is gone".
  expect(await failing.at(3, {})).toEqual(['a 1 stale']);
});

test('an alert is pending for its time, fires, is kept firing, resolves, and is forgotten', async () => {
  const { at, states, group } = setUp([
    { alert: 'A', expr: 'x', for: '2m', keep_firing_for: '3m', labels: { v: '{{ $value }}' } },
  ]);
  expect(await at(1, { 1: 5 })).toEqual(['ALERTS 1 5 A pending 1', 'ALERTS_FOR_STATE 1 5 A 60']);
  await at(2, { 1: 5 });
  expect(states()).toEqual(['1 pending']);
  expect(await at(3, { 1: 5 })).toEqual([
    'ALERTS 1 5 A firing 1',
    'ALERTS_FOR_STATE 1 5 A 60',
    'ALERTS 1 5 A pending stale',
  ]);
  await at(4, {});
  await at(6, {});
  expect(states()).toEqual(['1 firing']);
  expect(group.status().rules[0]!.alerts[0]!.keepFiringSince).toBe(4 * minute);
  expect(await at(7, {})).toEqual(['ALERTS 1 5 A firing stale', 'ALERTS_FOR_STATE 1 5 A stale']);
  expect(states()).toEqual([]);
  // Back again: a new alert, from now.
  await at(8, { 1: 5 });
  expect(group.status().rules[0]!.alerts[0]).toMatchObject({ state: 'pending', activeAt: 8 * minute });
});

test('a pending alert that goes away was nothing', async () => {
  const { at, states } = setUp([{ alert: 'A', expr: 'x', for: '2m' }]);
  await at(1, { 1: 5 });
  await at(2, {});
  expect(states()).toEqual([]);
});

test('a limit on alerts empties the rule, as Prometheus does', async () => {
  const { at, states, group } = setUp([{ alert: 'A', expr: 'x' }], { limit: 1 });
  await at(1, { 1: 5 });
  expect(states()).toEqual(['1 firing']);
  await at(2, { 1: 5, 2: 5 });
  expect(states()).toEqual([]);
  expect(group.status().rules[0]!.lastError).toBe('exceeded limit of 1 with 2 alerts');
});

test.each([
  // What was active since when, last seen when, and what becomes of it at minute 100 with a `for` of 20 min.
  { name: 'fired before', since: 50, seen: 98, activeAt: 50, state: 'firing' },
  { name: 'was pending with long to go', since: 95, seen: 98, activeAt: 97, state: 'pending' },
  { name: 'would fire too soon', since: 80, seen: 98, activeAt: 90, state: 'pending' },
])('after a restart an alert that $name', async ({ since, seen, activeAt, state }) => {
  const labels = { __name__: 'ALERTS_FOR_STATE', alertname: 'A', i: '1' };
  const { at, group } = setUp([{ alert: 'A', expr: 'x', for: '20m' }], {}, [
    { labels, at: seen * minute, value: since * 60 },
  ]);
  const written = await at(100, { 1: 5 });
  expect(group.isSettled).toBe(true);
  expect(group.status().rules[0]!.alerts[0]).toMatchObject({ state, activeAt: activeAt * minute });
  expect(written).toEqual([`ALERTS 1 A ${state} 1`, `ALERTS_FOR_STATE 1 A ${activeAt * 60}`]);
});

test('a moment that nobody came to is counted as missed, and a clock set back begins anew', () => {
  const { group } = setUp([{ record: 'a', expr: 'x' }]);
  const first = group.takeDue(minute)!;
  expect(group.takeDue(first)).toBeUndefined();
  expect(group.takeDue(first + minute - 1)).toBeUndefined();
  expect(group.takeDue(first + minute)).toBe(first + minute);
  expect(group.takeDue(first + 5 * minute + 10)).toBe(first + 5 * minute);
  expect(group.status().missed).toBe(3);
  expect(group.takeDue(first)).toBeUndefined();
  expect(group.takeDue(first + minute)).toBe(first + minute);
});

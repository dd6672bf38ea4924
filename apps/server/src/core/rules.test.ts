import { isStaleMarker } from '@jaegis/model';
import { parseRuleFile } from '@jaegis/rules';
import { MetricsStore, memoryDirectory } from '@jaegis/tsdb';
import { expect, test } from 'vitest';
import { Rules } from './rules.ts';

const minute = 60_000;

async function setUp(directory = memoryDirectory(), now = 0) {
  const store = await MetricsStore.open({
    directory,
    now,
    seriesLimit: 1_000,
    seriesLimitPerGroup: 1_000,
    retentionMs: 86_400_000,
  });
  const parsed = parseRuleFile(
    {
      groups: [
        {
          name: 'g',
          rules: [
            { record: 'copy', expr: 'queue' },
            {
              alert: 'Queue',
              expr: 'copy',
              for: '2m',
              labels: { severity: 'page' },
              annotations: {
                summary: '{{ $labels.pool }} has {{ with query "queue" }}{{ . | first | value }}{{ end }} waiting',
              },
            },
          ],
        },
      ],
    },
    { name: 'f', defaultIntervalMs: minute, checkExpression: () => undefined },
  );
  if (!parsed.ok) throw new Error(parsed.error);
  const rules = new Rules({ files: [parsed.file], now, store, stopwatch: () => 0, externalLabels: {} });
  return {
    store,
    rules,
    /** A minute passes in which the queue has a value, or is not there. */
    async minute(now: number, value: number | undefined) {
      if (value !== undefined) {
        const ref = store.resolve({ __name__: 'queue', pool: 'a/b' }, now) as number;
        await store.append(
          { refs: Uint32Array.of(ref), timestamps: Float64Array.of(now), values: Float64Array.of(value), length: 1 },
          now,
        );
      }
      rules.run(now + minute - 1);
      await rules.idle();
    },
    states: () => rules.status()[0]!.rules[1]!.alerts.map((alert) => alert.state),
  };
}

test('a rule reads what the one before it wrote, fires, and outlives a restart', async () => {
  const directory = memoryDirectory();
  const start = 1_000 * minute;
  const before = await setUp(directory, start);
  expect(before.rules.isSettled).toBe(false);
  await before.minute(start + minute, 5);
  expect(before.rules.isSettled).toBe(true);
  expect(before.states()).toEqual(['pending']);
  expect(before.rules.conditions()).toEqual([]);
  await before.minute(start + 2 * minute, 6);
  await before.minute(start + 3 * minute, 7);
  expect(before.rules.conditions()).toMatchObject([
    { kind: 'rule', pool: 'a/b', severity: 'critical', summary: 'a/b has 7 waiting', value: 7, forMs: 0 },
  ]);
  await before.store.close();

  const after = await setUp(directory, start + 4 * minute);
  expect(after.states()).toEqual([]);
  await after.minute(start + 5 * minute, 8);
  expect(after.states()).toEqual(['firing']);
  await after.store.close();
});

test('a series that is recorded no more ends with the stale marker', async () => {
  const { store, minute: pass } = await setUp();
  await pass(1_000 * minute, 5);
  const gone = store.resolve({ __name__: 'queue', pool: 'a/b' }, 0) as number;
  await store.append(
    {
      refs: Uint32Array.of(gone),
      timestamps: Float64Array.of(1_001 * minute),
      values: Float64Array.of(Number.NaN),
      length: 1,
    },
    1_001 * minute,
  );
  await pass(1_010 * minute, undefined);
  const [copy] = store.select([{ name: '__name__', op: '=', value: 'copy' }], 0, 2_000 * minute);
  expect(copy!.values[0]).toBe(5);
  expect(isStaleMarker(copy!.values.at(-1)!)).toBe(true);
});

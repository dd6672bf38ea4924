import type { AgentSummary } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { AgentRows } from './agent-rows.ts';

const row = (instanceId: string, score = 100) => ({ instanceId, score }) as AgentSummary;

describe('the rows of the agents', () => {
  test('are changed in place, and told of once', () => {
    const rows = new AgentRows();
    let told = 0;
    rows.listen(() => told++);
    rows.put(row('a'));
    rows.put(row('b'));
    rows.put(row('a', 50));
    rows.settle();
    rows.settle();
    expect(told).toBe(1);
    expect(rows.rows.map((each) => [each.instanceId, each.score])).toEqual([
      ['a', 50],
      ['b', 100],
    ]);
    expect(rows.get('a')?.score).toBe(50);
  });
  test('whoever is not in the whole list is gone', () => {
    const rows = new AgentRows();
    rows.put(row('a'));
    rows.replaceAll([row('b')]);
    rows.settle();
    expect(rows.get('a')).toBeUndefined();
    expect(rows.rows).toHaveLength(1);
  });
  test('there is an end to how many are kept', () => {
    const rows = new AgentRows();
    for (let i = 0; i < 20_010; i++) rows.put(row(String(i)));
    expect(rows.rows).toHaveLength(20_000);
  });
});

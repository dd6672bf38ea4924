import type { Alert } from '@jaegis/model';
import { expect, test } from 'vitest';
import { clock } from '../../time/words.ts';
import { foldAlerts } from './fold-alerts.ts';

const alert = (agent: string | null, o: Partial<Alert> = {}): Alert => ({
  id: `alert-${agent}`,
  state: 'firing',
  activeAt: 0,
  firedAt: 0,
  resolvedAt: null,
  incident: 'i',
  kind: 'agent_lost',
  severity: 'critical',
  pool: 'writers',
  agent,
  signal: null,
  summary: `${agent} is lost`,
  reason: '',
  labels: {},
  value: null,
  expected: null,
  ...o,
});

test('sixteen lost agents are one line that says when, and opens in the order of their names', () => {
  const lost = Array.from({ length: 16 }, (_, i) => alert(`writer-${16 - i}`, { activeAt: i * 5_000 }));
  const slow = alert(null, { id: 'slow', summary: 'writers misses its objective' });
  const [group, other] = foldAlerts([...lost, slow]);
  expect(group?.words).toBe(`16 agents of writers are lost, ${clock(0)} to ${clock(75_000)}`);
  expect(group?.alerts.slice(0, 2).map((each) => each.agent)).toEqual(['writer-1', 'writer-2']);
  expect(other).toMatchObject({ words: 'writers misses its objective', alerts: [slow] });
});

test('what is over is not folded with what goes on, and three are read as they are', () => {
  const names = ['a', 'b', 'c'];
  const groups = foldAlerts([...names.map((name) => alert(name)), alert('d', { state: 'resolved' })]);
  expect(groups.map((group) => group.words)).toEqual(['a is lost', 'b is lost', 'c is lost', 'd is lost']);
});

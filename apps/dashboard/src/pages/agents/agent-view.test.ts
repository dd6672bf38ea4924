import type { AgentSummary } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { type AgentFilter, agentState, countBy, nextSort, parseSort, viewOf, writeSort } from './agent-view.ts';

const everything: AgentFilter = { search: '', pools: [], regions: [], versions: [], states: [] };
const row = (instanceId: string, rest: Partial<AgentSummary> = {}): AgentSummary => ({
  instanceId,
  pool: 'reader',
  connectivity: 'live',
  health: 'healthy',
  score: 100,
  reason: '',
  lastSeen: 0,
  version: '1.0.0',
  region: 'eu',
  beats: '',
  latencyP95: null,
  rate: null,
  errorRate: null,
  queueLength: null,
  cpu: null,
  memoryBytes: null,
  tokensRate: null,
  costRate: null,
  ...rest,
});
const rows = [
  row('reader-10', { latencyP95: 0.2 }),
  row('reader-2', { latencyP95: 0.9, connectivity: 'lost', reason: 'no heartbeat for 94 s' }),
  row('writer-1', { pool: 'writer', region: 'us', health: 'degraded', score: 60 }),
];
const names = (filter = everything, sort = parseSort(undefined)) =>
  [...viewOf(rows, filter, sort)].map((i) => rows[i]!.instanceId);

describe('the view of the agents table', () => {
  test('shows the worst first', () => {
    expect(names()).toEqual(['reader-2', 'writer-1', 'reader-10']);
  });
  test('counts names as people do', () => {
    expect(names(everything, { key: 'instanceId', isDescending: false })).toEqual([
      'reader-2',
      'reader-10',
      'writer-1',
    ]);
  });
  test('puts what is not known last, whichever way round', () => {
    expect(names(everything, { key: 'latencyP95', isDescending: true })).toEqual(['reader-2', 'reader-10', 'writer-1']);
    expect(names(everything, { key: 'latencyP95', isDescending: false })).toEqual([
      'reader-10',
      'reader-2',
      'writer-1',
    ]);
  });
  test('searches names, pools and reasons, every word', () => {
    expect(names({ ...everything, search: 'heartbeat READER' })).toEqual(['reader-2']);
    expect(names({ ...everything, search: 'nothing' })).toEqual([]);
  });
  test('joins facets with and, their values with or', () => {
    expect(names({ ...everything, states: ['lost', 'degraded'] })).toEqual(['reader-2', 'writer-1']);
    expect(names({ ...everything, states: ['lost', 'degraded'], regions: ['us'] })).toEqual(['writer-1']);
  });
});

test('a lost agent is lost, whatever its health was', () => {
  expect(agentState({ connectivity: 'lost', health: 'healthy' })).toBe('lost');
  expect(agentState({ connectivity: 'live', health: 'degraded' })).toBe('degraded');
});

test('the sort goes to the URL and back, and turns round', () => {
  expect(parseSort('-cpu')).toEqual({ key: 'cpu', isDescending: true });
  expect(parseSort('nonsense')).toEqual({ key: 'state', isDescending: false });
  expect(writeSort(parseSort('-cpu'))).toBe('-cpu');
  expect(writeSort(parseSort(undefined))).toBeUndefined();
  expect(nextSort(parseSort(undefined), 'cpu')).toEqual({ key: 'cpu', isDescending: true });
  expect(nextSort(parseSort('-cpu'), 'cpu')).toEqual({ key: 'cpu', isDescending: false });
});

test('facets count what there is', () => {
  expect(countBy(rows, (each) => each.pool)).toEqual([
    { value: 'reader', count: 2 },
    { value: 'writer', count: 1 },
  ]);
});

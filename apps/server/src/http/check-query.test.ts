import { describe, expect, test } from 'vitest';
import { wrongQuery } from './check-query.ts';

describe('a query that makes no sense is told what was wrong', () => {
  test.each([
    ['/api/fleet/agents', { limit: 'many' }, /limit is "many", must be a number of at least 1/],
    ['/api/fleet/agents', { limit: '0' }, /limit is "0"/],
    ['/api/fleet/decisions', { from: 'yesterday' }, /from is "yesterday"/],
    ['/api/fleet/decisions', { cursor: 'xyz' }, /cursor is "xyz", must be what "next"/],
    ['/api/fleet/incidents', { state: 'opened' }, /state is "opened", must be one or more of open, acknowledged/],
    ['/api/fleet/agents', { health: 'healthy,ill' }, /health is "healthy,ill"/],
    ['/api/fleet/topology', { depth: '-1' }, /depth is "-1"/],
  ])('%s %j', (path, query, message) => {
    expect(wrongQuery(path, query)).toMatch(message);
  });

  test.each([
    ['/api/fleet/agents', { limit: '10', cursor: '20', connectivity: 'live,lost', view: 'summary' }],
    ['/api/fleet/decisions', { from: '0', to: '1800000000000', cursor: '1800000000000~d-1', pool: 'a/b' }],
    ['/api/fleet/incidents', { state: 'open,acknowledged', limit: '' }],
    ['/api/fleet/bands', { signal: 'latency_p95', agent: 'x', step: '5000' }],
  ])('%s %j is fine', (path, query) => {
    expect(wrongQuery(path, query)).toBeUndefined();
  });
});

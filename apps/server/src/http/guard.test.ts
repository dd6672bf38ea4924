import { describe, expect, test } from 'vitest';
import { type GuardedRequest, guard } from './guard.ts';

const local = { listen: '127.0.0.1', token: undefined };
const remote = { listen: '0.0.0.0', token: 'a-token-of-some-length' };

function request(change: Partial<GuardedRequest>): GuardedRequest {
  return {
    method: 'GET',
    path: '/api/fleet/agents',
    host: 'localhost:4300',
    origin: undefined,
    fetchSite: undefined,
    authorization: undefined,
    ...change,
  };
}

describe('on loopback', () => {
  test.each(['localhost:4300', '127.0.0.1:4300', '[::1]:4300', 'LOCALHOST:1'])('serves Host %s', (host) => {
    expect(guard(request({ host }), local).ok).toBe(true);
  });

  test.each(['evil.example', 'evil.example:4300', '127.0.0.1.evil.example:4300', 'localhost.evil.example'])(
    'refuses Host %s',
    (host) => {
      expect(guard(request({ host, method: 'POST' }), local)).toMatchObject({
        ok: false,
        status: 403,
        code: 'foreign_host',
      });
    },
  );

  test('a page of another site cannot change anything', () => {
    const post = { method: 'POST', path: '/api/fleet/agents/a/commands' };
    expect(guard(request({ ...post, origin: 'http://evil.example' }), local)).toMatchObject({
      ok: false,
      code: 'foreign_origin',
    });
    expect(guard(request({ ...post, origin: 'null' }), local)).toMatchObject({ ok: false, code: 'foreign_origin' });
    expect(guard(request({ ...post, fetchSite: 'cross-site' }), local)).toMatchObject({
      ok: false,
      code: 'foreign_origin',
    });
    expect(guard(request({ ...post, origin: 'http://localhost:3000' }), local)).toMatchObject({
      ok: false,
      code: 'foreign_origin',
    });
    expect(guard(request({ ...post, origin: 'http://localhost:4300' }), local).ok).toBe(true);
    expect(guard(request(post), local).ok).toBe(true);
  });
});

describe('beyond loopback', () => {
  test('every request for data needs the token', () => {
    expect(guard(request({ host: '10.0.0.5:4300' }), remote)).toMatchObject({ ok: false, status: 401 });
    expect(guard(request({ authorization: 'Bearer wrong' }), remote)).toMatchObject({ ok: false, status: 401 });
    expect(guard(request({ path: '/metrics' }), remote)).toMatchObject({ ok: false, status: 401 });
    expect(guard(request({ path: '/v1/metrics', method: 'POST' }), remote)).toMatchObject({ ok: false, status: 401 });
    expect(guard(request({ authorization: `Bearer ${remote.token}`, host: '10.0.0.5:4300' }), remote).ok).toBe(true);
  });

  test('the page that asks for the token is served without one', () => {
    expect(guard(request({ path: '/' }), remote).ok).toBe(true);
    expect(guard(request({ path: '/healthz' }), remote).ok).toBe(true);
  });
});

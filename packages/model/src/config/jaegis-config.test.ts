import { describe, expect, test } from 'vitest';
import { parseConfig, resolveServerOptions } from './jaegis-config.ts';

function errorOf(input: unknown): string {
  const result = parseConfig(input);
  return result.ok ? 'accepted' : result.error;
}

describe('jaegis.yaml', () => {
  test('an empty file is a whole configuration', () => {
    const result = parseConfig(undefined);
    expect(result.ok && result.config.pools).toEqual([]);
    expect(result.ok && result.config.alerting.for).toBe(15_000);
  });

  test('the example of the reference is taken, durations come out in milliseconds, objectives in base units', () => {
    const result = parseConfig({
      pools: [
        {
          name: 'analysts',
          target: { process: { command: ['node', 'agents/analyst.js'], env: { A: 'b' } } },
          replicas: { min: 1, max: 40 },
          capacity: { requests_per_second: 10 },
          startup: '20s',
          objectives: [
            { signal: 'cpu_utilization', target: 0.8 },
            { signal: 'queue_length', target: 1000 },
            { signal: 'latency_p95', target: '500ms' },
          ],
          policy: 'balanced',
          predictive: { mode: 'forecast-and-scale' },
          mode: 'auto',
          behavior: {
            scaleUp: { stabilizationWindow: '0s', policies: [{ type: 'Percent', value: 100, period: '15s' }] },
            scaleDown: { stabilizationWindow: '300s' },
          },
          schedules: [{ from: 'Mon-Fri 08:30', to: '18:00', timezone: 'Europe/Berlin', min: 5 }],
          cost: { per_replica_hour: 0.12, budget_per_day: 40 },
          importance: 'high',
        },
      ],
    });
    const pool = result.ok ? result.config.pools[0] : undefined;
    expect(pool?.startup).toBe(20_000);
    expect(pool?.objectives[2]).toEqual({ signal: 'latency_p95', target: 0.5 });
    expect(pool?.behavior.scaleDown?.stabilizationWindow).toBe(300_000);
    expect(pool?.target?.process?.drain_deadline).toBe(10_000);
  });

  test.each([
    [
      { pools: [{ name: 'analysts', replicas: { min: 5, max: 3 } }] },
      'Cannot parse pool "analysts": replicas.min is 5, must be <= replicas.max (3)',
    ],
    [
      { pools: [{ name: 'a', startup: 'soon' }] },
      'Cannot parse pool "a": startup is "soon", must be a duration such as 30s or 5m',
    ],
    [
      { pools: [{ name: 'a', startup: 5 }] },
      'Cannot parse pool "a": startup is 5, must be a duration such as 30s or 5m',
    ],
    [
      { pools: [{ name: 'a', objectives: [{ signal: 'latency_p95', target: '5 parsecs' }] }] },
      'Cannot parse pool "a": objectives.0.target is "5 parsecs", must be a number, or a duration such as 30s or 5m',
    ],
    [
      { pools: [{ name: 'a', replica: {} }] },
      'Cannot parse pool "a": unknown key "replica", must be one that the reference names',
    ],
    [
      { pools: [{ name: 'a', behavior: { tolerance: 0.1 } }] },
      'Cannot parse pool "a": unknown key "behavior.tolerance", must be one that the reference names',
    ],
    [
      { pools: [{ name: 'a', replicas: { min: 1, max: Number.POSITIVE_INFINITY } }] },
      'Cannot parse pool "a": replicas.max is Infinity, must be a number',
    ],
    [
      { pools: [{ name: 'a', objectives: [{ signal: 'cpu_utilization', target: 80 }] }] },
      'Cannot parse pool "a": objectives.0.target is 80, must be a share of 1 (0.8 is 80 %)',
    ],
    [
      { pools: [{ name: 'a', policy: { cost: 0, performance: 0, availability: 0, efficiency: 0 } }] },
      'Cannot parse pool "a": policy is all zeros, must have a weight above 0',
    ],
    [
      { pools: [{ name: 'a', placement: { require: ['gdpr'] } }] },
      'Cannot parse pool "a": placement has rules, must come with the regions that they are about',
    ],
    [
      { pools: [{ name: 'a', schedules: [{ from: 'Mon-Fry 08:30', to: '18:00', min: 1 }] }] },
      'Cannot parse pool "a": schedules.0.from is "Mon-Fry 08:30", must be like "Mon-Fri 08:30" or "Sat,Sun 22:00"',
    ],
    [
      { pools: [{ name: 'a', schedules: [{ from: '08:30', to: '24:30', min: 1 }] }] },
      'Cannot parse pool "a": schedules.0.to is "24:30", must be an hour of the day like "18:00"',
    ],
    [
      { pools: [{ name: 'a', schedules: [{ from: '08:30', to: '18:00', timezone: 'Mars/Base', min: 1 }] }] },
      'Cannot parse pool "a": schedules.0.timezone is "Mars/Base", must be an IANA name like Europe/Berlin',
    ],
    [
      { pools: [{ name: 'a', replicas: { min: 1, max: 3 }, schedules: [{ from: '08:30', to: '18:00', min: 5 }] }] },
      'Cannot parse pool "a": schedules.0.min is 5, must be <= replicas.max (3)',
    ],
    [{ pools: [{ name: 'a' }, { name: 'a' }] }, 'Cannot parse pool "a": name is "a", must be unique'],
    [{ pool: [] }, 'Cannot parse configuration: unknown key "pool", must be one that the reference names'],
    [
      { server: { heartbeat_interval: '1ms' } },
      'Cannot parse configuration: server.heartbeat_interval is 1ms, must be at least 500ms',
    ],
  ])('names the first wrong field: %j', (input, message) => {
    expect(errorOf(input)).toBe(message);
  });

  test.each([
    [{ pools: 5 }],
    [{ pools: [{}] }],
    [{ pools: [{ name: '' }] }],
    [{ pools: [{ name: 'a\u0000b' }] }],
    [[]],
    ['text'],
    [{ scrape: [{ job: 'a', url: 'file:///etc/passwd' }] }],
  ])('refuses %j in one line', (input) => {
    expect(errorOf(input)).toMatch(/^Cannot parse [^\n]+$/);
  });
});

describe('server options', () => {
  const resolve = (sources: Partial<Parameters<typeof resolveServerOptions>[0]>) =>
    resolveServerOptions({ file: {}, environment: {}, flags: {}, ...sources });

  test('flag over environment over file over default', () => {
    const all = { file: { port: 1 }, environment: { JAEGIS_PORT: '2' }, flags: { port: '3' } };
    expect(resolve(all)).toMatchObject({ ok: true, options: { port: 3 } });
    expect(resolve({ ...all, flags: {} })).toMatchObject({ options: { port: 2 } });
    expect(resolve({ file: all.file })).toMatchObject({ options: { port: 1 } });
    expect(resolve({})).toMatchObject({
      options: { port: 4300, listen: '127.0.0.1', heartbeat_interval: 30_000, token: undefined, insecure: false },
    });
  });

  test('the port that Kubernetes tells of a service called jaegis is not ours', () => {
    expect(resolve({ environment: { JAEGIS_PORT: 'tcp://10.0.0.1:80' } })).toMatchObject({ options: { port: 4300 } });
  });

  test('a wrong one is named with where it came from', () => {
    expect(resolve({ environment: { JAEGIS_PORT: 'many' } })).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^Cannot use environment JAEGIS_PORT: /),
    });
    expect(resolve({ flags: { heartbeat_interval: 'x' } })).toMatchObject({
      ok: false,
      error: 'Cannot use flag --heartbeat-interval: is "x", must be a duration such as 30s or 5m',
    });
  });
});

import { describe, expect, test } from 'vitest';
import { madeAgent, madeSignals } from '../conformance/made-fleet.ts';
import { type AgentInput, assessAgent, overall } from './assess-agent.ts';

const now = 1_000_000;
const well = { latency_p95: 0.2, error_rate: 0, cpu_utilization: 0.3, queue_length: 1, throughput: 2 };
const judge = (over: Partial<AgentInput> = {}, at = now) =>
  assessAgent({ agent: madeAgent(), signals: madeSignals(well, at), ...over }, at);
const anomalous = { score: 0.99, expected: 0.2, lower: 0.1, upper: 0.3, anomalous: true };

describe('an agent that', () => {
  test('is well is healthy, and says what is known', () => {
    const result = judge();
    expect(result).toMatchObject({ health: 'healthy', score: 100, recommendations: [] });
    expect(result.reasons).toEqual([expect.stringMatching(/^all \d+ parts as expected$/)]);
  });

  test('only beats is healthy as far as anyone knows', () => {
    expect(judge({ signals: {} }).reasons[0]).toContain('nothing else is known of it');
  });

  test('is ten times slower than it ever was is unhealthy, with the figures', () => {
    const result = judge({ signals: madeSignals({ ...well, latency_p95: 2 }), bands: { latency_p95: anomalous } });
    expect(result.health).toBe('unhealthy');
    expect(result.parts['latency']).toEqual({ score: 35, reason: 'p95 latency 2 s, expected 100 to 300 ms' });
    expect(result.reasons[0]).toBe(result.parts['latency']!.reason);
    expect(result.recommendations[0]).toContain('Compare reader-1 with its peers');
  });

  test('is slow for itself but keeps its objective stays healthy', () => {
    const result = judge({
      signals: madeSignals({ ...well, latency_p95: 0.4 }),
      bands: { latency_p95: anomalous },
      objectives: [{ signal: 'latency_p95', target: 0.5 }],
    });
    expect(result.health).toBe('healthy');
    expect(result.parts['latency']!.score).toBe(82);
  });

  test('breaks its objective is told so, whatever it is used to', () => {
    const result = judge({
      signals: madeSignals({ ...well, latency_p95: 0.9 }),
      bands: { latency_p95: { ...anomalous, anomalous: false } },
      objectives: [{ signal: 'latency_p95', target: 0.5 }],
    });
    expect(result.health).toBe('degraded');
    expect(result.reasons[0]).toBe('p95 latency 900 ms, objective at most 500 ms');
  });

  test('fails half of many requests is unhealthy, with the class of error', () => {
    const signals = madeSignals({ ...well, error_rate: 0.5 });
    const result = judge({ signals, requests: 100, errors: [{ name: 'TimeoutError', count: 50 }] });
    expect(result.health).toBe('unhealthy');
    expect(result.reasons[0]).toBe('error rate 50 %, expected below 5 %, mostly TimeoutError');
  });

  test('is well again says so while it still counts as unwell: the reason never contradicts the state', () => {
    const bad = judge({ signals: madeSignals({ ...well, error_rate: 0.5 }), requests: 100 });
    const soon = judge({ memory: bad.memory, signals: madeSignals(well, now + 5_000) }, now + 5_000);
    expect(soon).toMatchObject({ health: 'unhealthy', score: 100 });
    expect(soon.reasons).toEqual([
      'was unhealthy until just now (error rate 50 %, expected below 5 %); as expected since then',
    ]);
    const later = judge({ memory: soon.memory, signals: madeSignals(well, now + 60_000) }, now + 60_000);
    expect(later.health).toBe('healthy');
  });

  test('failed one of two requests has no evidence against it', () => {
    expect(judge({ signals: madeSignals({ ...well, error_rate: 0.5 }), requests: 2 }).health).toBe('healthy');
  });

  test('is stuck is unhealthy though it answers', () => {
    const progress = {
      kind: 'stuck',
      score: 20,
      reason: 'no progress for 40s with 2 in flight',
      stalledMs: 40_000,
    } as const;
    const result = judge({ progress });
    expect(result.health).toBe('unhealthy');
    expect(result.recommendations).toEqual(['Restart reader-1: it has work and does not advance']);
  });

  test('loops is to be stopped', () => {
    const progress = { kind: 'looping', score: 15, reason: 'used 20000 tokens', stalledMs: 40_000 } as const;
    expect(judge({ progress }).recommendations[0]).toMatch(/^Stop reader-1 before it spends more/);
  });

  test('answers with nothing in them is to be looked at; slow while it is young is unhealthy', () => {
    const progress = { kind: 'empty', score: 20, reason: 'finishes 2/s with 0 tokens each', stalledMs: 0 } as const;
    expect(judge({ progress }).recommendations[0]).toMatch(/^Look at what reader-1 answers/);
    const slow = 'p50 latency 2 s, at most 200 ms in the minute before';
    expect(judge({ slow })).toMatchObject({ health: 'unhealthy', reasons: [slow] });
  });

  test('leaks is degraded, and unhealthy when its limit is near', () => {
    const leak = { growing: true, bytesPerSecond: 1e6, limitAt: now + 600_000, reason: 'memory grows' };
    expect(judge({ leak })).toMatchObject({ health: 'unhealthy' });
    expect(judge({ leak: { ...leak, limitAt: now + 4 * 3_600_000 } }).health).toBe('degraded');
    expect(judge({ leak: { ...leak, growing: false } }).health).toBe('healthy');
  });

  test('is unlike its peers is told so', () => {
    const peers = madeSignals({ latency_p95: 0.05 });
    const result = judge({ peers });
    expect(result.parts['peers']!.reason).toBe("p95 latency 200 ms, its peers' median is 50 ms");
    expect(result.health).toBe('degraded');
  });

  test('says that it is in error is believed', () => {
    expect(judge({ agent: madeAgent({ status: 'error' }) }).health).toBe('unhealthy');
  });

  test('misses a beat is degraded, not dead', () => {
    const agent = madeAgent({
      connectivity: 'suspect',
      connectivityReason: 'no heartbeat for 50 s (expected every 30 s)',
    });
    const result = judge({ agent });
    expect(result).toMatchObject({ health: 'degraded', reasons: ['no heartbeat for 50 s (expected every 30 s)'] });
  });

  test('is lost or stopped has no known health', () => {
    const lost = madeAgent({ connectivity: 'lost', connectivityReason: 'no heartbeat for 94 s (expected every 30 s)' });
    expect(judge({ agent: lost })).toMatchObject({ health: 'unknown', score: 0, reasons: [lost.connectivityReason] });
    expect(judge({ agent: madeAgent({ connectivity: 'stopped' }) })).toMatchObject({ health: 'unknown', score: 100 });
  });
});

test('what is important is called degraded sooner, what is not, later', () => {
  const signals = madeSignals({ ...well, cpu_utilization: 0.97 });
  const health = (importance: AgentInput['importance']) => judge({ signals, importance }).health;
  expect([health('low'), health('normal'), health('high')]).toEqual(['healthy', 'degraded', 'degraded']);
  const busy = madeSignals({ ...well, saturation: 0.95 });
  expect(judge({ signals: busy, importance: 'high' }).health).toBe('degraded');
  expect(judge({ signals: busy }).health).toBe('healthy');
});

test('figures that are old are not held against anyone', () => {
  const signals = madeSignals({ ...well, latency_p95: 9 }, now - 200_000);
  expect(judge({ signals, objectives: [{ signal: 'latency_p95', target: 0.5 }] }).health).toBe('healthy');
});

test('one moment does not change the state that is told, ten seconds do, and half a minute brings it back', () => {
  const bad = { status: 'error' } as const;
  let memory = judge().memory;
  const told: string[] = [];
  for (let at = now; at < now + 120_000; at += 5_000) {
    const sick = at >= now + 30_000 && at < now + 60_000;
    const blip = at === now + 10_000;
    const agent = madeAgent({ lastSeen: at, ...(sick || blip ? bad : {}) });
    const result = assessAgent({ agent, signals: madeSignals(well, at), memory }, at);
    memory = result.memory;
    told.push(`${(at - now) / 1_000} ${result.health}`);
  }
  const changes = told.filter((each, i) => i > 0 && each.split(' ')[1] !== told[i - 1]!.split(' ')[1]);
  expect(changes).toEqual(['40 unhealthy', '90 healthy']);
});

test('the worst part rules the score', () => {
  const fine = { score: 100, reason: '' };
  expect(overall({ a: fine, b: fine, c: { score: 0, reason: '' } })).toBeLessThan(30);
  expect(overall({})).toBe(100);
});

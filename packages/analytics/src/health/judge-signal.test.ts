import { describe, expect, test } from 'vitest';
import { judgeSignal, type SignalVerdict, speakDeviation, speakRange } from './judge-signal.ts';

const verdict = (over: Partial<SignalVerdict> = {}): SignalVerdict => ({
  score: 0.2,
  expected: 0.25,
  lower: 0.18,
  upper: 0.32,
  anomalous: false,
  ...over,
});
const objective = { signal: 'latency_p95', target: 0.5 };

describe('words', () => {
  test('name the signal, the value and the range once with its unit', () => {
    expect(speakDeviation('latency_p95', 2.4, verdict())).toBe('p95 latency 2.4 s, expected 180 to 320 ms');
    expect(speakDeviation('error_rate', 0.4, { lower: 0, upper: 0.05 })).toBe('error rate 40 %, expected 0 to 5 %');
    expect(speakDeviation('queue_length', 90, { lower: 3, upper: 12 })).toBe('queue 90, expected 3 to 12');
    expect(speakDeviation('memory_bytes', 2 ** 31, { lower: 2 ** 20, upper: 2 ** 30 })).toBe(
      'memory 2 GiB, expected 1 MiB to 1 GiB',
    );
  });
  test('do not repeat a range of one value', () => expect(speakRange(5, 5, String)).toBe('5'));
});

describe('an objective', () => {
  test.each([
    [0.1, 100],
    [0.4, 100],
    [0.5, 85],
    [0.55, 68],
    [1, 50],
    [1.5, 30],
    [2, 10],
    [50, 10],
  ])('%d s against 0.5 s scores %d', (value, score) => {
    expect(judgeSignal('latency_p95', value, { objective })?.score).toBe(score);
  });
  test('turns round where lower is worse', () => {
    const wanted = { signal: 'success_rate', target: 0.95 };
    expect(judgeSignal('success_rate', 0.5, { objective: wanted })?.score).toBeLessThan(50);
    expect(judgeSignal('success_rate', 0.99, { objective: wanted })?.score).toBeGreaterThan(80);
    expect(judgeSignal('success_rate', 0, { objective: wanted })?.reason).toContain('objective at least 95 %');
  });
  test('softens the band: unusual but within the objective is no sickness', () => {
    const part = judgeSignal('latency_p95', 0.3, { objective, verdict: verdict({ anomalous: true, upper: 0.1 }) });
    expect(part?.score).toBe(82);
  });
});

describe('the band, where there is no objective', () => {
  test('decides', () => {
    expect(judgeSignal('latency_p95', 0.3, { verdict: verdict() })?.score).toBe(100);
    expect(judgeSignal('latency_p95', 0.4, { verdict: verdict({ anomalous: true }) })?.score).toBe(62);
    expect(judgeSignal('latency_p95', 2.4, { verdict: verdict({ anomalous: true }) })?.score).toBe(35);
  });
  test('is only news for a neutral signal', () => {
    expect(judgeSignal('request_rate', 900, { verdict: verdict({ anomalous: true }) })?.score).toBe(78);
  });
  test('says nothing while it is silent', () => {
    expect(judgeSignal('latency_p95', 1, { verdict: verdict({ score: Number.NaN }) })).toBeUndefined();
    expect(judgeSignal('latency_p95', 1, {})).toBeUndefined();
  });
});

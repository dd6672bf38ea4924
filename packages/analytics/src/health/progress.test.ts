import { describe, expect, test } from 'vitest';
import { followProgress, type ProgressReading, type ProgressState, type ProgressVerdict } from './progress.ts';

const second = 1_000;
const base: ProgressReading = {
  progress: 0,
  throughput: null,
  queueLength: 0,
  inFlight: 0,
  tokensRate: null,
  status: 'ok',
  heartbeatIntervalMs: 5 * second,
};

/** Readings every five seconds; returns the verdict at each. */
function live(readings: readonly Partial<ProgressReading>[]): ProgressVerdict[] {
  let state: ProgressState | undefined;
  return readings.map((reading, i) => {
    const next = followProgress(state, { ...base, ...reading }, i * 5 * second);
    state = JSON.parse(JSON.stringify(next.state)) as ProgressState;
    return next.verdict;
  });
}

const repeat = (count: number, reading: (i: number) => Partial<ProgressReading>) =>
  Array.from({ length: count }, (_, i) => reading(i));
const working = repeat(20, (i) => ({ progress: i, inFlight: 1 }));

describe('progress', () => {
  test('advances while its count does', () => {
    expect(
      live(working)
        .slice(1)
        .every((verdict) => verdict.kind === 'advancing'),
    ).toBe(true);
  });

  test('is idle without work, for however long', () => {
    expect(live([...working, ...repeat(500, () => ({ progress: 19 }))]).at(-1)).toMatchObject({
      kind: 'idle',
      score: 100,
    });
  });

  test('is stuck with work and no advance, within five beats of a quick agent', () => {
    const verdicts = live([...working, ...repeat(10, () => ({ progress: 19, inFlight: 2 }))]);
    const first = verdicts.findIndex((verdict) => verdict.kind === 'stuck');
    expect(first).toBeGreaterThan(22);
    expect(first).toBeLessThanOrEqual(25);
    expect(verdicts[first]!.reason).toMatch(/no progress for 2\ds with 2 in flight, expected within 20s/);
    expect(verdicts.at(-1)!.score).toBeLessThan(50);
  });

  test('gives an agent the time that its steps usually take', () => {
    const slow = repeat(120, (i) => ({ progress: Math.floor(i / 12), inFlight: 1 }));
    expect(live(slow).some((verdict) => verdict.kind === 'stuck')).toBe(false);
  });

  test('says that the queue grows while nothing finishes', () => {
    const verdicts = live([...working, ...repeat(8, (i) => ({ progress: 19, queueLength: 3 + 2 * i }))]);
    expect(verdicts.at(-1)).toMatchObject({ kind: 'stuck' });
    expect(verdicts.at(-1)!.reason).toMatch(/queue grew from 0 to 17 while nothing finished for/);
  });

  test('suspects a loop where tokens burn without progress', () => {
    const usual = repeat(20, (i) => ({ progress: i, inFlight: 1, tokensRate: 100 }));
    const verdicts = live([...usual, ...repeat(15, () => ({ progress: 19, inFlight: 1, tokensRate: 400 }))]);
    const last = verdicts.at(-1)!;
    expect(last.kind).toBe('looping');
    expect(last.reason).toMatch(/used .* tokens in .* without progress, usually .* a step: probably looping/);
  });

  test('takes finished requests where no progress is reported', () => {
    const served = repeat(20, () => ({ progress: null, throughput: 3, inFlight: 1 }));
    const hung = repeat(10, () => ({ progress: null, throughput: 0, inFlight: 1 }));
    expect(live(served).at(-1)!.kind).toBe('advancing');
    expect(live([...served, ...hung]).at(-1)!.kind).toBe('stuck');
  });

  test('says "unknown" where nothing tells', () => {
    expect(live(repeat(50, () => ({ progress: null, status: 'busy' }))).at(-1)).toMatchObject({
      kind: 'unknown',
      score: 100,
    });
  });

  test('takes a count that fell for a new start', () => {
    expect(live([...working, { progress: 0, inFlight: 1 }]).at(-1)!.kind).toBe('advancing');
  });

  test('starts the wait when the work comes, not before', () => {
    const verdicts = live([...working, ...repeat(100, () => ({ progress: 19 })), { progress: 19, inFlight: 1 }]);
    expect(verdicts.at(-1)!.kind).toBe('advancing');
  });
});

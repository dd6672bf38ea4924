import { expect, test } from 'vitest';
import { type AnswersReading, type AnswersState, followAnswers, usualOfPeer } from './empty-answers.ts';

const usual: AnswersReading = { throughput: 2, tokensRate: 240, errorRate: 0 };

/** Readings every five seconds; the second at which answers were called empty first, and why. */
function firstEmpty(readings: readonly Partial<AnswersReading>[]): { second: number; why: string } | undefined {
  let state: AnswersState | undefined;
  for (const [i, reading] of readings.entries()) {
    const next = followAnswers(state, { ...usual, ...reading }, i * 5_000);
    state = next.state;
    if (next.empty !== undefined) return { second: (i - 60) * 5, why: next.empty };
  }
  return undefined;
}

const worked = Array.from({ length: 60 }, (_, i) => ({ tokensRate: 240 + 30 * Math.sin(i) }));
const then = (count: number, reading: (i: number) => Partial<AnswersReading>) => [
  ...worked,
  ...Array.from({ length: count }, (_, i) => reading(i)),
];
/** How much of a window of half a minute is still from before. */
const leftOf = (i: number) => Math.max(0, 1 - i / 6);

test('requests that take no tokens any more are told within a minute, with what was usual', () => {
  const found = firstEmpty(then(20, (i) => ({ tokensRate: 240 * leftOf(i) })));
  expect(found?.second).toBeLessThanOrEqual(60);
  expect(found?.why).toMatch(
    /^finishes 2\/s with 0 tokens each for \d+s, at least [12]\d\d are usual: its answers may be empty$/,
  );
});

test.each<[string, Partial<AnswersReading>[]]>([
  ['the load ends', then(60, (i) => ({ tokensRate: 240 * leftOf(i), throughput: 2 * leftOf(i) }))],
  ['the load ends, and tokens are told at once', then(60, (i) => ({ tokensRate: 0, throughput: 2 * leftOf(i) }))],
  ['a request now and then', then(60, () => ({ tokensRate: 0, throughput: 0.05 }))],
  ['not known', then(60, () => ({ tokensRate: null }))],
  ['all fail', then(60, () => ({ tokensRate: 0, errorRate: 1 }))],
  ['shorter requests', then(200, () => ({ tokensRate: 160 }))],
  ['no tokens were ever used', then(60, () => ({ tokensRate: 0 })).map((reading) => ({ ...reading, tokensRate: 0 }))],
])('silent: %s', (_, readings) => {
  expect(firstEmpty(readings)).toBeUndefined();
});

test('a newcomer whose answers are empty from its first requests on is told by what its peer takes', () => {
  let peer: AnswersState | undefined;
  for (const [i, reading] of worked.entries()) peer = followAnswers(peer, { ...usual, ...reading }, i * 5_000).state;
  let state = usualOfPeer(peer!);
  const told: number[] = [];
  for (let second = 0; second < 120; second += 5) {
    const next = followAnswers(state, { ...usual, tokensRate: 0 }, second * 1_000);
    state = next.state;
    if (next.empty !== undefined) told.push(second);
    expect(usualOfPeer(state)).toBeUndefined();
  }
  expect(told[0]).toBe(30);
});

test('a cache that answers for a minute now and then is told a few times at first', () => {
  let state: AnswersState | undefined;
  const spells = new Set<number>();
  for (let i = 0; i < 2_000; i++) {
    const next = followAnswers(state, { ...usual, tokensRate: i % 40 < 28 ? 240 : 0 }, i * 5_000);
    state = next.state;
    if (next.empty !== undefined) spells.add(Math.floor(i / 40));
  }
  expect(Math.max(...spells)).toBeLessThan(25);
  expect(spells.size).toBeLessThanOrEqual(3);
});

test('a loop that burnt tokens for ten minutes does not make ordinary answers look empty', () => {
  expect(firstEmpty(then(240, (i) => ({ tokensRate: i < 120 ? 8_000 : 240 })))).toBeUndefined();
});

test('after half an hour it is how the agent works', () => {
  let state: AnswersState | undefined;
  const told: number[] = [];
  for (let i = 0; i < 1_000; i++) {
    const next = followAnswers(state, { ...usual, tokensRate: i < 100 ? 240 : 20 }, i * 5_000);
    state = next.state;
    if (next.empty !== undefined) told.push(i);
  }
  expect([told[0], told.at(-1)]).toEqual([106, 459]);
});

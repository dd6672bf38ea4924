import { expect, test } from 'vitest';
import { AnomalyOutcomes } from './anomaly-outcomes.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Rounds of ten seconds from `from` to `to`, with an alert in the pools that `firing` gives. */
function run(outcomes: AnomalyOutcomes, [from, to]: [number, number], firing: (at: number) => string[] = () => []) {
  for (let at = from; at <= to; at += 10_000) outcomes.see(firing(at), at);
}

test('an alert of its pool within a quarter of an hour is company, another pool’s is not', () => {
  const outcomes = new AnomalyOutcomes(0);
  outcomes.tell('a', { pool: 'reader', at: 0, source: 'received' });
  outcomes.tell('b', { pool: 'writer', at: 0, source: 'received' });
  run(outcomes, [0, 14 * minute], (at) => (at === 12 * minute ? ['reader'] : []));
  expect(outcomes.stats('received')).toMatchObject({ scored: 0, company: null, open: 2 });
  run(outcomes, [14 * minute, 16 * minute]);
  const { scored, company, chance, open } = outcomes.stats('received');
  expect([scored, chance, open]).toEqual([2, null, 0]);
  expect(company).toBeCloseTo(0.5, 1);
  expect(outcomes.stats('own').scored).toBe(0);
});

test('told again while it lasts, or after it was scored, it counts once', () => {
  const outcomes = new AnomalyOutcomes(0);
  for (let at = 0; at < hour; at += minute) {
    outcomes.tell('a', { pool: 'reader', at: 0, source: 'own' });
    outcomes.see([], at);
  }
  expect(outcomes.stats('own')).toEqual({ scored: 1, company: 0, chance: null, open: 0 });
});

test('an alert that always fires is company by chance, and is said to be', () => {
  const outcomes = new AnomalyOutcomes(0);
  for (let at = 0; at < 6 * hour; at += minute) {
    outcomes.see(['reader'], at);
    if (at % (20 * minute) === 0) outcomes.tell(`r${at}`, { pool: 'reader', at, source: 'received' });
    if (at % (20 * minute) === 0) outcomes.tell(`w${at}`, { pool: 'writer', at, source: 'own' });
  }
  expect(outcomes.stats('received')).toMatchObject({ company: 1, chance: 1 });
  expect(outcomes.stats('own')).toMatchObject({ company: 0, chance: 0 });
});

test('an alert that fires since long before is company; one that ended long before is not', () => {
  const outcomes = new AnomalyOutcomes(0);
  run(outcomes, [0, 2 * hour], (at) => (at < hour ? ['old'] : at > 1.5 * hour ? ['long'] : []));
  outcomes.tell('a', { pool: 'long', at: 1.9 * hour, source: 'received' });
  outcomes.tell('b', { pool: 'old', at: 1.9 * hour, source: 'received' });
  run(outcomes, [2 * hour, 2.5 * hour], () => ['long']);
  const { company, chance } = outcomes.stats('received');
  expect(company).toBeCloseTo(0.5, 1);
  // An hour earlier only the other of the two fired.
  expect(chance).toBeCloseTo(0.5, 1);
});

test('a restart keeps what was scored; a broken state begins anew', () => {
  const outcomes = new AnomalyOutcomes(0);
  outcomes.tell('a', { pool: 'reader', at: 0, source: 'received' });
  outcomes.see(['reader'], minute);
  outcomes.see([], 20 * minute);
  const back = AnomalyOutcomes.fromJSON(JSON.parse(JSON.stringify(outcomes)), 21 * minute);
  expect(back.stats('received')).toEqual(outcomes.stats('received'));
  for (const state of [null, 3, {}, { version: 1 }, { version: 1, tallies: { received: { scored: -1 } } }])
    expect(AnomalyOutcomes.fromJSON(state, 0).stats('received').scored).toBe(0);
});

test('no more than so many wait, and what is refused is counted', () => {
  const outcomes = new AnomalyOutcomes(0);
  for (let i = 0; i < 3_000; i++) outcomes.tell(`k${i}`, { pool: 'reader', at: 0, source: 'received' });
  outcomes.tell('nowhere', { pool: '', at: 0, source: 'received' });
  expect([outcomes.stats('received').open, outcomes.refused]).toEqual([2_000, 1_000]);
});

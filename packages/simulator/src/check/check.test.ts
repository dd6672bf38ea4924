import { describe, expect, test } from 'vitest';
import { Journal, type JournalDecision } from './journal.ts';
import {
  checkBounds,
  checkNoBlindAction,
  checkNothingLost,
  checkOneNotificationPerCause,
  checkReasons,
} from './safety.ts';
import { checkOvershoot, checkReversals, checkSettled } from './stability.ts';

function decision(at: number, from: number, to: number): JournalDecision {
  return { pool: 'p', at, from, to, reason: 'ScaledUp', message: 'because', limits: [] };
}

function journalOf(...decisions: JournalDecision[]): Journal {
  const journal = new Journal();
  for (const each of decisions) journal.decision(each);
  return journal;
}

const moment = { pool: 'p', desired: 4, ready: 4, needed: 3, waiting: 0, backlogNeeds: 0, heardAt: 0 };

describe('checkers', () => {
  test('bounds: an order outside is found, holding what was there is not one', () => {
    const bounds = () => ({ min: 1, max: 5 });
    expect(checkBounds(journalOf(decision(0, 2, 5), decision(1, 7, 7)), bounds)).toEqual([]);
    expect(checkBounds(journalOf(decision(0, 2, 6), decision(1, 2, 0), decision(2, 2, 2.5)), bounds)).toHaveLength(3);
  });

  test('no blind action: old telemetry holds, a bound may move', () => {
    const journal = journalOf(decision(40_000, 2, 3), { ...decision(40_000, 0, 1), reason: 'BelowMinimum' });
    journal.moment({ ...moment, at: 40_000, heardAt: 5_000 });
    expect(checkNoBlindAction(journal, 30_000)).toHaveLength(1);
    expect(checkNoBlindAction(journal, 35_000)).toHaveLength(0);
  });

  test('reasons: of decisions, steps, changes and alerts', () => {
    const journal = journalOf({ ...decision(0, 1, 2), message: ' ' });
    journal.change({ what: 'agent a', at: 0, from: 'live', to: 'lost', reason: '' });
    journal.change({ what: 'agent b', at: 0, from: 'live', to: 'lost', reason: 'no heartbeat for 94 s' });
    journal.alert({ id: 'x', state: 'firing', reason: '', summary: 'lost', activeAt: 0 });
    expect(checkReasons(journal)).toHaveLength(3);
  });

  test('nothing lost: absent and changed are both found', () => {
    const journal = new Journal();
    for (const [series, value] of [
      ['a', 1],
      ['b', 2],
      ['c', Number.NaN],
    ] as const)
      journal.acknowledge({ series, at: 0, value });
    const found = new Map([
      ['a', 1],
      ['b', 3],
      ['c', Number.NaN],
    ]);
    expect(checkNothingLost(journal, ({ series }) => found.get(series))).toMatchObject([
      { message: 'b: is 3, must be 2' },
    ]);
    expect(checkNothingLost(journal, () => undefined)).toHaveLength(3);
  });

  test('one notification per cause, receiver and state', () => {
    const journal = new Journal();
    const told = { at: 0, receiver: 'pager', cause: 'i-1', state: 'firing' };
    journal.notification(told);
    journal.notification({ ...told, receiver: 'mail' });
    journal.notification({ ...told, state: 'resolved' });
    expect(checkOneNotificationPerCause(journal)).toEqual([]);
    journal.notification(told);
    expect(checkOneNotificationPerCause(journal)).toHaveLength(1);
  });

  test('reversals are counted in any stretch of the window', () => {
    const journal = journalOf(decision(0, 1, 3), decision(10, 3, 2), decision(20, 2, 4), decision(500, 4, 2));
    expect(checkReversals(journal, { most: 1, windowMs: 100 })).toHaveLength(1);
    expect(checkReversals(journal, { most: 2, windowMs: 100 })).toEqual([]);
    expect(checkReversals(journal, { most: 2, windowMs: 1_000 })).toHaveLength(1);
  });

  test('overshoot and settling', () => {
    const journal = new Journal();
    journal.moment({ ...moment, at: 0, desired: 4 });
    journal.moment({ ...moment, at: 10, desired: 9 });
    expect(checkOvershoot(journal, { factor: 1.5, slack: 1 })).toHaveLength(1);
    expect(checkOvershoot(journal, { factor: 3, slack: 0 })).toEqual([]);
    const settled = { factor: 1.5, slack: 1, mostWaiting: 10 };
    expect(checkSettled(journal, { sinceMs: 0, ...settled })).toMatchObject([{ at: 10 }]);
    expect(checkSettled(journal, { sinceMs: 11, ...settled })).toEqual([]);
  });
});

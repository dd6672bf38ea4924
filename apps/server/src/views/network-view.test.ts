import { expect, test } from 'vitest';
import type { Fleet } from '../core/fleet.ts';
import { networkView } from './network-view.ts';

const last = { trainedAt: 5, series: 3, trainings: 1, loss: 0.8, firstLoss: 1.1 };

function viewOf(o: { trainer?: boolean; isTraining?: boolean; last?: typeof last }) {
  const forecast = (signal: string, points: number, lstm?: number) => [
    signal,
    { series: { signal }, step: 15_000, points, ...(lstm === undefined ? {} : { weights: { lstm, ar: 1 - lstm } }) },
  ];
  const pools = [
    { name: 'a', forecasts: new Map([forecast('request_rate', 70, 0.1), forecast('queue_length', 20)] as never) },
    { name: 'b', forecasts: new Map([forecast('request_rate', 60, 0.3)] as never) },
  ];
  const fleet = {
    pools: { list: () => pools },
    network: {
      state: { isTraining: o.isTraining === true, nextAt: o.isTraining === true ? null : 99, error: '' },
      last: o.last,
    },
    networkTrainer: o.trainer === false ? undefined : {},
  };
  return networkView(fleet as unknown as Fleet);
}

test('a network that waits says for how much, and who has most of it', () => {
  expect(viewOf({})).toMatchObject({ state: 'waiting', nextAt: 99, needed: 480, last: null });
  expect(viewOf({}).longest).toEqual({ pool: 'a', points: 70, stepMs: 15_000 });
});

test('one that is trained says where it has a say, the most first', () => {
  const view = viewOf({ last });
  expect(view).toMatchObject({ state: 'trained', last });
  expect(view.shares.map(({ pool, share }) => [pool, share])).toEqual([
    ['b', 0.3],
    ['a', 0.1],
  ]);
});

test('training and none at all are told apart', () => {
  expect(viewOf({ isTraining: true, last })).toMatchObject({ state: 'training', nextAt: null });
  expect(viewOf({ trainer: false })).toMatchObject({ state: 'off', nextAt: null });
});

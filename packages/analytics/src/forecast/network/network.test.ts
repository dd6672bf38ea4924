import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { series } from '../../conformance/detector-run.ts';
import { firstWeights, NetworkRun } from './network.ts';
import { NetworkTraining, networkFrom, trainNetwork } from './network-training.ts';
import { viewOf } from './series-view.ts';

test('the gradient is what small changes of each weight do to the loss', () => {
  const rng = seededRng(3);
  const values = series(120, (i) => 1 + 0.5 * Math.sin(i / 4) + 0.1 * rng.normal());
  const observed = Uint8Array.from(values, (_, i) => (i % 17 === 0 ? 0 : 1));
  const seasons = { day: 24, short: 24, long: 48, other: 0 };
  const view = viewOf({ values, observed, seasons }, 100);
  const weights = firstWeights(7).map((each) => each + 0.2 * rng.normal());
  const run = new NetworkRun(weights, 9);
  const loss = (learns: boolean) => {
    run.read(view, 60);
    return run.loss(view, { first: 60, scoredFrom: 5, until: 90, learns });
  };
  loss(true);
  const gradient = [...run.layer.gradient, ...run.headGradient];
  expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(1e-2);
  const tiny = 1e-6;
  let worst = 0;
  // A seventh of the weights, which meets every row and column.
  for (let k = 0; k < weights.length; k += 7) {
    const before = weights[k]!;
    weights[k] = before + tiny;
    const above = loss(false);
    weights[k] = before - tiny;
    const below = loss(false);
    weights[k] = before;
    worst = Math.max(worst, Math.abs((above - below) / (2 * tiny) - gradient[k]!));
  }
  expect(worst).toBeLessThan(1e-7);
});

test('learns from many series what one alone does not show, the same from the same seed', () => {
  const hour = 3_600_000;
  const rng = seededRng(8);
  // Every series falls back to its usual level at the same pace after a jump: a rule of all of them.
  const made = Array.from({ length: 12 }, () => {
    let jump = 0;
    const values = series(400, (i) => {
      jump = 0.6 * jump + (rng.chance(0.1) ? 20 * rng.next() : 0);
      return 50 + 10 * Math.sin((2 * Math.PI * i) / 24) + jump + rng.normal();
    });
    return { start: 0, stepMs: hour, values };
  });
  const run = () => {
    const training = new NetworkTraining(made, { rounds: 40 });
    training.train(15);
    training.train(25);
    return training;
  };
  const training = run();
  expect(training.series).toBe(12);
  expect(training.isDone).toBe(true);
  expect(training.loss).toBeLessThan(0.85 * training.firstLoss);
  const { network } = training;
  expect(trainNetwork(made, 40).weights).toEqual(network.weights);
  expect(networkFrom(network.weights)).toEqual(network);
  expect(networkFrom(network.weights.slice(1))).toBeUndefined();
});

test('broken series teach nothing and break nothing', () => {
  const of = (values: Float64Array) => ({ start: Number.NaN, stepMs: 60_000, values });
  const training = new NetworkTraining(
    [
      of(new Float64Array(0)),
      of(series(500, () => Number.NaN)),
      of(series(500, () => 7)),
      of(series(500, (i) => (i % 90 === 0 ? 1e300 : -1e300))),
      of(series(500, (i) => (i % 3 === 0 ? Number.NaN : i % 5))),
    ],
    { rounds: 3 },
  );
  training.train(3);
  expect(training.network.weights.every(Number.isFinite)).toBe(true);
  expect(new NetworkTraining([], { rounds: 5 }).isDone).toBe(true);
});

import type { Decision } from '@jaegis/model';
import { expect, test } from 'vitest';
import { predictedAndReal } from './effect-series.ts';

const decided = (at: number | null, predicted: number | null, real: number | null) =>
  ({
    predicted: { saturation: predicted },
    outcome: at === null ? null : { at, saturation: real },
  }) as Decision;

test('each moment has the newest action that was judged by then; what cannot be compared is left out', () => {
  const decisions = [
    decided(30, 0.6, 0.7),
    decided(10, 0.5, 0.4),
    decided(null, 0.9, null),
    decided(20, null, 0.8),
    decided(25, 0.7, null),
  ];
  expect(predictedAndReal(decisions, { from: 0, to: 40, stepMs: 10 })).toEqual({
    predicted: [null, 0.5, 0.5, 0.6, 0.6],
    real: [null, 0.4, 0.4, 0.7, 0.7],
    count: 2,
  });
});

test('what was judged before the stretch is where its lines begin', () => {
  expect(predictedAndReal([decided(5, 0.5, 0.4)], { from: 10, to: 20, stepMs: 10 })).toEqual({
    predicted: [0.5, 0.5],
    real: [0.4, 0.4],
    count: 0,
  });
});

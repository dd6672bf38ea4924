import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { lstmGradient, weightCount } from './lstm-cell.ts';

test('the gradient is what small changes of each weight do to the loss', () => {
  const rng = seededRng(3);
  const shape = { inputs: 3, hidden: 4 };
  const weights = Float64Array.from({ length: weightCount(shape) }, () => 0.4 * rng.normal());
  const steps = 7;
  const window = {
    x: Float64Array.from({ length: steps * shape.inputs }, () => rng.normal()),
    target: Float64Array.from({ length: steps }, () => rng.normal()),
    scored: 5,
  };
  const gradient = new Float64Array(weights.length);
  lstmGradient(shape, weights, window, gradient);
  const ignored = new Float64Array(weights.length);
  for (let k = 0; k < weights.length; k++) {
    const moved = weights.slice();
    moved[k] = weights[k]! + 1e-5;
    const above = lstmGradient(shape, moved, window, ignored);
    moved[k] = weights[k]! - 1e-5;
    const below = lstmGradient(shape, moved, window, ignored);
    expect(Math.abs(gradient[k]! - (above - below) / 2e-5)).toBeLessThan(1e-7);
  }
});

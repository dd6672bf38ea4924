import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { SequenceAutoencoder } from './sequence-autoencoder.ts';

const shape = { columns: 3, steps: 4, cells: 2 };

test('every gradient is what finite differences give', () => {
  const rng = seededRng(4);
  const network = new SequenceAutoencoder(shape, rng);
  const window = Float64Array.from({ length: shape.steps * shape.columns }, () => rng.normal());
  network.forward(window);
  network.backward(window);
  const tiny = 1e-5;
  for (const [weights, gradient] of [
    [network.encoder.weights, network.encoder.gradient],
    [network.decoder.weights, network.decoder.gradient],
    [network.out, network.outGradient],
  ] as const) {
    const largest = Math.max(...Array.from(weights.keys(), difference));
    expect(largest).toBeLessThan(1e-7);
    function difference(i: number): number {
      const before = weights[i]!;
      weights[i] = before + tiny;
      const above = network.forward(window);
      weights[i] = before - tiny;
      const below = network.forward(window);
      weights[i] = before;
      return Math.abs((above - below) / (2 * tiny) - gradient[i]!);
    }
    expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(1e-4);
  }
});

test('training restores a wave better than its mean does, the same from the same seed', () => {
  const train = () => {
    const rng = seededRng(9);
    const network = new SequenceAutoencoder({ columns: 2, steps: 6, cells: 6 }, rng);
    let loss = 0;
    for (let b = 0; b < 300; b++) {
      const windows = Array.from({ length: 8 }, () => {
        const phase = 6.28 * rng.next();
        return Float64Array.from({ length: 12 }, (_, i) => Math.sin(phase + 0.5 * (i >> 1) + (i % 2)));
      });
      loss = network.train(windows);
    }
    return loss;
  };
  const loss = train();
  expect(loss).toBeLessThan(0.1); // The wave's own variance is 0.5.
  expect(train()).toBe(loss);
});

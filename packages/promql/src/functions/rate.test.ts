import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Annotations } from '../evaluate/annotations.ts';
import { increase, rate } from './rate.ts';
import type { FloatWindows, WindowEnvironment } from './window-function.ts';

const steps = 8;
const stepMs = 20_000;
const env: WindowEnvironment = {
  rangeMs: 60_000,
  reference: { first: 60_000, last: 60_000 + (steps - 1) * stepMs, at: (step) => 60_000 + step * stepMs },
  stepAt: (step) => 60_000 + step * stepMs,
  scalars: [],
  annotations: new Annotations(),
  place: { start: 0 },
  metricName: 'm_total',
};

function windowsOf(times: Float64Array): Pick<FloatWindows, 'times' | 'from' | 'to'> {
  const from = new Int32Array(steps);
  const to = new Int32Array(steps);
  for (let step = 0; step < steps; step++) {
    const end = env.reference.at(step);
    from[step] = times.findIndex((time) => time > end - env.rangeMs);
    if (from[step] === -1) from[step] = times.length;
    to[step] = times.findLastIndex((time) => time <= end) + 1;
  }
  return { times, from, to };
}

function valuesOf(floats: typeof rate.floats, windows: FloatWindows): number[] {
  const out = { values: new Float64Array(steps), present: new Uint8Array(steps) };
  floats(windows, env, out);
  return [...out.values, ...out.present];
}

test('a rate that remembers the shape of its windows gives what one gives that sees each series for the first time', () => {
  const clock = fc.uniqueArray(fc.integer({ min: 0, max: 220 }), { minLength: 1, maxLength: 30 }).map((seconds) =>
    windowsOf(
      Float64Array.from(
        seconds.sort((a, b) => a - b),
        (second) => second * 1_000,
      ),
    ),
  );
  const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 31, maxLength: 31 });
  fc.assert(
    fc.property(
      fc.array(clock, { minLength: 2, maxLength: 2 }),
      fc.array(fc.tuple(fc.nat(1), values)),
      (clocks, series) => {
        for (const definition of [rate, increase]) {
          const floats = definition.begin!();
          for (const [which, each] of series) {
            const windows = {
              ...clocks[which]!,
              values: Float64Array.from(each).subarray(0, clocks[which]!.times.length),
            };
            expect(valuesOf(floats, windows)).toEqual(valuesOf(definition.floats, windows));
          }
        }
      },
    ),
    { numRuns: 100, seed: 1 },
  );
});

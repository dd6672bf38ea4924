/** What needs no model: the last value, and the value one period earlier. */
import type { Member } from './member.ts';

export function persistence(values: Float64Array): Member {
  return { name: 'persistence', from: 0, predict: (origin, out) => void out.fill(values[origin]!) };
}

export function seasonalNaive(values: Float64Array, period: number, name: string): Member {
  return {
    name,
    from: period - 1,
    predict(origin, out) {
      for (let h = 0; h < out.length; h++) out[h] = values[origin - period + 1 + (h % period)]!;
    },
  };
}

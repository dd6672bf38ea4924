/**
 * LSTM member: one layer (lstm-cell.ts) that learns the next difference from the season before, from the last difference and
 * the place in the season; forecasts are fed back step by step. Trained at run time by Adam (Kingma, Ba 2015) on seeded
 * windows of the series itself, up to the first origin: later origins use the same weights. Differences are divided by their
 * own spread and clipped at five of them.
 * Costs about a second; shrinks towards the seasonal naive as it knows less. Bad at: short histories, and being quick.
 */
import { seededRng } from '@jaegis/std';
import { type LstmShape, lstmGradient, lstmStep, weightCount } from './lstm-cell.ts';
import type { Member, MemberContext } from './member.ts';

const shape: LstmShape = { inputs: 4, hidden: 12 };
const windowSteps = 36;
const scoredSteps = 24;
const rounds = 160;
const windowsPerRound = 8;
const rate = 0.01;
const clip = 5;
/** Steps that the state is warmed up over before a forecast. */
const warmSteps = 72;

export function lstm({ values, origins }: MemberContext, period: number): Member | undefined {
  const m = period >= 4 ? period : 1;
  const from = m + 4 * windowSteps;
  if (values.length <= from + 1) return undefined;
  const learnTo = Math.max(from, origins.find((origin) => origin >= from) ?? from);
  const spread = spreadOf(values, m, learnTo);
  const w = values.map((value, t) => (t < m ? 0 : clipped((value - values[t - m]!) / spread)));
  let weights: Float64Array | undefined;
  return {
    name: 'lstm',
    from,
    predict(origin, out) {
      weights ??= train(w, { m, learnTo });
      const h = new Float64Array(shape.hidden);
      const c = new Float64Array(shape.hidden);
      const gates = new Float64Array(4 * shape.hidden);
      const x = new Float64Array(shape.inputs);
      const made = new Float64Array(out.length);
      for (let t = Math.max(m + 1, origin + 1 - warmSteps); t <= origin + out.length; t++) {
        const value = (at: number) => (at <= origin ? w[at]! : made[at - origin - 1]!);
        inputsAt(x, { last: value(t - 1), seasonal: t - m <= origin ? w[t - m]! : value(t - m), t, m });
        const y = lstmStep(shape, weights, { x, h, c, gates });
        if (t <= origin) continue;
        const k = t - origin - 1;
        made[k] = clipped(y);
        out[k] = made[k]! * spread + (k < m ? values[t - m]! : out[k - m]!);
      }
    },
  };
}

function inputsAt(x: Float64Array, o: { last: number; seasonal: number; t: number; m: number }): void {
  x[0] = o.last;
  x[1] = o.seasonal;
  x[2] = Math.sin((2 * Math.PI * o.t) / o.m);
  x[3] = Math.cos((2 * Math.PI * o.t) / o.m);
}

function train(w: Float64Array, { m, learnTo }: { m: number; learnTo: number }): Float64Array {
  const rng = seededRng(20);
  const size = weightCount(shape);
  const weights = Float64Array.from({ length: size }, () => rng.normal() / Math.sqrt(shape.hidden + shape.inputs));
  // The head starts at zero: at first it is the seasonal naive.
  weights.fill(0, size - shape.hidden - 1);
  const first = new Float64Array(size);
  const second = new Float64Array(size);
  const gradient = new Float64Array(size);
  const window = {
    x: new Float64Array(windowSteps * shape.inputs),
    target: new Float64Array(windowSteps),
    scored: scoredSteps,
  };
  for (let round = 1; round <= rounds; round++) {
    gradient.fill(0);
    for (let k = 0; k < windowsPerRound; k++) {
      const start = m + 1 + Math.floor(rng.next() * Math.max(1, learnTo - windowSteps - m));
      for (let s = 0; s < windowSteps; s++) {
        const t = Math.min(start + s, learnTo);
        inputsAt(window.x.subarray(s * shape.inputs, (s + 1) * shape.inputs), {
          last: w[t - 1]!,
          seasonal: w[t - m]!,
          t,
          m,
        });
        window.target[s] = w[t]!;
      }
      lstmGradient(shape, weights, window, gradient);
    }
    let length = 0;
    for (const each of gradient) length += each ** 2;
    const scale = Math.min(1, windowsPerRound / Math.sqrt(length + 1e-12)) / windowsPerRound;
    for (let k = 0; k < size; k++) {
      const each = gradient[k]! * scale;
      first[k] = 0.9 * first[k]! + 0.1 * each;
      second[k] = 0.999 * second[k]! + 0.001 * each ** 2;
      const unbiased = first[k]! / (1 - 0.9 ** round);
      const size2 = second[k]! / (1 - 0.999 ** round);
      weights[k] = weights[k]! - (rate * unbiased) / (Math.sqrt(size2) + 1e-8) - 1e-4 * rate * weights[k]!;
    }
  }
  return weights;
}

function clipped(value: number): number {
  return Math.min(Math.max(value, -clip), clip);
}

/** Mean absolute difference from the season before, up to `to`; never zero. */
function spreadOf(values: Float64Array, m: number, to: number): number {
  let sum = 0;
  for (let t = m; t <= to; t++) sum += Math.abs(values[t]! - values[t - m]!);
  return Math.max((1.25 * sum) / Math.max(1, to - m + 1), 1e-9);
}

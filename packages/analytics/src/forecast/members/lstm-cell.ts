/**
 * One layer of long short-term memory (Hochreiter, Schmidhuber 1997; forget gate of Gers 2000) with a linear head, on typed
 * arrays: forward over a window, backward through time, weights in one array [gates i f o g: input, hidden, bias; head; bias].
 *   i f o = sigmoid(W x + U h + b),  g = tanh(...),  c' = f c + i g,  h' = o tanh(c'),  y = v h' + v0
 * Loss: mean of (y - target)^2 / 2 over the window's last `scored` steps. The gradient is checked numerically in the tests.
 */
export interface LstmShape {
  readonly inputs: number;
  readonly hidden: number;
}

export function weightCount({ inputs, hidden }: LstmShape): number {
  return 4 * hidden * (inputs + hidden + 1) + hidden + 1;
}

/** Runs one step from (h, c), in place, and returns y. `gates` (4 x hidden) receives the activations. */
export function lstmStep(
  shape: LstmShape,
  weights: Float64Array,
  o: { x: Float64Array; h: Float64Array; c: Float64Array; gates: Float64Array },
): number {
  const { inputs, hidden } = shape;
  const { x, h, c, gates } = o;
  const width = inputs + hidden + 1;
  for (let j = 0; j < 4 * hidden; j++) {
    const row = j * width;
    let sum = weights[row + width - 1]!;
    for (let k = 0; k < inputs; k++) sum += weights[row + k]! * x[k]!;
    for (let k = 0; k < hidden; k++) sum += weights[row + inputs + k]! * h[k]!;
    gates[j] = j < 3 * hidden ? 1 / (1 + Math.exp(-sum)) : Math.tanh(sum);
  }
  const head = 4 * hidden * width;
  let y = weights[head + hidden]!;
  for (let j = 0; j < hidden; j++) {
    c[j] = gates[hidden + j]! * c[j]! + gates[j]! * gates[3 * hidden + j]!;
    h[j] = gates[2 * hidden + j]! * Math.tanh(c[j]!);
    y += weights[head + j]! * h[j]!;
  }
  return y;
}

export interface Window {
  /** `steps` rows of `inputs` values. */
  readonly x: Float64Array;
  /** One target a step. */
  readonly target: Float64Array;
  /** The last so many steps count. */
  readonly scored: number;
}

/** Adds the gradient of the window's loss to `gradient` and returns the loss. */
export function lstmGradient(shape: LstmShape, weights: Float64Array, window: Window, gradient: Float64Array): number {
  const { inputs, hidden } = shape;
  const steps = window.target.length;
  const width = inputs + hidden + 1;
  const head = 4 * hidden * width;
  const hs = new Float64Array((steps + 1) * hidden);
  const cs = new Float64Array((steps + 1) * hidden);
  const gates = new Float64Array(steps * 4 * hidden);
  const errors = new Float64Array(steps);
  const h = new Float64Array(hidden);
  const c = new Float64Array(hidden);
  let loss = 0;
  for (let t = 0; t < steps; t++) {
    const x = window.x.subarray(t * inputs, (t + 1) * inputs);
    const y = lstmStep(shape, weights, { x, h, c, gates: gates.subarray(t * 4 * hidden, (t + 1) * 4 * hidden) });
    hs.set(h, (t + 1) * hidden);
    cs.set(c, (t + 1) * hidden);
    if (t < steps - window.scored) continue;
    errors[t] = (y - window.target[t]!) / window.scored;
    loss += (y - window.target[t]!) ** 2 / 2 / window.scored;
  }
  const dh = new Float64Array(hidden);
  const dc = new Float64Array(hidden);
  const dz = new Float64Array(4 * hidden);
  for (let t = steps - 1; t >= 0; t--) {
    const at = t * 4 * hidden;
    gradient[head + hidden] = gradient[head + hidden]! + errors[t]!;
    for (let j = 0; j < hidden; j++) {
      gradient[head + j] = gradient[head + j]! + errors[t]! * hs[(t + 1) * hidden + j]!;
      dh[j] = dh[j]! + errors[t]! * weights[head + j]!;
    }
    for (let j = 0; j < hidden; j++) {
      const [i, f, o, g] = [0, 1, 2, 3].map((gate) => gates[at + gate * hidden + j]!) as [
        number,
        number,
        number,
        number,
      ];
      const squashed = Math.tanh(cs[(t + 1) * hidden + j]!);
      const dcell = dc[j]! + dh[j]! * o * (1 - squashed ** 2);
      dz[j] = dcell * g * i * (1 - i);
      dz[hidden + j] = dcell * cs[t * hidden + j]! * f * (1 - f);
      dz[2 * hidden + j] = dh[j]! * squashed * o * (1 - o);
      dz[3 * hidden + j] = dcell * i * (1 - g ** 2);
      dc[j] = dcell * f;
    }
    dh.fill(0);
    for (let j = 0; j < 4 * hidden; j++) {
      const row = j * width;
      const own = dz[j]!;
      gradient[row + width - 1] = gradient[row + width - 1]! + own;
      for (let k = 0; k < inputs; k++) gradient[row + k] = gradient[row + k]! + own * window.x[t * inputs + k]!;
      for (let k = 0; k < hidden; k++) {
        gradient[row + inputs + k] = gradient[row + inputs + k]! + own * hs[t * hidden + k]!;
        dh[k] = dh[k]! + own * weights[row + inputs + k]!;
      }
    }
  }
  return loss;
}

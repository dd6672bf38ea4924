/**
 * The LSTM autoencoder as a model of rows: trained on windows drawn from the past, in a bounded number of steps, so that
 * learning costs seconds and not minutes. Strangeness: how far the newest row is from what comes back, in units of each
 * column's usual error, as the mean of ln(1 + that) over the worst columns.
 * Bad at: what sequence-autoencoder.ts is bad at; on every honest table it is weak alone.
 */
import type { FitContext, FittedModel, RowModel, ScaledRows } from './model.ts';
import { SequenceAutoencoder } from './sequence-autoencoder.ts';
import { meanOfTop, topCount } from './top-columns.ts';
import { usualSize } from './usual-size.ts';

const steps = 8;
const mostCells = 16;
const batchWindows = 16;
/** Wild values would teach nothing else. */
const mostInput = 5;
const mostSized = 2_000;
const leastSize = 0.05;

/** `batches` is how many small batches it is trained with: the whole cost of learning. */
export function lstmAutoencoder(batches = 400): RowModel {
  return {
    name: 'lstm-autoencoder',
    about:
      'a recurrent network that writes back the last rows through a narrow state; what comes back wrong is strange',
    fit: (rows, context) => fit(rows, context, batches),
  };
}

function fit(rows: ScaledRows, { rng }: FitContext, batches: number): FittedModel {
  const d = rows.columns;
  const network = new SequenceAutoencoder({ columns: d, steps, cells: Math.min(mostCells, Math.max(2, d)) }, rng);
  const starts = rows.rows - steps;
  const windows = Array.from({ length: batchWindows }, () => new Float64Array(steps * d));
  for (let b = 0; b < batches && starts > 0; b++) {
    for (const window of windows) lay(rows, rng.int(0, starts), window);
    network.train(windows);
  }
  return new Reconstruction(network, usualErrors(rows, network));
}

function lay(rows: ScaledRows, from: number, window: Float64Array): void {
  for (let i = 0; i < window.length; i++) window[i] = input(rows.z[from * rows.columns + i]!);
}

/** Missing values stand where the column usually is. */
function input(z: number): number {
  return Number.isNaN(z) ? 0 : Math.min(Math.max(z, -mostInput), mostInput);
}

function usualErrors(rows: ScaledRows, network: SequenceAutoencoder): Float64Array {
  const d = rows.columns;
  const window = new Float64Array(steps * d);
  const starts = Math.max(0, rows.rows - steps + 1);
  const stride = Math.max(1, Math.ceil(starts / mostSized));
  const errors = Array.from({ length: d }, (): number[] => []);
  for (let i = 0; i < starts; i += stride) {
    lay(rows, i, window);
    network.forward(window);
    for (let j = 0; j < d; j++) errors[j]!.push(Math.abs(window[(steps - 1) * d + j]! - network.restored[j]!));
  }
  return Float64Array.from(errors, (known) => usualSize(known, leastSize));
}

class Reconstruction implements FittedModel {
  readonly #network: SequenceAutoencoder;
  readonly #sizes: Float64Array;
  readonly #window: Float64Array;
  readonly #scratch: Float64Array;
  #seen = 0;

  constructor(network: SequenceAutoencoder, sizes: Float64Array) {
    this.#network = network;
    this.#sizes = sizes;
    this.#window = new Float64Array(steps * sizes.length);
    this.#scratch = new Float64Array(sizes.length);
  }

  observe(z: Float64Array, _at: number, parts: Float64Array): number {
    const d = z.length;
    this.#window.copyWithin(0, d);
    for (let j = 0; j < d; j++) this.#window[(steps - 1) * d + j] = input(z[j]!);
    parts.fill(0);
    if (++this.#seen < steps) return 0;
    this.#network.forward(this.#window);
    const { restored } = this.#network;
    for (let j = 0; j < d; j++) {
      // The true value, not the narrowed one, is compared: a wild value must not look tame.
      const error = Math.abs(z[j]! - restored[j]!);
      parts[j] = Number.isNaN(error) ? 0 : Math.log1p(error / this.#sizes[j]!);
    }
    return meanOfTop(parts, topCount(d), this.#scratch);
  }
}

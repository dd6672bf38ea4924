/**
 * LSTM autoencoder (Malhotra et al. 2016): an encoder reads a window into its last state, a decoder writes the window back
 * from that state alone, newest row first. What does not fit through the narrow state is left out, so rows that are unlike
 * the past come back wrong. Loss: mean squared error over the window; trained by Adam in a bounded number of small batches.
 * Bad at: rare but normal shapes; needs thousands of rows.
 */
import type { Rng } from '@jaegis/std';
import { Adam } from '../recurrent/adam.ts';
import { LstmLayer } from '../recurrent/lstm-layer.ts';

export interface AutoencoderShape {
  readonly columns: number;
  /** Rows of a window. */
  readonly steps: number;
  readonly cells: number;
}

const rate = 0.01;

export class SequenceAutoencoder {
  readonly shape: AutoencoderShape;
  readonly encoder: LstmLayer;
  readonly decoder: LstmLayer;
  /** columns x (cells + 1). */
  readonly out: Float64Array;
  readonly outGradient: Float64Array;
  /** What came back: steps x columns, newest row first. */
  readonly restored: Float64Array;
  readonly #nothing: Float64Array;
  readonly #adam: Adam;

  constructor(shape: AutoencoderShape, rng: Rng) {
    const { columns, steps, cells } = shape;
    this.shape = shape;
    this.encoder = new LstmLayer({ inputs: columns, cells, steps }, rng);
    this.decoder = new LstmLayer({ inputs: 1, cells, steps }, rng);
    this.out = Float64Array.from({ length: columns * (cells + 1) }, () => rng.normal() / Math.sqrt(cells));
    this.outGradient = new Float64Array(this.out.length);
    this.restored = new Float64Array(steps * columns);
    this.#nothing = new Float64Array(steps);
    this.#adam = new Adam([
      { weights: this.encoder.weights, gradient: this.encoder.gradient },
      { weights: this.decoder.weights, gradient: this.decoder.gradient },
      { weights: this.out, gradient: this.outGradient },
    ]);
  }

  /** Encodes and restores a window (steps x columns, oldest first); gives the mean squared error. */
  forward(window: Float64Array): number {
    const { columns, steps, cells } = this.shape;
    const { encoder, decoder, out, restored } = this;
    encoder.hidden.fill(0, 0, cells);
    encoder.cell.fill(0, 0, cells);
    encoder.forward(window);
    decoder.hidden.set(encoder.hidden.subarray(steps * cells), 0);
    decoder.cell.set(encoder.cell.subarray(steps * cells), 0);
    decoder.forward(this.#nothing);
    let loss = 0;
    for (let t = 0; t < steps; t++) {
      const h = (t + 1) * cells;
      for (let j = 0; j < columns; j++) {
        const row = j * (cells + 1);
        let y = out[row + cells]!;
        for (let k = 0; k < cells; k++) y += out[row + k]! * decoder.hidden[h + k]!;
        restored[t * columns + j] = y;
        loss += (y - window[(steps - 1 - t) * columns + j]!) ** 2;
      }
    }
    return loss / (steps * columns);
  }

  /** Adds the gradient of the last `forward`'s loss to every layer's. */
  backward(window: Float64Array): void {
    const { columns, steps, cells } = this.shape;
    const { encoder, decoder, out, outGradient, restored } = this;
    decoder.outputGradient.fill(0);
    for (let t = 0; t < steps; t++) {
      const h = (t + 1) * cells;
      for (let j = 0; j < columns; j++) {
        const row = j * (cells + 1);
        const dy = (2 * (restored[t * columns + j]! - window[(steps - 1 - t) * columns + j]!)) / (steps * columns);
        for (let k = 0; k < cells; k++) {
          outGradient[row + k]! += dy * decoder.hidden[h + k]!;
          decoder.outputGradient[t * cells + k]! += dy * out[row + k]!;
        }
        outGradient[row + cells]! += dy;
      }
    }
    const dh = new Float64Array(cells);
    const dc = new Float64Array(cells);
    decoder.backward(dh, dc);
    encoder.outputGradient.fill(0);
    encoder.backward(dh, dc);
  }

  /** One step of Adam on a batch of windows; gives their mean loss. */
  train(windows: readonly Float64Array[]): number {
    let loss = 0;
    for (const window of windows) {
      loss += this.forward(window) / windows.length;
      this.backward(window);
    }
    this.#adam.step(rate, windows.length);
    return loss;
  }
}

/**
 * Where each column usually lies and how wide it swings: median, and the interquartile range over 1.349 (the standard
 * deviation of normal noise), but never less than a hundredth of the central 99.8 % range, or a column that is still most of
 * the time would be infinitely surprising when it moves. A column without any swing gets the usual width of the others.
 * Bad at: columns with several modes, whose quartiles say little.
 */
import { mostSpreads } from './model.ts';

export interface Scales {
  readonly center: Float64Array;
  /** Above 0. */
  readonly scale: Float64Array;
}

const mostSorted = 8_192;
const leastOfRange = 0.01;
const leastOfSize = 1e-3;

/** `values` is rows x columns, row-major; what is not finite is missing. */
export function learnScales(values: Float64Array, rows: number, columns: number): Scales {
  const center = new Float64Array(columns);
  const scale = new Float64Array(columns);
  const stride = Math.max(1, Math.ceil(rows / mostSorted));
  for (let j = 0; j < columns; j++) {
    const known: number[] = [];
    for (let i = 0; i < rows; i += stride) {
      const value = values[i * columns + j]!;
      if (Number.isFinite(value)) known.push(value);
    }
    const sorted = Float64Array.from(known).sort();
    if (sorted.length === 0) continue;
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
    center[j] = at(0.5);
    const wide = Math.max((at(0.75) - at(0.25)) / 1.349, leastOfRange * (at(0.999) - at(0.001)));
    const width = Math.max(wide, wide > 0 ? leastOfSize * Math.max(Math.abs(at(0.001)), Math.abs(at(0.999))) : 0);
    // Half the range of 1e308 is still finite, the range is not.
    scale[j] = Math.min(width, Number.MAX_VALUE);
  }
  fillStill(center, scale);
  return { center, scale };
}

function fillStill(center: Float64Array, scale: Float64Array): void {
  const moving = scale.filter((each) => each > 0).sort();
  const usual = moving.length > 0 ? moving[moving.length >> 1]! : 1;
  for (let j = 0; j < scale.length; j++) {
    if (!(scale[j]! > 0)) scale[j] = Math.abs(center[j]!) > 0 ? 0.01 * Math.abs(center[j]!) : usual;
  }
}

/** Puts a row in units of its spreads into `out`; NaN where it is missing. */
export function scaleRow(values: ArrayLike<number>, from: number, { center, scale }: Scales, out: Float64Array): void {
  for (let j = 0; j < out.length; j++) {
    const value = values[from + j]!;
    // Two steps, because the difference of two huge numbers may not be finite.
    const z = value / scale[j]! - center[j]! / scale[j]!;
    out[j] = Number.isFinite(value) ? Math.min(Math.max(z, -mostSpreads), mostSpreads) : Number.NaN;
  }
}

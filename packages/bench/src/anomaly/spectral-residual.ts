/**
 * The spectral residual detector in the form that TSB-AD publishes (Ren et al. 2019), with its quirks: the log spectrum minus
 * its moving average over 100 frequencies, the ends padded by the first and last value of the scaled series. It reads the
 * whole series, so it is no peer of ours: it is here because its published VUS-PR checks our scorer to the last digit.
 * The transform of any length is Bluestein's (1970) over a radix-2 FFT.
 */
const averaged = 100;

export function spectralResidual(values: ArrayLike<number>): Float64Array {
  const n = values.length;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  const x = Float64Array.from(values, (value) => (value - least) / (most - least));
  const { re, im } = transform(x, new Float64Array(n), -1);
  const log = re.map((real, i) => Math.log(Math.hypot(real, im[i]!)));
  const half = Math.floor(n / 2);
  const left = (averaged - 1) >> 1;
  const padded = new Float64Array(half + averaged - 1);
  padded.fill(x[0]!, 0, left).set(log.subarray(1, half + 1), left);
  padded.fill(x[n - 1]!, left + half);
  const smooth = new Float64Array(half);
  for (let i = 0; i < half; i++) {
    let sum = 0;
    for (let k = 0; k < averaged; k++) sum += padded[i + k]! / averaged;
    smooth[i] = sum;
  }
  const outRe = new Float64Array(n);
  const outIm = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const average = i === 0 ? log[0]! : i <= half ? smooth[i - 1]! : smooth[n - i - 1]!;
    const size = Math.exp(log[i]! - average);
    const phase = Math.atan2(im[i]!, re[i]!);
    outRe[i] = size * Math.cos(phase);
    outIm[i] = size * Math.sin(phase);
  }
  const back = transform(outRe, outIm, 1);
  return back.re.map((real, i) => Math.hypot(real, back.im[i]!) / n);
}

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Sum of x[j] e^(sign 2 pi i j k / n), not scaled, for any n. */
function transform(re: Float64Array, im: Float64Array, sign: 1 | -1): Complex {
  const n = re.length;
  let size = 1;
  while (size < 2 * n - 1) size *= 2;
  const cos = new Float64Array(n);
  const sin = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    // j*j modulo 2n keeps the angle exact for long series.
    const angle = (sign * Math.PI * ((j * j) % (2 * n))) / n;
    cos[j] = Math.cos(angle);
    sin[j] = Math.sin(angle);
  }
  const a = { re: new Float64Array(size), im: new Float64Array(size) };
  const b = { re: new Float64Array(size), im: new Float64Array(size) };
  for (let j = 0; j < n; j++) {
    a.re[j] = re[j]! * cos[j]! - im[j]! * sin[j]!;
    a.im[j] = re[j]! * sin[j]! + im[j]! * cos[j]!;
    b.re[j] = cos[j]!;
    b.im[j] = -sin[j]!;
    if (j > 0) {
      b.re[size - j] = cos[j]!;
      b.im[size - j] = -sin[j]!;
    }
  }
  radix2(a, -1);
  radix2(b, -1);
  for (let j = 0; j < size; j++) {
    const real = a.re[j]! * b.re[j]! - a.im[j]! * b.im[j]!;
    a.im[j] = a.re[j]! * b.im[j]! + a.im[j]! * b.re[j]!;
    a.re[j] = real;
  }
  radix2(a, 1);
  const out = { re: new Float64Array(n), im: new Float64Array(n) };
  for (let k = 0; k < n; k++) {
    const real = a.re[k]! / size;
    const imaginary = a.im[k]! / size;
    out.re[k] = real * cos[k]! - imaginary * sin[k]!;
    out.im[k] = real * sin[k]! + imaginary * cos[k]!;
  }
  return out;
}

function radix2({ re, im }: Complex, sign: 1 | -1): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const r = re[i]!;
    const m = im[i]!;
    re[i] = re[j]!;
    im[i] = im[j]!;
    re[j] = r;
    im[j] = m;
  }
  for (let length = 2; length <= n; length *= 2) {
    const half = length / 2;
    for (let k = 0; k < half; k++) {
      const cos = Math.cos((sign * 2 * Math.PI * k) / length);
      const sin = Math.sin((sign * 2 * Math.PI * k) / length);
      for (let i = k; i < n; i += length) {
        const j = i + half;
        const r = re[j]! * cos - im[j]! * sin;
        const m = re[j]! * sin + im[j]! * cos;
        re[j] = re[i]! - r;
        im[j] = im[i]! - m;
        re[i] = re[i]! + r;
        im[i] = im[i]! + m;
      }
    }
  }
}

/**
 * The score of the Numenta Anomaly Benchmark (Lavin & Ahmad 2015), as its own sweeper computes it. Inside a labelled window
 * only the best-placed detection counts, weighted by sigmoid(position): 1 at the window's start, near 0 at its end. Each
 * detection outside costs fpWeight times a sigmoid of its distance behind the last window; a window without a detection
 * costs fnWeight. The first 15 % of a file (at most 750 rows) are not scored. One threshold for all files is chosen to
 * give the highest sum; 0 is the detector that never speaks, 100 the one that speaks at each window's first row only.
 * Bad at: telling a detector that speaks once from one that speaks through a whole window.
 */

/** One file: a score a row, and its windows as inclusive row numbers. */
export interface NabFile {
  readonly scores: ArrayLike<number>;
  readonly windows: readonly (readonly [first: number, last: number])[];
}

export interface NabProfile {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
}

export const nabProfiles = {
  standard: { tp: 1, fp: 0.11, fn: 1 },
  lowFp: { tp: 1, fp: 0.22, fn: 1 },
  lowFn: { tp: 1, fp: 0.11, fn: 2 },
} as const satisfies Record<string, NabProfile>;

/** 100 at most, 0 for the detector that never speaks; over all files, with the threshold (score >= it is a detection) that gives it. */
export function nabScore(files: readonly NabFile[], profile: NabProfile): { score: number; threshold: number } {
  const rows = files.reduce((sum, file) => sum + file.scores.length, 0);
  const scores = new Float64Array(rows);
  const weights = new Float64Array(rows);
  const windowOf = new Int32Array(rows);
  const best: number[] = [];
  let count = 0;
  for (const file of files) {
    const n = file.scores.length;
    const own = rowWeights(n, file.windows, profile);
    const places = windowsOfRows(n, file.windows);
    let last = -1;
    for (let i = probation(n); i < n; i++) {
      // A window that lies wholly in the probation can be neither found nor missed: it gets no number.
      if (places[i]! >= 0 && places[i] !== last) {
        best.push(-profile.fn);
        last = places[i]!;
      }
      scores[count] = file.scores[i]!;
      weights[count] = own[i]!;
      windowOf[count++] = places[i]! < 0 ? -1 : best.length - 1;
    }
  }
  const none = -profile.fn * best.length;
  const perfect = profile.tp * best.length;
  const order = Uint32Array.from({ length: count }, (_, k) => k).sort((a, b) => scores[b]! - scores[a]!);
  let sum = none;
  let highest = none;
  let threshold = Number.POSITIVE_INFINITY;
  for (let k = 0; k < count; k++) {
    const i = order[k]!;
    const window = windowOf[i]!;
    if (window < 0) sum += weights[i]!;
    else {
      sum += Math.max(0, weights[i]! - best[window]!);
      best[window] = Math.max(best[window]!, weights[i]!);
    }
    if ((k + 1 === count || scores[order[k + 1]!] !== scores[i]) && sum > highest) {
      highest = sum;
      threshold = scores[i]!;
    }
  }
  return { score: best.length === 0 ? 0 : (100 * (highest - none)) / (perfect - none), threshold };
}

/** The same at a threshold that is given; also how many windows were found and how many rows outside were detections. */
export function nabScoreAt(
  files: readonly NabFile[],
  threshold: number,
  profile: NabProfile,
): { score: number; found: number; windows: number; falsePoints: number } {
  let raw = 0;
  let found = 0;
  let windows = 0;
  let falsePoints = 0;
  for (const file of files) {
    const n = file.scores.length;
    const weights = rowWeights(n, file.windows, profile);
    const windowOf = windowsOfRows(n, file.windows);
    const best = new Map<number, number>();
    for (let i = probation(n); i < n; i++) {
      const own = windowOf[i]!;
      if (own >= 0 && !best.has(own)) best.set(own, Number.NEGATIVE_INFINITY);
      if (!(file.scores[i]! >= threshold)) continue;
      if (own >= 0) best.set(own, Math.max(best.get(own)!, weights[i]!));
      else {
        raw += weights[i]!;
        falsePoints++;
      }
    }
    windows += best.size;
    for (const each of best.values()) {
      if (each > Number.NEGATIVE_INFINITY) found++;
      raw += each > Number.NEGATIVE_INFINITY ? each : -profile.fn;
    }
  }
  const none = -profile.fn * windows;
  const score = windows === 0 ? 0 : (100 * (raw - none)) / (profile.tp * windows - none);
  return { score, found, windows, falsePoints };
}

/** Rows that are not scored: 15 % of the file, at most 750. */
export function probation(rows: number): number {
  return Math.min(Math.floor(0.15 * rows), 750);
}

function windowsOfRows(rows: number, windows: NabFile['windows']): Int32Array {
  const out = new Int32Array(rows).fill(-1);
  for (const [w, [first, last]] of windows.entries()) out.fill(w, first, last + 1);
  return out;
}

/** What a detection at each row is worth. */
function rowWeights(rows: number, windows: NabFile['windows'], profile: NabProfile): Float64Array {
  const out = new Float64Array(rows);
  const most = scaledSigmoid(-1);
  let next = 0;
  let lastWindow: readonly [number, number] | undefined;
  for (let i = 0; i < rows; i++) {
    const window = windows[next];
    if (window !== undefined && i >= window[0]) {
      const width = window[1] - window[0] + 1;
      out[i] = (scaledSigmoid(-(window[1] - i + 1) / width) * profile.tp) / most;
      if (i === window[1]) {
        lastWindow = window;
        next++;
      }
    } else {
      const past = lastWindow === undefined ? 3 : (i - lastWindow[1]) / (lastWindow[1] - lastWindow[0]);
      out[i] = scaledSigmoid(past) * profile.fp;
    }
  }
  return out;
}

/** 0.987 at -1, 0 at 0, -1 from 3 on. */
function scaledSigmoid(position: number): number {
  return position >= 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}

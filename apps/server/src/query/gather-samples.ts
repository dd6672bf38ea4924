/**
 * Reads what a query asks for, so that nothing else waits long: a great selection is read one stretch of time after the
 * other, and between two of them whatever else has come in gets its turn. Each stretch is read as a whole, so it is as
 * consistent as one read; samples that arrive meanwhile may be in later stretches.
 */

import type { Matcher, SeriesRef } from '@jaegis/model';
import type { QueryPlan, SelectedSeries, SelectSource } from '@jaegis/promql';

/** The store, as far as queries need it. */
export interface SampleStore extends SelectSource {
  /** The series that fit, without their samples. */
  refsOf(matchers: readonly Matcher[]): readonly SeriesRef[];
}

export interface Gathered {
  /** For each selection of the plan, its stretches, oldest first. */
  readonly parts: readonly (readonly (readonly SelectedSeries[])[])[];
  readonly samples: number;
  readonly series: number;
}

export interface GatherOptions {
  readonly maxSamples: number;
  /** Gives others their turn. */
  readonly pause: () => Promise<void>;
  /** Asked between two stretches; throws to give up. */
  readonly check: () => void;
}

/** So many samples are read in about ten milliseconds. */
const samplesAtOnce = 400_000;
const likelyStepMs = 10_000;
/** More than these would be past any limit on samples. */
const maxStretches = 64;
const hourMs = 3_600_000;

export async function gatherSamples(store: SampleStore, plan: QueryPlan, options: GatherOptions): Promise<Gathered> {
  let samples = 0;
  let series = 0;
  const parts: (readonly SelectedSeries[])[][] = [];
  for (const selection of plan.selections) {
    const own: (readonly SelectedSeries[])[] = [];
    const { matchers, hints } = selection;
    for (const { fromMs, toMs } of stretches(selection, store.refsOf(matchers).length)) {
      if (own.length > 0 || parts.length > 0) await options.pause();
      options.check();
      const found = store.select(matchers, fromMs, toMs, {
        maxSamples: options.maxSamples - samples,
        ...(hints !== undefined && { hints }),
      });
      for (const { timestamps } of found) samples += timestamps.length;
      series += found.length;
      own.push(found);
    }
    parts.push(own);
  }
  return { parts, samples, series };
}

/** Stretches that are read at once. Where rollups may answer, they begin at whole hours, as all buckets do. */
export function stretches(
  { fromMs, toMs, hints }: QueryPlan['selections'][number],
  series: number,
): { fromMs: number; toMs: number }[] {
  const expected = (series * (toMs - fromMs)) / likelyStepMs;
  const count = Math.min(maxStretches, Math.ceil(expected / samplesAtOnce));
  if (count <= 1 || hints === undefined) return [{ fromMs, toMs }];
  const isRaw = hints.rangeMs < hourMs / 2 && hints.stepMs < hourMs / 12;
  const unit = isRaw ? 1 : hourMs;
  const length = Math.max(unit, Math.ceil((toMs - fromMs) / count / unit) * unit);
  const found: { fromMs: number; toMs: number }[] = [];
  for (let from = fromMs; from <= toMs; ) {
    const end = Math.min(toMs, Math.floor(from / unit) * unit + length - 1);
    found.push({ fromMs: from, toMs: end });
    from = end + 1;
  }
  return found;
}

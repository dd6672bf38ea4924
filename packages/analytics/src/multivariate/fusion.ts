/**
 * Several models' opinions of one row as one strangeness. Each model's is smoothed twice (a few minutes for faults that flash
 * by, twenty for those that stay), and each of the two is put on one scale by what the past was like:
 *   u = (smoothed - median) / (99th percentile - median),   strangeness = Σ weight · (u_quick + u_slow) / 2,
 * and a peak of it fades by a tenth a row: what was strange a moment ago is not over yet.
 * The weights are what the models earned on recorded faults (docs/benchmarks.md); they sum to about one.
 * The alarm has a statistic of its own, of the same models or parts of them, not smoothed: what lasts three rows must not be smoothed away.
 * A column's part is its share in each model's excess, smoothed like the quick one.
 * Bad at: telling apart faults that come faster than the smoothing lets go.
 */
import type { FitContext, FittedModel, RowModel, ScaledRows } from './model.ts';

export interface Weighted {
  readonly model: RowModel;
  /** Its share in the strangeness; 0 for those that only help the alarm. */
  readonly weight: number;
  /** It may add no more than this to the strangeness before it is weighed, and nothing below 0; without limit when left out. */
  readonly most?: number;
  /** Its part in the alarm's statistic: added, or the larger one of those that say `largest`. */
  readonly alarm?: 'sum' | 'largest';
}

/** Smoothing in time, and its bounds in rows, so that sparse data is smoothed at all and dense data not for ever. */
const quick = { ms: 180_000, least: 1, most: 3 };
const slow = { ms: 1_200_000, least: 4, most: 20 };
/** The place of what is not smoothed, for the alarm, after the two. */
const unsmoothed = 2;
/** What is left of a peak after a row. */
const fade = 0.9;
const settleRows = 100;
/** What models say is a logarithm or a number of spreads: less than this is no difference. */
const leastWidth = 0.05;
/** No model may shout louder than this in the alarm, 1 being the 99th percentile of its past. */
const mostAlarm = 20;

interface Opinion {
  readonly fitted: FittedModel;
  readonly weight: number;
  readonly most: number | undefined;
  readonly alarm: 'sum' | 'largest' | undefined;
  readonly parts: Float64Array;
  readonly shares: Float64Array;
  /** Strangeness smoothed quickly, slowly and not at all; NaN before the first row. */
  readonly smoothed: Float64Array;
  readonly middle: Float64Array;
  readonly width: Float64Array;
}

/** Learns every model from the rows and what each usually says of them. The fusion ends up having seen the rows. */
export function fitFusion(members: readonly Weighted[], rows: ScaledRows, context: FitContext): Fusion {
  const d = rows.columns;
  const opinions = members.map(({ model, weight, most, alarm }): Opinion => {
    const fitted = model.fit(rows, context);
    const parts = () => new Float64Array(d);
    const three = (value: number) => new Float64Array(3).fill(value);
    return {
      fitted,
      weight,
      most,
      alarm,
      parts: parts(),
      shares: parts(),
      smoothed: three(Number.NaN),
      middle: three(0),
      width: three(1),
    };
  });
  const rates = [quick, slow].map(({ ms, least, most }) => {
    const span = Math.min(most, Math.max(least, ms / Math.max(context.intervalMs, 1)));
    return 1 / span;
  });
  const fusion = new Fusion(opinions, rates);
  fusion.learn(rows);
  return fusion;
}

export class Fusion implements FittedModel {
  /** Strangeness and the alarm's statistic of the rows that it was learned from, after the first few. */
  past = new Float64Array(0);
  pastAlarm = new Float64Array(0);
  /** The alarm's statistic of the newest row. */
  alarm = 0;
  #held = 0;
  readonly #opinions: readonly Opinion[];
  readonly #rates: readonly number[];

  constructor(opinions: readonly Opinion[], rates: readonly number[]) {
    this.#opinions = opinions;
    this.#rates = [...rates, 1];
  }

  learn(rows: ScaledRows): void {
    const d = rows.columns;
    const z = new Float64Array(d);
    const from = Math.min(settleRows, rows.rows >> 2);
    const count = Math.max(0, rows.rows - from);
    const said = this.#opinions.map(() => this.#rates.map(() => new Float64Array(count)));
    for (let i = 0; i < rows.rows; i++) {
      for (let j = 0; j < d; j++) z[j] = rows.z[i * d + j]!;
      this.#opinions.forEach((opinion, m) => {
        this.#hear(opinion, z, rows.at[i]!);
        for (let s = 0; i >= from && s < this.#rates.length; s++) said[m]![s]![i - from] = opinion.smoothed[s]!;
      });
    }
    this.#opinions.forEach((opinion, m) => {
      said[m]!.forEach((values, s) => {
        const sorted = values.slice().sort();
        const middle = sorted[count >> 1] ?? 0;
        opinion.middle[s] = middle;
        opinion.width[s] = Math.max((sorted[Math.floor(0.99 * count)] ?? 0) - middle, leastWidth);
      });
    });
    this.past = new Float64Array(count);
    this.pastAlarm = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      this.#opinions.forEach((opinion, m) => {
        for (let s = 0; s < this.#rates.length; s++) opinion.smoothed[s] = said[m]![s]![i]!;
      });
      this.past[i] = this.#hold(this.#strangeness());
      this.pastAlarm[i] = this.#alarmStatistic();
    }
  }

  observe(z: Float64Array, at: number, parts: Float64Array): number {
    parts.fill(0);
    for (const opinion of this.#opinions) {
      this.#hear(opinion, z, at);
      const excess = opinion.weight * excessOf(opinion);
      let total = 0;
      for (const part of opinion.shares) total += part;
      if (!(total > 0) || !(excess > 0)) continue;
      for (let j = 0; j < parts.length; j++) parts[j]! += (excess * opinion.shares[j]!) / total;
    }
    this.alarm = this.#alarmStatistic();
    return this.#hold(this.#strangeness());
  }

  #hold(strangeness: number): number {
    this.#held = Math.max(strangeness, this.#held > 0 ? fade * this.#held : Number.NEGATIVE_INFINITY);
    return this.#held;
  }

  #strangeness(): number {
    let sum = 0;
    for (const opinion of this.#opinions) if (opinion.weight > 0) sum += opinion.weight * excessOf(opinion);
    return sum;
  }

  #alarmStatistic(): number {
    let sum = 0;
    let largest = Number.NEGATIVE_INFINITY;
    for (const opinion of this.#opinions) {
      if (opinion.alarm === undefined) continue;
      const own = Math.min(
        mostAlarm,
        (opinion.smoothed[unsmoothed]! - opinion.middle[unsmoothed]!) / opinion.width[unsmoothed]!,
      );
      if (opinion.alarm === 'sum') sum += own;
      else largest = Math.max(largest, own);
    }
    return largest === Number.NEGATIVE_INFINITY ? sum : sum + largest;
  }

  #hear(opinion: Opinion, z: Float64Array, at: number): void {
    const { fitted, parts, shares, smoothed } = opinion;
    const said = fitted.observe(z, at, parts);
    for (let s = 0; s < smoothed.length; s++) {
      const heard = s === unsmoothed ? (fitted.alarming ?? said) : said;
      const before = Number.isNaN(smoothed[s]!) ? heard : smoothed[s]!;
      smoothed[s] = before + this.#rates[s]! * (heard - before);
    }
    const rate = this.#rates[0]!;
    for (let j = 0; j < parts.length; j++) shares[j]! += rate * (parts[j]! - shares[j]!);
  }
}

/** The mean of what is said quickly and slowly, 0 at the median and 1 at the 99th percentile of the past. */
function excessOf({ smoothed, middle, width, most }: Opinion): number {
  const quickly = (smoothed[0]! - middle[0]!) / width[0]!;
  const slowly = (smoothed[1]! - middle[1]!) / width[1]!;
  const excess = (quickly + slowly) / 2;
  return most === undefined ? excess : Math.min(Math.max(excess, 0), most);
}

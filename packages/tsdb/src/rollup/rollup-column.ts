/**
 * The bytes of a rollup's chunk. Where all values are decimals of few digits, they are taken as whole numbers in units of
 * 10^-e and each field as its distance from what another field foretells: for a counter that never falls all but `last`
 * are then nearly nothing. `first` and `increase` mean something for counters only; a chunk with a bucket of a gauge (its
 * increase is NaN) goes without them.
 *
 *   byte  1 whole numbers, + 2 without first and increase
 *   e (1; 0 where not whole), then each with its length (varint) as a value column (value-column.ts):
 *   counts, lasts, lasts - mins, maxs - lasts, sums - floor(counts * (mins + maxs) / 2), and
 *   lasts - firsts, increases - (lasts - firsts)
 *   not whole: the fields themselves in the same order.
 * The times are a column of times of the block.
 */

import { maxColumn, readValues, writeValues } from '../block/value-column.ts';
import { ByteReader, type ByteWriter } from '../byte-stream.ts';
import { emptyRollup, type Rollup, type RollupField, rollupFields } from './rollup.ts';

const wholeBit = 1;
const gaugeBit = 2;
const maxExponent = 8;
const wholeLimit = 2 ** 48;

const column = new Float64Array(maxColumn);

/** Appends a rollup of at most 1,024 buckets to `out`; `scratch` is used on the way. */
export function writeRollup(out: ByteWriter, rollup: Rollup, scratch: ByteWriter): void {
  const isGauge = rollup.increases.some((increase) => Number.isNaN(increase));
  const exponent = wholeExponent(rollup, isGauge);
  const isWhole = exponent !== -1;
  out.byte((isWhole ? wholeBit : 0) + (isGauge ? gaugeBit : 0));
  out.byte(isWhole ? exponent : 0);
  const power = 10 ** Math.max(0, exponent);
  const w = (value: number): number => (isWhole ? Math.round(value * power) : value);
  const write = (valueAt: (i: number) => number): void => {
    for (let i = 0; i < rollup.length; i++) column[i] = valueAt(i);
    scratch.reset();
    writeValues(scratch, column, rollup.length);
    out.varint(scratch.length);
    out.raw(scratch.view());
  };
  const { counts, sums, mins, maxs, firsts, lasts, increases } = rollup;
  write((i) => counts[i]!);
  write((i) => w(lasts[i]!));
  write((i) => (isWhole ? w(lasts[i]!) - w(mins[i]!) : mins[i]!));
  write((i) => (isWhole ? w(maxs[i]!) - w(lasts[i]!) : maxs[i]!));
  write((i) => (isWhole ? w(sums[i]!) - Math.floor((counts[i]! * (w(mins[i]!) + w(maxs[i]!))) / 2) : sums[i]!));
  if (isGauge) return;
  write((i) => (isWhole ? w(lasts[i]!) - w(firsts[i]!) : firsts[i]!));
  write((i) => (isWhole ? w(increases[i]!) - (w(lasts[i]!) - w(firsts[i]!)) : increases[i]!));
}

/** The decimal places that all values have; -1 when some have too many. */
function wholeExponent(rollup: Rollup, isGauge: boolean): number {
  const { counts, sums, mins, maxs, firsts, lasts, increases } = rollup;
  let exponent = 0;
  for (let i = 0; i < rollup.length; i++) {
    for (const value of [lasts[i]!, mins[i]!, maxs[i]!, firsts[i]!]) {
      while (!isDecimal(value, 10 ** exponent)) if (++exponent > maxExponent) return -1;
    }
  }
  const power = 10 ** exponent;
  for (let i = 0; i < rollup.length; i++) {
    const rise = isGauge ? 0 : Math.abs(increases[i]!);
    const isRange = Math.abs(sums[i]!) * power < wholeLimit && rise * power < wholeLimit;
    if (!isRange || counts[i]! * Math.max(Math.abs(mins[i]!), Math.abs(maxs[i]!)) * power >= wholeLimit) return -1;
    // Fewer places do not promise more: the division may round another way.
    for (const value of [lasts[i]!, mins[i]!, maxs[i]!, firsts[i]!]) if (!isDecimal(value, power)) return -1;
  }
  return exponent;
}

function isDecimal(value: number, power: number): boolean {
  const scaled = Math.round(value * power);
  return scaled / power === value && Math.abs(scaled) < wholeLimit && !Object.is(value, -0);
}

/** What must be known for a field of whole numbers, itself among it; in the order of the file. */
const foundations: Readonly<Record<RollupField, readonly RollupField[]>> = {
  times: [],
  counts: ['counts'],
  lasts: ['lasts'],
  mins: ['lasts', 'mins'],
  maxs: ['lasts', 'maxs'],
  sums: ['counts', 'lasts', 'mins', 'maxs', 'sums'],
  firsts: ['lasts', 'firsts'],
  increases: ['lasts', 'firsts', 'increases'],
};

/** What has to be read for some fields: of whole numbers and gauges more than the fields themselves. */
export interface FieldsToRead {
  readonly plain: ReadonlySet<RollupField>;
  readonly withFoundations: ReadonlySet<RollupField>;
}

export function fieldsToRead(fields: readonly RollupField[]): FieldsToRead {
  return { plain: new Set(fields), withFoundations: new Set(fields.flatMap((field) => foundations[field])) };
}

/** Reads a chunk of `times.length` buckets. Of the other fields those that are not asked for may have no entries. */
export function readRollup(
  input: ByteReader,
  times: Float64Array,
  fields: readonly RollupField[] = rollupFields,
): Rollup {
  const wanted = fieldsToRead(fields);
  const rollup = { ...emptyRollup(times.length, [...wanted.withFoundations]), times };
  readRollupInto(input, wanted, { rollup, at: 0, count: times.length });
  return rollup;
}

/** The same into the entries from `at` on of a rollup that has all of `withFoundations`. The times are left as they are. */
export function readRollupInto(
  input: ByteReader,
  wanted: FieldsToRead,
  into: { readonly rollup: Rollup; readonly at: number; readonly count: number },
): void {
  const { rollup, at, count } = into;
  const flags = input.byte();
  const power = 10 ** input.byte();
  const isWhole = (flags & wholeBit) !== 0;
  const isGauge = (flags & gaugeBit) !== 0;
  const needed = isWhole || isGauge ? wanted.withFoundations : wanted.plain;
  const written: readonly RollupField[] = isGauge ? gaugeFields : counterFields;
  for (const field of written) {
    const size = input.varint();
    const bytes = input.raw(size);
    if (needed.has(field)) readValues(new ByteReader(bytes), count, { values: rollup[field], at });
  }
  const to = at + count;
  if (isWhole) fromWhole(rollup, { from: at, to }, { needed, power, isGauge });
  if (isGauge && needed.has('firsts')) rollup.firsts.set(rollup.lasts.subarray(at, to), at);
  if (isGauge && needed.has('increases')) rollup.increases.fill(Number.NaN, at, to);
}

const gaugeFields = ['counts', 'lasts', 'mins', 'maxs', 'sums'] as const;
const counterFields = [...gaugeFields, 'firsts', 'increases'] as const;

function fromWhole(
  rollup: Rollup,
  range: { from: number; to: number },
  of: { needed: ReadonlySet<RollupField>; power: number; isGauge: boolean },
): void {
  const { counts, sums, mins, maxs, firsts, lasts, increases } = rollup;
  const { needed, power, isGauge } = of;
  const [hasMins, hasMaxs, hasSums] = [needed.has('mins'), needed.has('maxs'), needed.has('sums')];
  const hasFirsts = !isGauge && needed.has('firsts');
  const hasIncreases = !isGauge && needed.has('increases');
  if (!needed.has('lasts')) return;
  for (let i = range.from; i < range.to; i++) {
    const last = lasts[i]!;
    const min = hasMins ? last - mins[i]! : 0;
    const max = hasMaxs ? last + maxs[i]! : 0;
    if (hasSums) sums[i] = (sums[i]! + Math.floor((counts[i]! * (min + max)) / 2)) / power;
    if (hasMins) mins[i] = min / power;
    if (hasMaxs) maxs[i] = max / power;
    lasts[i] = last / power;
    if (!hasFirsts) continue;
    const rise = firsts[i]!;
    if (hasIncreases) increases[i] = (increases[i]! + rise) / power;
    firsts[i] = (last - rise) / power;
  }
}

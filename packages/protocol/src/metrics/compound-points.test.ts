import { describe, expect, test } from 'vitest';
import {
  type ExponentialBytes,
  type HistogramBytes,
  metricsRequest,
  type SummaryBytes,
} from '../../test/otlp-bytes.ts';
import { RecordingStore } from '../../test/recording-store.ts';

const now = 1_700_000_000_000;
const agent = { 'service.name': 's', 'service.instance.id': 'i' };

/** Samples of one decode with the labels of the agent taken out of the names. */
function decode(store: RecordingStore, bytes: Uint8Array) {
  const { result, samples } = store.decode(bytes, now);
  const plain = Object.entries(samples).map(([series, values]) => [
    series.replace('instance="i",job="s"', '').replace(',}', '}').replace('{,', '{').replace('{}', ''),
    values.map(([, value]) => value).at(-1),
  ]);
  return { result, values: Object.fromEntries(plain) as Record<string, number | 'stale'> };
}

const histogram = (point: HistogramBytes, temporality = 2) =>
  metricsRequest(agent, [{ name: 'd', unit: 's', histogram: [point], temporality }]);
const exponential = (point: ExponentialBytes, temporality = 2) =>
  metricsRequest(agent, [{ name: 'e', exponential: [point], temporality }]);
const summary = (point: SummaryBytes) => metricsRequest(agent, [{ name: 'q', summary: [point] }]);

describe('histogram', () => {
  const point = { at: now, count: 6, sum: 4.5, buckets: [1, 2, 3], bounds: [0.1, 1] };

  test('becomes cumulative buckets, a sum and a count', () => {
    expect(decode(new RecordingStore(), histogram(point)).values).toEqual({
      'd_seconds_bucket{le="0.1"}': 1,
      'd_seconds_bucket{le="1"}': 3,
      'd_seconds_bucket{le="+Inf"}': 6,
      d_seconds_count: 6,
      d_seconds_sum: 4.5,
    });
  });

  test('without buckets and sum only the count is known', () => {
    expect(decode(new RecordingStore(), histogram({ at: now, count: 6 })).values).toEqual({
      'd_seconds_bucket{le="+Inf"}': 6,
      d_seconds_count: 6,
    });
  });

  test('NaN as a sum is kept as it is; a last bound of +Inf is the one that is always there', () => {
    const { values } = decode(new RecordingStore(), histogram({ ...point, sum: NaN, bounds: [1, Infinity] }));
    expect(values).toEqual({
      'd_seconds_bucket{le="1"}': 1,
      'd_seconds_bucket{le="+Inf"}': 6,
      d_seconds_count: 6,
      d_seconds_sum: NaN,
    });
  });

  test('deltas are added up', () => {
    const store = new RecordingStore();
    decode(store, histogram(point, 1));
    expect(decode(store, histogram({ ...point, at: now + 1 }, 1)).values).toMatchObject({
      'd_seconds_bucket{le="1"}': 6,
      d_seconds_count: 12,
      d_seconds_sum: 9,
    });
  });

  test('bounds that are no more end', () => {
    const store = new RecordingStore();
    decode(store, histogram(point));
    const { values } = decode(store, histogram({ ...point, at: now + 1, bounds: [0.1, 2] }));
    expect(values).toMatchObject({
      'd_seconds_bucket{le="1"}': 'stale',
      'd_seconds_bucket{le="2"}': 3,
      'd_seconds_bucket{le="0.1"}': 1,
    });
  });

  test('"no recorded value" ends all of it', () => {
    const store = new RecordingStore();
    decode(store, histogram(point));
    const { values } = decode(store, histogram({ at: now + 1, count: 0, flags: 1 }));
    expect(new Set(Object.values(values))).toEqual(new Set(['stale']));
    expect(Object.keys(values).length).toBe(5);
  });

  test.each([
    ['bounds that fall', { bounds: [1, 0.1] }, 'malformed'],
    ['a bound that is no number', { bounds: [0.1, NaN] }, 'malformed'],
    ['a bucket too few', { buckets: [1, 2] }, 'malformed'],
    [
      'too many buckets',
      { bounds: Array.from({ length: 2_000 }, (_, i) => i), buckets: Array(2_001).fill(1) },
      'too_large',
    ],
  ])('%s are refused', (_what, change, reason) => {
    expect(decode(new RecordingStore(), histogram({ ...point, ...change })).result).toMatchObject({
      taken: 0,
      rejected: { [reason]: 1 },
    });
  });

  test('an attribute "le" is not ours', () => {
    const { values } = decode(new RecordingStore(), histogram({ at: now, count: 1, attributes: { le: 'x' } }));
    expect(Object.keys(values)[0]).toContain('exported_le="x"');
    expect(Object.keys(values)[0]).toContain('le="+Inf"');
  });

  test('half a histogram is none', () => {
    const store = new RecordingStore();
    store.takesSeries = (labels) => labels['le'] !== '+Inf';
    expect(decode(store, histogram(point))).toMatchObject({ result: { rejected: { series_limit: 1 } }, values: {} });
  });
});

describe('exponential histogram', () => {
  test('becomes a classic one whose bounds are powers of its base', () => {
    const point = {
      at: now,
      count: 10,
      sum: 3,
      scale: 0,
      zero: 1,
      positive: { offset: -1, counts: [2, 3] },
      negative: { offset: 0, counts: [4] },
    };
    expect(decode(new RecordingStore(), exponential(point)).values).toEqual({
      'e_bucket{le="-1"}': 4,
      'e_bucket{le="0"}': 5,
      'e_bucket{le="1"}': 7,
      'e_bucket{le="2"}': 10,
      'e_bucket{le="+Inf"}': 10,
      e_count: 10,
      e_sum: 3,
    });
  });

  test('the zero bucket ends at its threshold, and buckets within that count in it', () => {
    const store = new RecordingStore();
    const point = {
      scale: 0,
      zero: 1,
      positive: { offset: -3, counts: [2, 3, 4] },
      negative: { offset: -2, counts: [5, 6] },
    };
    const { values } = decode(store, exponential({ at: now, count: 21, zeroThreshold: 0.3, ...point }));
    // Buckets of scale 0 from index -3 on: (1/8, 1/4], (1/4, 1/2], (1/2, 1]; on the other side [-1/2, -1/4), [-1, -1/2).
    expect(values).toEqual({
      'e_bucket{le="-0.5"}': 6,
      'e_bucket{le="-0.25"}': 11,
      'e_bucket{le="0.3"}': 14,
      'e_bucket{le="0.5"}': 17,
      'e_bucket{le="1"}': 21,
      'e_bucket{le="+Inf"}': 21,
      e_count: 21,
    });
    const wider = decode(store, exponential({ at: now + 1, count: 21, zeroThreshold: 1, ...point }));
    expect(wider.values).toMatchObject({
      'e_bucket{le="0.3"}': 'stale',
      'e_bucket{le="-0.5"}': 'stale',
      'e_bucket{le="1"}': 21,
      'e_bucket{le="+Inf"}': 21,
    });
  });

  test('deltas keep the widest threshold that they came with', () => {
    const store = new RecordingStore();
    const point = { scale: 0, positive: { offset: -2, counts: [1, 1] } };
    decode(store, exponential({ at: now, count: 3, zero: 1, zeroThreshold: 0.01, ...point }, 1));
    const { values } = decode(store, exponential({ at: now + 1, count: 2, zeroThreshold: 0.5, ...point }, 1));
    expect(values).toMatchObject({ 'e_bucket{le="0.01"}': 'stale', 'e_bucket{le="0.5"}': 3, 'e_bucket{le="1"}': 5 });
    const later = decode(store, exponential({ at: now + 2, count: 2, ...point }, 1));
    expect(later.values).toMatchObject({ 'e_bucket{le="0.5"}': 4, 'e_bucket{le="1"}': 7 });
  });

  test('a finer scale than we keep is brought down; nothing is lost but resolution', () => {
    const { values } = decode(
      new RecordingStore(),
      exponential({ at: now, count: 32, scale: 5, positive: { offset: 0, counts: Array(32).fill(1) } }),
    );
    expect(values).toEqual({
      [`e_bucket{le="${2 ** 0.25}"}`]: 8,
      [`e_bucket{le="${2 ** 0.5}"}`]: 16,
      [`e_bucket{le="${2 ** 0.75}"}`]: 24,
      'e_bucket{le="2"}': 32,
      'e_bucket{le="+Inf"}': 32,
      e_count: 32,
    });
  });

  test('when the range grows, the resolution halves and the dropped bounds end', () => {
    const store = new RecordingStore();
    const first = decode(
      store,
      exponential({ at: now, count: 8, scale: 2, positive: { offset: 0, counts: Array(8).fill(1) } }),
    );
    expect(Object.keys(first.values).length).toBe(10);
    const second = decode(
      store,
      exponential({
        at: now + 1,
        count: 9,
        scale: 2,
        positive: { offset: 0, counts: [...Array(8).fill(1), ...Array(71).fill(0), 1] },
      }),
    );
    expect(second.values).toMatchObject({
      [`e_bucket{le="${2 ** 0.25}"}`]: 'stale',
      'e_bucket{le="2"}': 4,
      'e_bucket{le="4"}': 8,
      'e_bucket{le="+Inf"}': 9,
    });
  });

  test('deltas are added up over a change of scale', () => {
    const store = new RecordingStore();
    decode(
      store,
      exponential({ at: now, count: 4, sum: 2, scale: 2, positive: { offset: 0, counts: [1, 1, 1, 1] } }, 1),
    );
    const { values } = decode(
      store,
      exponential({ at: now + 1, count: 3, sum: 1, scale: 0, zero: 1, positive: { offset: 0, counts: [1, 1] } }, 1),
    );
    expect(values).toMatchObject({
      'e_bucket{le="0"}': 1,
      'e_bucket{le="2"}': 6,
      'e_bucket{le="4"}': 7,
      'e_bucket{le="+Inf"}': 7,
      e_count: 7,
      e_sum: 3,
    });
  });

  test.each([
    [
      'the far ends of doubles',
      { scale: 20, positive: { offset: 2 ** 31 - 10, counts: [1, 1] }, negative: { offset: -(2 ** 31), counts: [1] } },
    ],
    ['the coarsest scale', { scale: -10, positive: { offset: -1, counts: [1, 1] } }],
    ['a very wide run', { scale: 8, positive: { offset: -2_000, counts: Array(4_096).fill(1) } }],
  ])('%s stay bounded and finite', (_what, point) => {
    const { values, result } = decode(new RecordingStore(), exponential({ at: now, count: 3, ...point }));
    expect(result).toMatchObject({ taken: 1 });
    expect(Object.keys(values).length).toBeLessThan(105);
    for (const series of Object.keys(values)) expect(series).not.toMatch(/NaN|Infinity/);
  });

  test.each([
    ['a scale that cannot be', { scale: 21 }, 'malformed'],
    ['a zero bucket without end', { scale: 0, zeroThreshold: Number.POSITIVE_INFINITY }, 'malformed'],
    ['too many buckets', { scale: 0, positive: { offset: 0, counts: Array(5_000).fill(1) } }, 'too_large'],
  ])('%s is refused', (_what, point, reason) => {
    expect(decode(new RecordingStore(), exponential({ at: now, count: 1, ...point })).result).toMatchObject({
      rejected: { [reason]: 1 },
    });
  });
});

describe('summary', () => {
  const point = {
    at: now,
    count: 10,
    sum: 25,
    quantiles: [
      [0.5, 2],
      [0.99, 9],
    ] as const,
  };

  test('becomes quantiles, a sum and a count', () => {
    expect(decode(new RecordingStore(), summary(point)).values).toEqual({
      'q{quantile="0.5"}': 2,
      'q{quantile="0.99"}': 9,
      q_count: 10,
      q_sum: 25,
    });
  });

  test('quantiles that are no more end', () => {
    const store = new RecordingStore();
    decode(store, summary(point));
    expect(decode(store, summary({ ...point, at: now + 1, quantiles: [[0.5, 3]] })).values).toEqual({
      'q{quantile="0.5"}': 3,
      'q{quantile="0.99"}': 'stale',
      q_count: 10,
      q_sum: 25,
    });
    const ended = decode(store, summary({ ...point, at: now + 2, quantiles: [], flags: 1 }));
    expect(ended.values).toEqual({ 'q{quantile="0.5"}': 'stale', q_count: 'stale', q_sum: 'stale' });
  });

  test('a quantile that cannot be is refused', () => {
    expect(decode(new RecordingStore(), summary({ ...point, quantiles: [[1.5, 2]] })).result).toMatchObject({
      rejected: { malformed: 1 },
    });
  });
});

test('a compound series that the store has dropped is made anew', () => {
  const store = new RecordingStore();
  const point = { at: now, count: 6, sum: 4.5, buckets: [1, 2, 3], bounds: [0.1, 1] };
  decode(store, histogram(point));
  const asked = store.resolutions;
  decode(store, histogram(point));
  expect(store.resolutions).toBe(asked);
  store.decoder.forgetRefs([3]);
  decode(store, histogram({ ...point, at: now + 1 }));
  expect(store.resolutions).toBe(asked + 5);
});

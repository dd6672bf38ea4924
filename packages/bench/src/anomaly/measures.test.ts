import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { nabProfiles, nabScore, nabScoreAt, probation } from './nab-score.ts';
import { addTallies, eventRecallAt, precisionRecall, rangesOf, tallyAlarms } from './point-measures.ts';
import { anomalyFolder, readNab, readTsbSeries } from './recorded-series.ts';
import { spectralResidual } from './spectral-residual.ts';
import { trivialDetectors } from './trivial-detectors.ts';
import { vusPr } from './vus-pr.ts';
import { vusWindow } from './vus-window.ts';

const at = (rows: number, marks: Record<number, number>) => {
  const scores = new Float64Array(rows);
  for (const [row, score] of Object.entries(marks)) scores[Number(row)] = score;
  return scores;
};

describe('NAB score', () => {
  const windows = [[400, 499] as const, [800, 899] as const];
  const profile = nabProfiles.standard;
  const score = (marks: Record<number, number>) => nabScore([{ scores: at(1_000, marks), windows }], profile).score;

  test('nothing is 0, the first row of each window is 100', () => {
    expect(score({})).toBe(0);
    expect(score({ 400: 1, 800: 1 })).toBeCloseTo(100, 9);
  });
  test('one window of two is half; later in the window is worth less; more of a window is worth no more', () => {
    expect(score({ 400: 1 })).toBeCloseTo(50, 9);
    expect(score({ 400: 1, 850: 1 })).toBeCloseTo(50 + 50 * ((1 + 0.84828 / 0.98661) / 2), 1);
    expect(score({ 400: 1, 410: 1, 450: 1 })).toBeCloseTo(50, 9);
  });
  test('a false point costs its weight, less just behind a window, nothing in the probation', () => {
    // In units of 100 / (windows * (tp + fn)).
    expect(score({ 300: 1, 400: 1, 800: 1 })).toBeCloseTo(100 - (0.11 * 100) / 4, 9);
    expect(score({ 400: 1, 500: 1, 800: 1 })).toBeGreaterThan(100 - 1);
    expect(score({ 149: 1, 400: 1, 800: 1 })).toBeCloseTo(100, 9);
  });
  test('the threshold is chosen for the sum over all files', () => {
    const files = [
      { scores: at(1_000, { 400: 0.7, 300: 0.6, 800: 0.9 }), windows },
      { scores: at(1_000, { 10: 1, 300: 0.6 }), windows: [] },
    ];
    const best = nabScore(files, profile);
    expect(best.threshold).toBe(0.7);
    expect(nabScoreAt(files, best.threshold, profile).score).toBeCloseTo(best.score, 9);
    expect(nabScoreAt(files, 0.6, profile)).toMatchObject({ found: 2, windows: 2, falsePoints: 2 });
  });
  test('at most 750 rows are not scored', () => {
    expect(probation(1_000)).toBe(150);
    expect(probation(100_000)).toBe(750);
  });
});

describe('VUS-PR', () => {
  /** The definition, point by point, for one buffer. */
  function plain(scores: Float64Array, ranges: readonly (readonly [number, number])[], w: number): number {
    const n = scores.length;
    const half = Math.floor(w / 2);
    const label = new Float64Array(n);
    for (const [first, end] of ranges) label.fill(1, first, end);
    const wide = label.slice();
    for (const [first, end] of ranges) {
      for (let i = end; i < Math.min(end + half, n); i++) wide[i]! += Math.sqrt(1 - (i - end + 1) / w);
      for (let i = Math.max(0, first - half); i < first; i++) wide[i]! += Math.sqrt(1 - (first - i) / w);
    }
    const sorted = [...scores].sort((a, b) => b - a);
    let area = 0;
    let before = 0;
    for (let k = 0; k < 250; k++) {
      const cut = sorted[Math.floor((k * (n - 1)) / 249)]!;
      let hit = 0;
      let predicted = 0;
      let positives = 0;
      for (let i = 0; i < n; i++) {
        const own = Math.min(1, wide[i]!);
        if (scores[i]! >= cut) {
          predicted++;
          hit += own;
          if (label[i] === 0) positives += own;
        }
        positives += 2 * label[i]!;
      }
      const touched = ranges.filter(([first, end]) => {
        for (let i = Math.max(0, first - half); i < Math.min(n, end + half); i++) if (scores[i]! >= cut) return true;
        return false;
      }).length;
      const recall = Math.min(1, hit / (positives / 2)) * (touched / ranges.length);
      area += ((recall - before) * hit) / predicted;
      before = recall;
    }
    return area;
  }

  test('is the mean over buffers of what its definition gives', () => {
    const rng = seededRng(5);
    const ranges = [[100, 110] as const, [300, 340] as const, [395, 400] as const];
    const scores = Float64Array.from({ length: 400 }, (_, i) => rng.next() + (i > 95 && i < 112 ? 0.5 : 0));
    let sum = 0;
    for (let w = 0; w <= 12; w++) sum += plain(scores, ranges, w);
    expect(vusPr(scores, ranges, 12)).toBeCloseTo(sum / 13, 12);
  });
  test('is 1 for the labels themselves without a buffer, NaN without events', () => {
    const scores = new Float64Array(1_000).fill(1, 200, 260);
    expect(vusPr(scores, [[200, 260]], 0)).toBeCloseTo(1, 2);
    expect(vusPr(scores, [], 4)).toBeNaN();
  });
});

describe('points', () => {
  test('precision and recall, with ties at one threshold', () => {
    const { auc, bestF1 } = precisionRecall([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0]);
    expect(auc).toBeCloseTo(0.5 * 1 + 0.5 * (2 / 3), 12);
    expect(bestF1).toBeCloseTo(0.8, 12);
    expect(precisionRecall([1, 1, 1, 1], [1, 0, 1, 0]).auc).toBeCloseTo(0.5, 12);
    expect(precisionRecall([1, 2], [0, 0]).auc).toBeNaN();
  });
  test('event recall at a share of false points', () => {
    const series = [{ scores: [9, 1, 8, 7, 2, 3, 1, 1, 1, 6, 1, 1], labels: [0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 1] }];
    expect(eventRecallAt(series, 0)).toEqual({ recall: 0, threshold: Number.POSITIVE_INFINITY });
    expect(eventRecallAt(series, 0.2)).toEqual({ recall: 2 / 3, threshold: 6 });
  });
  test('what alarms did', () => {
    const labels = [0, 0, 1, 1, 1, 0, 0, 0, 1, 0];
    const alarms = [1, 0, 0, 1, 1, 1, 0, 1, 0, 0];
    const tally = tallyAlarms(alarms, labels);
    expect(tally).toEqual({ events: 2, found: 1, normalPoints: 6, falsePoints: 3, falseAlarms: 2, delays: [1] });
    expect(addTallies([tally, tally])).toMatchObject({ events: 4, falsePoints: 6, delays: [1, 1] });
    expect(rangesOf(labels)).toEqual([
      [2, 5],
      [8, 9],
    ]);
  });
});

const folder = anomalyFolder();
describe.skipIf(folder === undefined)('against published values (needs the benchmark data)', () => {
  const nab = folder === undefined ? [] : readNab(folder);
  test("VUS-PR of the spectral residual is TSB-AD's to twelve digits", () => {
    for (const each of readTsbSeries(folder!, nab).filter(({ window }) => window < 30))
      expect(vusPr(spectralResidual(each.values), each.ranges, each.window)).toBeCloseTo(each.spectralResidual, 12);
  });
  test('the window of a series is the one that TSB-AD used', () => {
    for (const each of readTsbSeries(folder!, nab)) expect(vusWindow(each.values)).toBe(each.window);
  });
  test('the windowed gaussian scores on these NAB streams about what it is published with on all (39.6)', () => {
    const detect = trivialDetectors['windowed gaussian']!;
    const files = nab.map((stream) => ({ scores: detect(stream.columns[0]!), windows: stream.windows }));
    expect(Math.abs(nabScore(files, nabProfiles.standard).score - 39.6)).toBeLessThan(3);
  });
});

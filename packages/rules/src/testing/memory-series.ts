import { isStaleMarker, type Labels, type Matcher, staleMarker } from '@jaegis/model';
import { compileLinearRegex } from '@jaegis/std';
import { labelsKey, type RuleSample } from '../evaluation.ts';
import type { LastSample } from '../query.ts';

interface Series {
  readonly labels: Labels;
  readonly timestamps: number[];
  /** A stale marker is a word here: lists of numbers do not keep its bits. */
  readonly values: (number | 'stale')[];
}

/** A store in memory for tests of rules: what is loaded, and what rules write. Samples of a series come in time order. */
export class MemorySeries {
  readonly #series = new Map<string, Series>();

  add({ labels, at, value }: RuleSample): void {
    const key = labelsKey(labels);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { labels, timestamps: [], values: [] };
      this.#series.set(key, series);
    }
    const { timestamps, values } = series;
    if (timestamps.length > 0 && timestamps.at(-1)! >= at) return;
    timestamps.push(at);
    values.push(isStaleMarker(value) ? 'stale' : value);
  }

  /** All series that fit, with their samples in [fromMs, toMs], both included. */
  select(matchers: readonly Matcher[], fromMs: number, toMs: number) {
    const tests = matchers.map(testOf);
    return [...this.#series.values()]
      .filter(({ labels }) => tests.every((test) => test(labels)))
      .map(({ labels, timestamps, values }) => {
        const from = timestamps.findIndex((at) => at >= fromMs);
        const after = timestamps.findIndex((at) => at > toMs);
        const [start, end] = [from < 0 ? timestamps.length : from, after < 0 ? timestamps.length : after];
        return {
          labels,
          timestamps: Float64Array.from(timestamps.slice(start, end)),
          values: numbersOf(values.slice(start, end)),
        };
      })
      .filter(({ timestamps }) => timestamps.length > 0);
  }

  lastSamples(labels: Labels, fromMs: number, toMs: number): LastSample[] {
    const matchers = Object.entries(labels).map(([name, value]) => ({ name, op: '=' as const, value }));
    return this.select(matchers, fromMs, toMs).map((series) => ({
      labels: series.labels,
      at: series.timestamps.at(-1)!,
      value: series.values.at(-1)!,
    }));
  }
}

function numbersOf(values: readonly (number | 'stale')[]): Float64Array {
  const numbers = new Float64Array(values.length);
  for (const [i, value] of values.entries()) numbers[i] = value === 'stale' ? staleMarker : value;
  return numbers;
}

function testOf({ name, op, value }: Matcher): (labels: Labels) => boolean {
  if (op === '=') return (labels) => (labels[name] ?? '') === value;
  if (op === '!=') return (labels) => (labels[name] ?? '') !== value;
  const compiled = compileLinearRegex(value);
  const matches = compiled.ok ? compiled.matches : () => false;
  return (labels) => matches(labels[name] ?? '') === (op === '=~');
}

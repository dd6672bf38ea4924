import { type Labels, staleMarker } from '@jaegis/model';
import type { RuleTools } from '../evaluation.ts';
import type { Query } from '../query.ts';
import type { RuleFile } from '../rule-file.ts';
import { RuleGroup, type RuleStatus } from '../rule-group.ts';
import { MemorySeries } from './memory-series.ts';
import { parseSeriesText, parseValues } from './series-notation.ts';

/** What tests of rules need from outside: the query language, and files. */
export interface RuleTestTools {
  readonly createQuery: (source: MemorySeries) => Query;
  /** Reads a rule file that a test names. */
  readonly loadRules: (path: string) => Promise<RuleFile | { readonly error: string }>;
  /** Reads rules that stand in the test itself. */
  readonly parseRules: (text: string) => RuleFile | { readonly error: string };
}

export interface RuleTestFailure {
  readonly line: number;
  readonly message: string;
}

export interface RuleTestResult {
  readonly ok: boolean;
  readonly failures: readonly RuleTestFailure[];
  readonly cases: number;
}

/** Rules over made series, from time zero on, evaluated at every step. */
export class RuleWorld {
  readonly query: Query;
  readonly #series = new MemorySeries();
  readonly #groups: readonly RuleGroup[];
  readonly #tools: RuleTools;
  readonly #intervalMs: number;
  #nextMs = 0;

  constructor(o: {
    files: readonly RuleFile[];
    createQuery: RuleTestTools['createQuery'];
    intervalMs: number;
    externalLabels?: Labels;
    externalUrl?: string;
  }) {
    this.query = o.createQuery(this.#series);
    this.#intervalMs = o.intervalMs;
    this.#groups = o.files.flatMap((file) => file.groups.map((group) => new RuleGroup(group, 0)));
    this.#tools = {
      query: this.query,
      write: async (samples) => {
        for (const sample of samples) this.#series.add(sample);
        return 0;
      },
      lastSamples: async (labels, fromMs, toMs) => this.#series.lastSamples(labels, fromMs, toMs),
      stopwatch: () => 0,
      externalLabels: o.externalLabels ?? {},
      externalUrl: o.externalUrl ?? '',
    };
  }

  /** Puts a series in; the error, in words, when it cannot be read. */
  load(series: string, values: string, stepMs: number): string | undefined {
    const labels = parseSeriesText(series);
    if (labels === undefined) return `${JSON.stringify(series)} is no series, must be like up{job="a"}`;
    const parsed = parseValues(values);
    if (typeof parsed === 'string') return parsed;
    for (const [i, value] of parsed.entries())
      if (value !== null) this.#series.add({ labels, at: i * stepMs, value: value === 'stale' ? staleMarker : value });
    return undefined;
  }

  /** Evaluates up to the last step that is not after `timeMs`. */
  async advance(timeMs: number): Promise<void> {
    for (; this.#nextMs <= timeMs; this.#nextMs += this.#intervalMs)
      for (const group of this.#groups) await group.evaluate(this.#tools, this.#nextMs);
  }

  rules(): RuleStatus[] {
    return this.#groups.flatMap((group) => [...group.status().rules]);
  }

  /** Rules that failed at the last step, in words. */
  problems(): string[] {
    return this.rules()
      .filter((rule) => rule.health === 'err')
      .map(({ config, lastError }) => `${config.kind === 'alerting' ? config.alert : config.record}: ${lastError}`);
  }
}

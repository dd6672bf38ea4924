/** The questions that a store answers. While its log is still being read, over an empty head: what is in blocks is there already. */
import type { Labels, Matcher } from '@jaegis/model';
import type { BlockSet } from '../block/block-set.ts';
import type { Tombstones } from '../delete/tombstones.ts';
import type { Head } from '../head/head.ts';
import { liveHead } from './head-view.ts';
import { readLabelNames, readLabelValues, readSeriesLabels } from './label-queries.ts';
import {
  findMerged,
  type SelectLimits,
  type SelectSources,
  type SeriesData,
  type SeriesReader,
  selectMerged,
} from './select-merged.ts';

export interface ReaderSources {
  readonly head: Head;
  readonly blocks: BlockSet;
  readonly tombstones: Tombstones;
  /** Widths of the rollups, rising. */
  readonly widths: readonly number[];
  /** Time of the head's oldest sample; Infinity without one. */
  readonly oldestInHead: () => number;
}

export class MetricsReader {
  readonly #sources: ReaderSources;

  constructor(sources: ReaderSources) {
    this.#sources = sources;
  }

  /**
   * The samples of all series that fit every matcher, within [fromMs, toMs], in time order; series without a sample there
   * are left out. Sees exactly what was acknowledged. With `limits.hints` a long question is answered from rollups.
   * Throws `SelectLimitError` past a limit and `InvalidMatcherError`.
   */
  select(matchers: readonly Matcher[], fromMs: number, toMs: number, limits: SelectLimits = {}): SeriesData[] {
    return selectMerged(this.#selectSources(), matchers, { from: fromMs, to: toMs, limits });
  }

  /** The same, each series to be decoded when it is read; what was found must be read before anything else is done. */
  find(matchers: readonly Matcher[], fromMs: number, toMs: number, limits: SelectLimits = {}): SeriesReader[] {
    return findMerged(this.#selectSources(), matchers, { from: fromMs, to: toMs, limits });
  }

  #selectSources(): SelectSources {
    const head = liveHead(this.#sources.head);
    return { ...this.#sources, head, oldest: (tierMs: number) => this.oldestOf(tierMs) };
  }

  /** The label sets that fit, of series with samples in the range when one is given. */
  series(matchers: readonly Matcher[], fromMs?: number, toMs?: number): Labels[] {
    return readSeriesLabels(this.#sources, matchers, { fromMs, toMs });
  }

  /** Label names in use, sorted. */
  labelNames(matchers: readonly Matcher[] = []): string[] {
    return readLabelNames(this.#sources, matchers);
  }

  /** Values of a label, sorted. */
  labelValues(name: string, matchers: readonly Matcher[] = []): string[] {
    return readLabelValues(this.#sources, name, matchers);
  }

  /** Where the data of a tier begin; Infinity when it has none. The raw tier is the head too. */
  oldestOf(tierMs: number): number {
    const { blocks, oldestInHead } = this.#sources;
    const first = blocks.of(tierMs)[0]?.meta.from;
    if (first !== undefined) return first;
    // The head has what came after the blocks; it is looked at only when there are none, for that takes a walk.
    return tierMs === 0 ? oldestInHead() : Number.POSITIVE_INFINITY;
  }
}

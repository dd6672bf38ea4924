/**
 * Questions that another thread is to answer. This thread only finds the series and copies their compressed chunks; blocks
 * are opened there by name, and stay on the disk for as long. Series are taken before the names of blocks: what is cut
 * from the head in between is then in both, and counts once.
 */
import type { Matcher } from '@jaegis/model';
import type { BlockSet } from '../block/block-set.ts';
import type { Tombstone } from '../delete/deletion.ts';
import type { Tombstones } from '../delete/tombstones.ts';
import type { Head } from '../head/head.ts';
import type { SelectHints } from './choose-tier.ts';
import { ExtractBuilder, type HeadExtract } from './head-extract.ts';
import { type SampleRound, SampleSender } from './kept-samples.ts';
import { type LabelParcel, LabelSender } from './label-parcel.ts';
import { matchSeries } from './match-series.ts';
import { SelectLimitError } from './select-merged.ts';

/** What is asked for. */
export interface Selection {
  readonly matchers: readonly Matcher[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly hints?: SelectHints | undefined;
}

/** All that the other thread needs, plain enough to be sent. */
export interface HandedOver {
  /** One for each selection. */
  readonly extracts: readonly HeadExtract[];
  readonly labels: LabelParcel;
  /** The samples that are kept have to be forgotten before these are taken. */
  readonly forgets: boolean;
  /** Names of the blocks. */
  readonly blocks: readonly string[];
  readonly tombstones: readonly Tombstone[];
  readonly widths: readonly number[];
  readonly oldestInHead: number;
}

export interface HandoverOptions {
  /** Samples of the head; more are refused with `SelectLimitError`. */
  readonly maxSamples: number;
  /** Gives others their turn. May throw to give up. */
  readonly pause: () => Promise<void>;
}

interface HandoverSources {
  readonly head: Head;
  readonly blocks: BlockSet;
  readonly tombstones: Tombstones;
  readonly widths: readonly number[];
  readonly oldestInHead: () => number;
}

/** So much is copied, or so many rows are looked at, in one to two milliseconds. */
const bytesAtOnce = 2 ** 20;
const rowsAtOnce = 4_096;

export class Handover {
  readonly #sources: HandoverSources;

  constructor(sources: HandoverSources) {
    this.#sources = sources;
  }

  /** To be made for each receiving thread. */
  labelSender(limit?: number): LabelSender {
    return new LabelSender(this.#sources.head.series, limit);
  }

  /** The same. What is sent of samples then leaves out those that the thread keeps. */
  sampleSender(limit?: number): SampleSender {
    return new SampleSender(this.#sources.head, limit);
  }

  /** How many series fit, for a guess at what a question will take. Throws `InvalidMatcherError`. */
  count(matchers: readonly Matcher[]): number {
    return matchSeries(this.#sources.head.series, matchers).length;
  }

  /** Gives `use` what it needs to have the selections answered elsewhere; blocks stay until it has settled. */
  async give<T>(
    selections: readonly Selection[],
    options: HandoverOptions & { readonly labels: LabelSender; readonly samples?: SampleSender },
    use: (handed: HandedOver) => Promise<T>,
  ): Promise<T> {
    const { blocks, tombstones, widths, oldestInHead } = this.#sources;
    const builders: ExtractBuilder[] = [];
    const round = options.samples?.begin();
    let samples = 0;
    for (const selection of selections) {
      const builder = await this.#extract(selection, { ...options, round, maxSamples: options.maxSamples - samples });
      samples += builder.samples;
      builders.push(builder);
    }
    // From here to the call of `use` nothing else runs: refs are live, and the names are those of one moment.
    const extracts = builders.map((builder) => builder.finish(this.#sources.head.series));
    round?.commit();
    return blocks.hold(() =>
      use({
        extracts,
        forgets: round?.isFirst === true,
        labels: options.labels.pack(extracts),
        blocks: blocks.all.map(({ name }) => name),
        tombstones: tombstones.list,
        widths,
        oldestInHead: oldestInHead(),
      }),
    );
  }

  async #extract(
    selection: Selection,
    options: HandoverOptions & { readonly round: SampleRound | undefined },
  ): Promise<ExtractBuilder> {
    const { head, tombstones } = this.#sources;
    const { matchers, fromMs, toMs, hints } = selection;
    const rows = matchSeries(head.series, matchers);
    const refs = Uint32Array.from(rows, (row) => head.series.refs[row]!);
    const builder = new ExtractBuilder(rows.length);
    const range = { from: fromMs, to: toMs };
    // One moment without a window wants the newest sample, as `findMerged` reads it too.
    const isMoment = hints?.rangeMs === 0 && hints.stepMs === 0 && tombstones.size === 0;
    let bytes = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const at = head.lastAt(row);
      if (at < fromMs || head.series.refs[row] !== refs[i]) continue;
      const newest = isMoment && at <= toMs ? head.latest(row) : undefined;
      if (newest === undefined && options.round !== undefined) options.round.row(builder, row, range);
      else if (newest === undefined) builder.row(head, row, range);
      else builder.sample(refs[i]!, newest);
      if (builder.samples > options.maxSamples)
        throw new SelectLimitError('query processing would load too many samples into memory in query execution');
      if (i % rowsAtOnce !== rowsAtOnce - 1 && builder.bytes - bytes < bytesAtOnce) continue;
      bytes = builder.bytes;
      await options.pause();
    }
    return builder;
  }
}

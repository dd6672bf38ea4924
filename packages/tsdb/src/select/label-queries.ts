/**
 * Questions about labels, not samples: which series, which names, which values; in the head and in blocks. A series without
 * any sample is none: it was made for samples that were refused or are still on their way.
 */
import type { Labels, Matcher } from '@jaegis/model';
import type { Block } from '../block/block.ts';
import { keyOf } from '../block/block-file.ts';
import type { BlockSet } from '../block/block-set.ts';
import { matchBlock } from '../block/match-block.ts';
import { guarded } from '../block/read-chunk.ts';
import type { Head } from '../head/head.ts';
import { compileMatcher, matchSeries } from './match-series.ts';

interface Sources {
  readonly head: Head;
  readonly blocks: BlockSet;
}

/** The label sets that fit, of series with samples in the range when one is given. */
export function readSeriesLabels(
  sources: Sources,
  matchers: readonly Matcher[],
  range: { fromMs: number | undefined; toMs: number | undefined },
): Labels[] {
  const { head, blocks } = sources;
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = range;
  const isWhole = range.fromMs === undefined && range.toMs === undefined;
  const result = matchSampled(head, matchers)
    .filter((row) => isWhole || (head.lastAt(row) >= fromMs && head.firstAt(row) <= toMs))
    .map((row) => head.series.labels(row));
  const seen = new Set<string>();
  for (const labels of result) seen.add(keyOf(labels));
  forEachInBlocks(blocks, matchers, { fromMs, toMs }, (labels) => {
    const key = keyOf(labels);
    if (seen.has(key)) return;
    seen.add(key);
    result.push(labels);
  });
  return result;
}

/** Label names in use, sorted. */
export function readLabelNames(sources: Sources, matchers: readonly Matcher[]): string[] {
  const { head } = sources;
  const { series } = head;
  const names = new Set<string>();
  if (matchers.length === 0) {
    for (const name of series.postings.names()) if (isNameSampled(head, name)) names.add(series.symbols.text(name));
    for (const block of sources.blocks.all)
      ask(sources.blocks, block, () => {
        const { dictionary } = block;
        for (const name of dictionary.names.keys()) names.add(dictionary.text(name));
      });
    return [...names].sort();
  }
  for (const row of matchSampled(head, matchers))
    series.forEachName(row, (name) => names.add(series.symbols.text(name)));
  forEachInBlocks(sources.blocks, matchers, always, (labels) => {
    for (const name in labels) names.add(name);
  });
  return [...names].sort();
}

/** Values of a label, sorted. */
export function readLabelValues(sources: Sources, label: string, matchers: readonly Matcher[]): string[] {
  const { head } = sources;
  const { series } = head;
  const values = new Set<string>();
  const name = series.symbols.find(label);
  if (name !== undefined) {
    const ids = new Set<number>();
    if (matchers.length === 0) {
      for (const value of series.postings.values(name)) if (isPairSampled(head, name, value)) ids.add(value);
    } else for (const row of matchSampled(head, matchers)) ids.add(series.valueOf(row, name));
    ids.delete(-1);
    for (const id of ids) values.add(series.symbols.text(id));
  }
  if (matchers.length === 0) {
    for (const block of sources.blocks.all)
      ask(sources.blocks, block, () => {
        const { dictionary } = block;
        const id = dictionary.ids.get(label);
        const places = id === undefined ? undefined : dictionary.names.get(id);
        for (const value of places?.keys() ?? []) values.add(dictionary.text(value));
      });
    return [...values].sort();
  }
  forEachInBlocks(sources.blocks, matchers, always, (labels) => {
    const value = labels[label];
    if (value !== undefined) values.add(value);
  });
  return [...values].sort();
}

function hasSamples(head: Head, row: number): boolean {
  return head.lastAt(row) > Number.NEGATIVE_INFINITY;
}

function matchSampled(head: Head, matchers: readonly Matcher[]): number[] {
  return matchSeries(head.series, matchers).filter((row) => hasSamples(head, row));
}

function isPairSampled(head: Head, name: number, value: number): boolean {
  return head.series.postings.hasAny(name, value, (row) => hasSamples(head, row));
}

function isNameSampled(head: Head, name: number): boolean {
  for (const value of head.series.postings.values(name)) if (isPairSampled(head, name, value)) return true;
  return false;
}

const always = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

function forEachInBlocks(
  blocks: BlockSet,
  matchers: readonly Matcher[],
  range: { fromMs: number; toMs: number },
  visit: (labels: Labels) => void,
): void {
  const tests = matchers.map(compileMatcher);
  const { fromMs, toMs } = range;
  for (const block of blocks.all) {
    if (block.meta.newest < fromMs || block.meta.oldest > toMs) continue;
    ask(blocks, block, () => {
      for (const id of matchBlock(block, tests)) {
        const series = block.series(id);
        if (series.chunks.some((chunk) => chunk.end >= fromMs && chunk.start <= toMs)) visit(block.labels(series));
      }
    });
  }
}

function ask(blocks: BlockSet, block: Block, read: () => void): void {
  guarded(block, (message) => blocks.damage(message), read);
}

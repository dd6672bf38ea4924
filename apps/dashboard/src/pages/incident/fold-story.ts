import type { TimelineEntry } from '@jaegis/model';
import { patternOf } from '../../data/near-identical.ts';

export interface StoryEntry extends TimelineEntry {
  /** What else happened for the same reason at about the same time. */
  readonly others: readonly string[];
}

const togetherMs = 2_000;
/** What happens to one after the other for one reason, agents that are lost within a minute or two, is one thing too. */
const alikeMs = 120_000;

/** Newest first; things that happened together for the same reason are one entry. */
export function foldStory(timeline: readonly TimelineEntry[]): StoryEntry[] {
  const story: { at: number; what: string; reason: string; others: string[] }[] = [];
  for (const entry of timeline.toSorted((a, b) => b.at - a.at)) {
    const same = story.findLast(
      (each) =>
        entry.reason !== '' &&
        patternOf(each.reason) === patternOf(entry.reason) &&
        each.at - entry.at < (patternOf(each.what) === patternOf(entry.what) ? alikeMs : togetherMs),
    );
    if (same === undefined) story.push({ ...entry, others: [] });
    else same.others.push(entry.what);
  }
  return story;
}

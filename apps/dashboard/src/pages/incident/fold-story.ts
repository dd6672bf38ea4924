import type { TimelineEntry } from '@jaegis/model';

export interface StoryEntry extends TimelineEntry {
  /** What else happened for the same reason at about the same time. */
  readonly others: readonly string[];
}

const togetherMs = 2_000;

/** Newest first; things that happened together for the same reason are one entry. */
export function foldStory(timeline: readonly TimelineEntry[]): StoryEntry[] {
  const story: { at: number; what: string; reason: string; others: string[] }[] = [];
  for (const entry of timeline.toSorted((a, b) => b.at - a.at)) {
    const same = story.findLast(
      (each) => each.reason === entry.reason && entry.reason !== '' && each.at - entry.at < togetherMs,
    );
    if (same === undefined) story.push({ ...entry, others: [] });
    else same.others.push(entry.what);
  }
  return story;
}

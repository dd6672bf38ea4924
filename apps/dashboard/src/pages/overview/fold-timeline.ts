import type { TimelineItem } from '@jaegis/model';

/** One line of the timeline: an item, and how many like it came with it. */
export interface TimelineLine {
  /** The newest of them. */
  readonly item: TimelineItem;
  readonly others: readonly TimelineItem[];
  /** It says that something is over. */
  readonly isOver: boolean;
}

/** Alerts that come or go this close together have one cause; ten lines for it would hide the rest. */
const togetherMs = 120_000;
const over = /\(resolved\)$/;
/** The server also tells of decisions that left everything as it was; they are nothing that was done. */
const stayed = / stays at \d+$/;

/** Folds what belongs together, newest first as given: alerts and anomalies that come or go at about the same time are one line. */
export function foldTimeline(items: readonly TimelineItem[]): TimelineLine[] {
  const lines: { item: TimelineItem; others: TimelineItem[]; isOver: boolean }[] = [];
  for (const item of items) {
    if (item.kind === 'decision' && stayed.test(item.title)) continue;
    const isOver = over.test(item.title);
    const last = lines.at(-1);
    const isSame =
      last !== undefined &&
      (item.kind === 'alert' || item.kind === 'anomaly') &&
      last.item.kind === item.kind &&
      last.isOver === isOver &&
      last.item.at - item.at < togetherMs;
    if (isSame) last.others.push(item);
    else lines.push({ item, others: [], isOver });
  }
  return lines;
}

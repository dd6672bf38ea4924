import type { TimelineItem } from '@jaegis/model';
import { expect, test } from 'vitest';
import { foldTimeline } from './fold-timeline.ts';

const item = (at: number, kind: TimelineItem['kind'], title: string): TimelineItem => ({
  at,
  kind,
  id: `${kind}${at}${title}`,
  pool: 'p',
  title,
  reason: '',
});

test('alerts that go together are one line, what came is another, and deeds stand alone', () => {
  const lines = foldTimeline([
    item(900_000, 'alert', 'a (resolved)'),
    item(900_000, 'alert', 'b (resolved)'),
    item(890_000, 'alert', 'c'),
    item(700_000, 'alert', 'd'),
    item(650_000, 'decision', 'p: 2 to 3 replicas'),
    item(640_000, 'decision', 'p: 1 to 2 replicas'),
  ]);
  expect(lines.map((line) => [line.item.title, line.others.length, line.isOver])).toEqual([
    ['a (resolved)', 1, true],
    ['c', 0, false],
    ['d', 0, false],
    ['p: 2 to 3 replicas', 0, false],
    ['p: 1 to 2 replicas', 0, false],
  ]);
});

test('a decision that left everything as it was is nothing that was done', () => {
  expect(foldTimeline([item(1, 'decision', 'research/writer stays at 1')])).toEqual([]);
});

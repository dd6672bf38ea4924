import type { ReplicaCounts } from '@jaegis/model';
import { formatDuration, shortNumber } from '@jaegis/std';
import type { DecisionDraft } from '../snapshot.ts';
import type { Comparison, Expectation } from './statement.ts';

/** One decision of the stretch that an expectation looks at. */
export interface StretchPoint {
  /** Since the script's start. */
  readonly ms: number;
  readonly decision: DecisionDraft;
  readonly replicas: ReplicaCounts;
  readonly queue: number;
  readonly saturation: number;
}

/** `undefined` when it holds; else what was found, in words. */
export function checkExpectation(expectation: Expectation, stretch: readonly StretchPoint[]): string | undefined {
  const last = stretch.at(-1);
  if (last === undefined) return 'nothing was decided before this';
  switch (expectation.kind) {
    case 'last': {
      const { desired, reason, message } = expectation;
      const found = last.decision;
      const isBare = desired === undefined && reason === undefined && message === undefined;
      const isRight =
        !isBare &&
        (desired === undefined || desired === found.to) &&
        (reason === undefined || reason === found.reason) &&
        (message === undefined || found.message.includes(message));
      return isRight ? undefined : `got desired ${found.to} reason ${found.reason}: "${found.message}"`;
    }
    case 'extreme': {
      let extreme: StretchPoint = last;
      for (const point of stretch) {
        const isFurther = quantityOf(point, expectation.of) - quantityOf(extreme, expectation.of);
        if (expectation.which === 'max' ? isFurther > 0 : isFurther < 0) extreme = point;
      }
      const value = quantityOf(extreme, expectation.of);
      if (holds(value, expectation.comparison, expectation.value)) return undefined;
      const when = `at ${formatDuration(extreme.ms)}`;
      return `got ${expectation.which} ${expectation.of} ${shortNumber(value)} ${when}: "${extreme.decision.message}"`;
    }
    case 'count': {
      const value = expectation.of === 'changes' ? changesOf(stretch).length : reversalsOf(stretch);
      if (holds(value, expectation.comparison, expectation.value)) return undefined;
      const story = changesOf(stretch)
        .slice(0, 20)
        .map((point) => `${formatDuration(point.ms)} ${point.decision.from}->${point.decision.to}`)
        .join(', ');
      return `got ${expectation.of} ${value}: ${story}`;
    }
    case 'reason': {
      const first = stretch.find((point) => point.decision.reason === expectation.reason);
      const after = first === undefined ? Infinity : first.ms - stretch[0]!.ms;
      if (expectation.isThere) {
        if (after <= expectation.withinMs) return undefined;
        return first === undefined
          ? `no decision was ${expectation.reason}`
          : `the first ${expectation.reason} came after ${formatDuration(after)}`;
      }
      if (first === undefined) return undefined;
      return `${expectation.reason} at ${formatDuration(first.ms)}: "${first.decision.message}"`;
    }
  }
}

/** The line that would hold; `undefined` for those that an update must not soften. */
export function writeExpectation(expectation: Expectation, stretch: readonly StretchPoint[]): string | undefined {
  const last = stretch.at(-1);
  if (expectation.kind !== 'last' || last === undefined) return undefined;
  const message = expectation.message === undefined ? '' : ` message "${last.decision.message.replaceAll('"', "'")}"`;
  return `expect desired ${last.decision.to} reason ${last.decision.reason}${message}`;
}

function quantityOf(point: StretchPoint, of: 'desired' | 'ready' | 'pending' | 'queue' | 'saturation'): number {
  if (of === 'desired') return point.decision.to;
  if (of === 'queue') return point.queue;
  if (of === 'saturation') return point.saturation;
  return point.replicas[of];
}

function holds(value: number, comparison: Comparison, wanted: number): boolean {
  switch (comparison) {
    case '<=':
      return value <= wanted;
    case '>=':
      return value >= wanted;
    case '<':
      return value < wanted;
    case '>':
      return value > wanted;
    case '==':
      return value === wanted;
  }
}

function changesOf(stretch: readonly StretchPoint[]): StretchPoint[] {
  return stretch.filter((point) => point.decision.to !== point.decision.from);
}

/** How often the direction of change turned. */
export function reversalsOf(stretch: readonly StretchPoint[]): number {
  let reversals = 0;
  let direction = 0;
  for (const { decision } of changesOf(stretch)) {
    const next = Math.sign(decision.to - decision.from);
    if (direction !== 0 && next !== direction) reversals++;
    direction = next;
  }
  return reversals;
}

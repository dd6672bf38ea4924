import type { DecisionReason } from '@jaegis/model';
import { ScriptError, type ScriptWords } from '@jaegis/std';
import type { Comparison, Expectation } from './statement.ts';

const reasons: Readonly<Record<DecisionReason, true>> = {
  Steady: true,
  ScaledUp: true,
  ScaledDown: true,
  BelowMinimum: true,
  AboveMaximum: true,
  NoData: true,
  StaleData: true,
  InvalidData: true,
  WithinTolerance: true,
  ScaleUpStabilized: true,
  ScaleDownStabilized: true,
  ScaleUpLimited: true,
  ScaleDownLimited: true,
  ClampedToMinimum: true,
  ClampedToMaximum: true,
  BudgetExceeded: true,
  ScheduledMinimum: true,
  CapacityOnTheWay: true,
  ForecastFloor: true,
  Paused: true,
  RecommendOnly: true,
  TargetUnavailable: true,
  BelowActivation: true,
  AboveActivation: true,
  OtherHand: true,
  ScaleInPaused: true,
  ScaleOutPaused: true,
  SpareForLoss: true,
  ZoneLossCovered: true,
  MinimumRedundancy: true,
  QuotaExceeded: true,
  StepLimited: true,
  Resized: true,
  RegionsFull: true,
  Moved: true,
};

/** What follows `expect`. A bare `expect` is filled in by an update. */
export function parseExpectation(words: ScriptWords): Expectation {
  if (words.isEmpty) return { kind: 'last', desired: undefined, reason: undefined, message: undefined };
  const first = words.next('an expectation');
  switch (first) {
    case 'max':
    case 'min':
      return {
        kind: 'extreme',
        which: first,
        of: words.oneOf(['desired', 'ready', 'pending', 'queue', 'saturation'] as const),
        ...compared(words),
      };
    case 'reversals':
    case 'changes':
      return { kind: 'count', of: first, ...compared(words) };
    case 'never':
      return { kind: 'reason', reason: reasonNamed(words), isThere: false, withinMs: Infinity };
    case 'some': {
      const reason = reasonNamed(words);
      const withinMs = words.take('within') ? words.duration('a time') : Infinity;
      return { kind: 'reason', reason, isThere: true, withinMs };
    }
    case 'desired': {
      const desired = words.integer('desired', 0, 1_000_000);
      const reason = words.take('reason') ? reasonNamed(words) : undefined;
      const message = words.take('message') ? words.next('a part of the message') : undefined;
      return { kind: 'last', desired, reason, message };
    }
    case 'reason':
      return { kind: 'last', desired: undefined, reason: reasonNamed(words), message: undefined };
    case 'message':
      return { kind: 'last', desired: undefined, reason: undefined, message: words.next('a part of the message') };
    default:
      throw new ScriptError(`cannot expect "${first}"`);
  }
}

function compared(words: ScriptWords): { comparison: Comparison; value: number } {
  const comparison = words.oneOf(['<=', '>=', '<', '>', '=='] as const);
  const text = words.next('a number');
  const value = Number(text);
  if (text === '' || Number.isNaN(value)) throw new ScriptError(`"${text}" is not a number`);
  return { comparison, value };
}

function reasonNamed(words: ScriptWords): DecisionReason {
  const text = words.next('a reason');
  if (!Object.hasOwn(reasons, text)) throw new ScriptError(`unknown reason "${text}"`);
  return text as DecisionReason;
}

import { formatDuration } from '@jaegis/std';
import type { Violation } from './journal.ts';

/** What a person needs to see a failing run again: the seed, what broke, and the command that repeats it. */
export function reportFailure(
  violations: readonly Violation[],
  run: { readonly scenario: string; readonly seed: number; readonly startMs: number; readonly command: string },
): string {
  const shown = violations.slice(0, 10).map((each) => {
    return `  ${formatDuration(each.at - run.startMs)} after the start: ${each.checker}: ${each.message}`;
  });
  if (violations.length > 10) shown.push(`  and ${violations.length - 10} more`);
  return [`${run.scenario}, seed ${run.seed}: ${violations.length} broken`, ...shown, `repeat: ${run.command}`].join(
    '\n',
  );
}

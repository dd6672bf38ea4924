import { ScriptError } from '@jaegis/std';

/** Most values of a line: a script is no load test. */
export const maxValues = 1_000_000;

/** The number behind an `x`. */
export function timesOf(text: string): number {
  const count = Number(text);
  if (count > maxValues) throw new ScriptError(`Cannot repeat a value: ${text} times, must be at most ${maxValues}`);
  return count;
}

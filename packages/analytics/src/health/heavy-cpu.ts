/**
 * CPU that something beside the work takes, or work that has become many times as heavy: an agent that uses a fifth of a core
 * where a hundredth always did for as much work (beyond-usual.ts). Each time that it passes by itself it must last twice as long
 * the next time, which is forgotten within a day: a job of every hour is told a few times.
 * Bad at: agents that are busy already.
 */
import { formatDuration, formatValue } from '@jaegis/std';
import { followUsual, type UsualState } from './beyond-usual.ts';

export interface CpuReading {
  /** Share of what it may use; `null` = not known. */
  readonly cpu: number | null;
  /** Requests per second. */
  readonly rate: number | null;
}

/** Forgotten within half a day of readings. */
const patience = { firstMs: 20_000, mostMs: 15 * 60_000, forgetRate: 1 / 8_640 };
const kind = { least: 0.1, leastTop: 0.02, meanRate: 1 / 4, mostMore: Number.POSITIVE_INFINITY, patience };

/** The next state, and the reason while the agent is heavy; `undefined` while it is not, or that is not known. */
export function followCpu(
  before: UsualState | undefined,
  { cpu, rate }: CpuReading,
  now: number,
): { readonly state: UsualState; readonly heavy: string | undefined } {
  const { state, beyond } = followUsual(before, { value: cpu, rate }, now, kind);
  if (beyond === undefined) return { state, heavy: undefined };
  const took = `CPU ${formatValue(beyond.mean, 'ratio')} for ${formatDuration(beyond.lastedMs)}`;
  const usual = `at most ${formatValue(beyond.top, 'ratio')} for as much work before`;
  return { state, heavy: `${took}, ${usual}: something beside its work takes it, or its work has become heavy` };
}

/**
 * How a replica that has just become ready compares with those that have run for long: its pace by its age, 1 where a
 * request of its own takes it as long as its settled peers, 0.5 where it takes it twice as long (cold caches, code not
 * yet compiled). What is lost on the way is told as time:
 *   lost = sum over ages of (1 - pace) * width
 * so a replica at half pace for two minutes is worth as much as one that comes a minute later. Learned at any load, from
 * peers at the same time. Bad at: pools in which newcomers get other work than the rest.
 */
export interface WarmUp {
  /** Per age, slowly averaged. */
  readonly pace: readonly number[];
  /** Observations behind each. */
  readonly seen: readonly number[];
}

/** A replica that has been ready for `ageMs`, and how fast it is beside settled peers. */
export interface Newcomer {
  readonly ageMs: number;
  readonly pace: number;
}

/** Where each age ends, milliseconds: what is older has settled. */
const ages = [30_000, 60_000, 120_000, 240_000, 480_000];
export const settledAfterMs = ages.at(-1)!;
const gain = 0.02;
/** Some replicas in some rounds: fewer are an accident. */
const enough = 40;
/** Noise is not warming up. */
const full = 0.85;

export function initialWarmUp(): WarmUp {
  return { pace: ages.map(() => 1), seen: ages.map(() => 0) };
}

export function observeNewcomers(warmUp: WarmUp, newcomers: readonly Newcomer[]): WarmUp {
  if (newcomers.length === 0) return warmUp;
  const pace = [...warmUp.pace];
  const seen = [...warmUp.seen];
  for (const { ageMs, pace: found } of newcomers) {
    const age = ages.findIndex((end) => ageMs < end);
    if (age < 0 || ageMs < 0 || !Number.isFinite(found) || found < 0) continue;
    seen[age] = seen[age]! + 1;
    // A plain mean of the first, then one that forgets.
    pace[age] = pace[age]! + Math.max(gain, 1 / seen[age]!) * (Math.min(found, 2) - pace[age]!);
  }
  return { pace, seen };
}

/** Milliseconds of full work that a replica has lost by the time it has settled; 0 where it starts at full pace. */
export function lostToWarmUp({ pace, seen }: WarmUp): number {
  let lost = 0;
  let from = 0;
  for (const [age, end] of ages.entries()) {
    if (seen[age]! < enough || pace[age]! >= full) break;
    lost += (1 - pace[age]!) * (end - from);
    from = end;
  }
  return lost;
}

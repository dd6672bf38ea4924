import type { TuningRecord } from '@jaegis/model';

/** What outcomes have changed of a pool's scaling parameters. */
export function makeTuning(pool: string, now: number): TuningRecord[] {
  const record = (o: Partial<TuningRecord> & { minutes: number }): TuningRecord => ({
    id: `t-${o.minutes}`,
    pool,
    at: now - o.minutes * 60_000,
    parameter: 'startup',
    from: 1,
    to: 1.9,
    reason: 'the last 4 orders took 1.9 times as long as was assumed',
    state: 'trial',
    judgedAt: null,
    message: '',
    ...o,
  });
  const message = 'short 4.2 % of the time and 41 % idle, before it 0.6 % and 44 %: undone, left alone for 2h';
  return [
    record({ minutes: 12 }),
    record({
      minutes: 95,
      parameter: 'patience',
      to: 0.8,
      reason: 'nothing was turned back for an hour, and 44 % is idle',
      state: 'undone',
      judgedAt: now - 3_900_000,
      message,
    }),
    record({
      minutes: 300,
      parameter: 'forecast',
      to: 0.5,
      reason: 'of 6 peaks that were ordered for by forecast 1 came',
      state: 'kept',
      judgedAt: now - 16_200_000,
      message: 'short 0.4 % of the time and 36 % idle, before it 0.6 % and 52 %',
    }),
  ];
}

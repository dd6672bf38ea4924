import type { TunedParameter, TuningRecord } from '@jaegis/model';
import { formatTable, type Layout } from './table.ts';
import { ago } from './time.ts';

/** What each parameter means, as it is said of a pool. */
const words: Readonly<Record<TunedParameter, string>> = {
  startup: 'assumed start-up time',
  headroom: 'use that is aimed at',
  forecast: 'trust in forecasts',
  patience: 'wait before giving back',
};

/** `assumed start-up time x 1.9`, for each that is not as it was. */
export function tunedWords(tuned: Readonly<Record<TunedParameter, number>>): string[] {
  return (Object.keys(words) as TunedParameter[])
    .filter((parameter) => tuned[parameter] !== 1)
    .map((parameter) => `${words[parameter]} x ${tuned[parameter]}`);
}

export function formatTuning(records: readonly TuningRecord[], options: Layout & { now: number }): string {
  if (records.length === 0)
    return 'Nothing was tuned yet.\nParameters of a pool are tuned when the outcomes of its decisions ask for it.\n';
  return formatTable(
    [
      { title: 'WHEN', dropRank: 2 },
      { title: 'POOL', shrinkTo: 10, cut: 'middle' },
      { title: 'PARAMETER', shrinkTo: 10 },
      { title: 'CHANGE', align: 'right' },
      { title: 'STATE' },
      { title: 'WHY, AND WHAT CAME OF IT', shrinkTo: 20 },
    ],
    records.map((record) => [
      ago(record.at, options.now),
      record.pool,
      words[record.parameter],
      `${record.from}→${record.to}`,
      { text: record.state, tone: record.state === 'undone' ? 'warn' : record.state === 'trial' ? 'accent' : 'good' },
      record.message === '' ? record.reason : `${record.reason}; ${record.message}`,
    ]),
    options,
  );
}

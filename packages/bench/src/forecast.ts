/**
 * How good forecasts are: M4 hourly on windows held back from its training part, and operations series by rolling origin;
 * then each member alone on a fixed sample, and what a network earns beside the others. Over all cores; interrupted, it goes
 * on where it was. `--quick`: a quarter of the series, 20 origins.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createForecaster, forecastMembers } from '@jaegis/analytics';
import { formatDuration } from '@jaegis/std';
import { runCases, serveCases } from './case-threads.ts';
import {
  type CaseResult,
  type ForecastCase,
  geometricMean,
  meanOf,
  runForecastCase,
  someOf,
} from './forecast/forecast-cases.ts';
import { readM4Hourly, scoreM4 } from './forecast/m4-hourly.ts';
import { type BenchRow, operationsRows } from './forecast/operations-rows.ts';
import { readOperations } from './forecast/operations-series.ts';

/** A case and its rows; without `tell` its scores are part of the operations rows. */
interface Asked {
  readonly each: ForecastCase;
  readonly tell?: (result: CaseResult) => BenchRow[];
}

const dayMs = 86_400_000;

serveCases(runForecastCase);

export async function run(options: { quick?: boolean } = {}): Promise<{ title: string; rows: BenchRow[] }> {
  const folder = process.env['JAEGIS_BENCH_DATA'] ?? join(process.cwd(), '../shared/data');
  const title = 'Forecasts: M4 hourly (held-back windows) and operations series (rolling origin)';
  if (!existsSync(join(folder, 'forecast'))) {
    console.error(`Skipped: ${folder} holds no folder "forecast" (JAEGIS_BENCH_DATA)`);
    return { title: `${title}: skipped, no data`, rows: [] };
  }
  const isQuick = options.quick === true;
  const asked: Asked[] = [
    ...(readM4Hourly(folder) === undefined ? [] : m4Cases(folder, isQuick)),
    ...operationsCases(folder, isQuick),
    ...networkCases(folder, isQuick),
  ];
  const results = await runCases<ForecastCase, CaseResult>(
    asked.map(({ each }) => each),
    { moduleUrl: import.meta.url, told: tellCase },
  );
  const scores = results.flatMap((result, i) =>
    asked[i]!.tell === undefined && result.kind === 'series' ? result.scores : [],
  );
  const told = asked.flatMap(({ tell }, i) => tell?.(results[i]!) ?? []);
  return { title, rows: [...operationsRows(scores), ...told, ...m4Cost(folder)] };
}

/** What was done, on the way. */
function tellCase(each: ForecastCase, result: CaseResult): void {
  const { folder: _folder, ...what } = each;
  if (each.kind !== 'series' || result.kind !== 'series') console.error(JSON.stringify(what));
  else
    for (const { id, horizons } of result.scores) {
      const parts = horizons.map(
        ({ horizonMs, relativeMase, inside }) =>
          `${formatDuration(horizonMs)} ${relativeMase.toFixed(2)} (covers ${(100 * inside).toFixed(0)} %)`,
      );
      console.error(`${id}: ${parts.join(', ')}`);
    }
}

/** Some members cost a hundred times the others: a few series tell enough. The network's cases are apart. */
const membersAlone = forecastMembers.filter(({ name }) => name !== 'lstm');

function m4Cases(folder: string, isQuick: boolean): Asked[] {
  const windows = (isQuick ? [0] : [0, 48, 96]).map(
    (back): Asked => ({
      each: { kind: 'm4', folder, member: null, back, every: isQuick ? 4 : 1 },
      tell: (result) => {
        if (result.kind !== 'm4') return [];
        const { owa, smape, mase, series, coverage } = result.score;
        const name = `M4 hourly, ${back === 0 ? 'last 48 held back' : `last 48 before the last ${back}`}`;
        const note = `sMAPE ${smape.toFixed(2)}, MASE ${mase.toFixed(3)}, ${series} series`;
        return [
          { name: `${name}: OWA`, value: owa, unit: '', note },
          { name: `${name}: 90 % interval covers`, value: 100 * (coverage ?? 0), unit: '%' },
        ];
      },
    }),
  );
  const alone = membersAlone.map(
    ({ name, about }): Asked => ({
      each: { kind: 'm4', folder, member: name, back: 0, every: isQuick ? 16 : 6 },
      tell: (result) => {
        if (result.kind !== 'm4') return [];
        const { owa, series, msMedian } = result.score;
        const note = `${about}; ${series} series, ${msMedian.toFixed(1)} ms`;
        return [{ name: `M4 hourly, ${name} alone: OWA`, value: owa, unit: '', note }];
      },
    }),
  );
  return [...windows, ...alone];
}

/** When everything else is done: what a series costs with a core to itself. */
function m4Cost(folder: string): BenchRow[] {
  const some = someOf(readM4Hourly(folder) ?? [], 5);
  if (some.length === 0) return [];
  const { cpuMs, msMedian } = scoreM4(some, createForecaster());
  const note = `${some.length} series, the first ones without the compiler's help; CPU ${cpuMs.toFixed(1)} ms`;
  return [{ name: 'M4 hourly: time a series, median', value: msMedian, unit: 'ms', note }];
}

function operationsCases(folder: string, isQuick: boolean): Asked[] {
  const places = readOperations(folder).map((_, index) => index);
  const whole = { origins: isQuick ? 20 : 100, longestMs: isQuick ? dayMs : 7 * dayMs };
  const alone = [null, ...membersAlone.map(({ name }) => name)].map(
    (member): Asked => ({
      each: { kind: 'member', folder, member, every: isQuick ? 16 : 5, origins: isQuick ? 5 : 10 },
      tell: (result) => {
        if (result.kind !== 'series') return [];
        const { scores } = result;
        const who = member === null ? 'the default on the same' : `${member} alone`;
        const ms = meanOf(scores.map((each) => each.ms)).toFixed(1);
        return [
          {
            name: `operations, ${who}: MASE relative to seasonal naive`,
            value: geometricMean(scores.flatMap((each) => each.horizons.map((h) => h.relativeMase))),
            unit: '',
            note: `${scores.length} series, ${isQuick ? 5 : 10} origins, up to a day, ${ms} ms`,
          },
        ];
      },
    }),
  );
  return [
    ...someOf(places, isQuick ? 4 : 1).map((index): Asked => ({ each: { kind: 'series', folder, index, ...whole } })),
    ...alone,
  ];
}

function networkCases(folder: string, isQuick: boolean): Asked[] {
  const sets = readM4Hourly(folder) === undefined ? (['operations'] as const) : (['m4', 'operations'] as const);
  return sets.map((data) => ({
    each: { kind: 'network', folder, data, every: data === 'm4' ? (isQuick ? 16 : 3) : isQuick ? 8 : 1 },
    tell: (result) => {
      if (result.kind !== 'network') return [];
      const what = data === 'm4' ? 'M4 hourly, OWA' : 'operations, MASE relative to seasonal naive';
      return result.earned.map(({ name, series, values, ms }) => ({
        name: `the network (lstm): ${what} ${name}`,
        value: geometricMean(values.map(({ value }) => value)),
        unit: '',
        note: `${series} series, ${ms.toFixed(1)} ms${values.length > 1 ? `; ${values.map((each) => `${each.what} ${each.value.toFixed(3)}`).join(', ')}` : ''}`,
      }));
    },
  }));
}

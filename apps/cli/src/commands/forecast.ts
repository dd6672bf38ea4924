import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Forecaster } from '@jaegis/analytics';
import { badInput, CliError, done, type ExitCode, isFileError, unreadable } from '../errors.ts';
import { CsvSeries, type GivenSeries, readSeriesLine } from '../forecast/series-lines.ts';
import { formatTable } from '../format/table.ts';
import { layoutOf } from '../terminal.ts';
import { action, localCommand, type Program, readChoice, readCount, writeJson, writeJsonLine } from './shared.ts';

interface Flags {
  readonly horizon?: string;
  readonly quantiles?: string;
  readonly member?: string;
  readonly members?: boolean;
  readonly step?: string;
}

const mostSteps = 10_000;
/** What a network learns from, and how long: ten to twenty seconds at most. */
const mostLearned = 256;
const mostRounds = 600;
const leastRounds = 30;
const roundsPerSeries = 10;

/** `jaegis forecast [FILE]`: the product's forecaster over recorded series. */
export function forecastCommand(program: Program): void {
  const { terminal } = program;
  const command = localCommand(
    program,
    'forecast [file]',
    "forecast recorded series (NDJSON or CSV; '-' or nothing reads standard input)",
  )
    .option('--horizon <steps>', 'how many steps ahead', '48')
    .option('--quantiles <list>', 'quantiles beside the mean', '0.05,0.5,0.95')
    .option('--member <name>', 'one member alone instead of the weighted ensemble')
    .option('--members', 'list the members')
    .option('--step <duration>', 'time between values, where the input does not say (60s, 1h)');
  command.addHelpText(
    'after',
    `
NDJSON in, a series a line: {"id":"H1","step_s":3600,"values":[1,2,null]}. CSV: a header, first column time, every other a series.
NDJSON out in the same order: {"id","mean":[],"quantiles":{"0.05":[]},"model","weights":{},"ms"}; "note" says why a forecast is plain.`,
  );
  action<Flags>(program, command, async ({ args, flags }): Promise<ExitCode> => {
    const { createForecaster, forecastMembers, trainNetwork } = await import('@jaegis/analytics');
    if (flags.members === true) {
      if (flags.json === true)
        writeJson(terminal, { items: forecastMembers, total: forecastMembers.length, next: null });
      else {
        const rows = forecastMembers.map(({ name, about }) => [name, about]);
        terminal.write(formatTable([{ title: 'MEMBER' }, { title: 'WHAT IT IS' }], rows, layoutOf(terminal)));
      }
      return done;
    }
    const names = forecastMembers.map(({ name }) => name);
    const member = flags.member === undefined ? undefined : readChoice(flags.member, '--member', names);
    const horizon = readCount(flags.horizon, { flag: '--horizon', otherwise: 48, max: mostSteps });
    const quantiles = readQuantiles(flags.quantiles ?? '');
    const stepMs = await readStep(flags.step);
    const input = readInput(args[0], stepMs);
    const answer = (forecaster: Forecaster, { id, start, stepMs: step, values }: GivenSeries) => {
      const startedAt = performance.now();
      const result = forecaster.forecast({ start, stepMs: step, values }, { horizon, quantiles });
      writeJsonLine(terminal, {
        id,
        ...result,
        weights: result.weights ?? {},
        ms: Math.round((performance.now() - startedAt) * 1_000) / 1_000,
      });
    };
    if (member === 'lstm') {
      // One network for all series: it learns from everything that is given before it says anything.
      const all: GivenSeries[] = [];
      for await (const each of input) all.push(each);
      const learned = spreadOver(all, mostLearned);
      const network = trainNetwork(learned, Math.min(mostRounds, leastRounds + roundsPerSeries * learned.length));
      const forecaster = createForecaster({ member, network });
      for (const each of all) answer(forecaster, each);
      return done;
    }
    const forecaster = createForecaster(member === undefined ? {} : { member });
    for await (const each of input) answer(forecaster, each);
    return done;
  });
}

/** At most so many of them, evenly spread. */
function spreadOver<T>(all: readonly T[], most: number): T[] {
  const every = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(all.length, most) }, (_, i) => all[Math.floor(i * every)]!);
}

/** NDJSON is answered line by line, as it comes; CSV when it has ended. */
async function* readInput(file: string | undefined, stepMs: number | undefined): AsyncGenerator<GivenSeries> {
  const name = file === undefined || file === '-' ? 'standard input' : file;
  const input = file === undefined || file === '-' ? process.stdin : createReadStream(file);
  let csv: CsvSeries | undefined;
  let number = 0;
  let known = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
      if (text.trim() !== '') known++;
      if (known === 0) continue;
      if (known === 1 && text.trimStart().startsWith('[')) throw bad(name, 'it is a JSON list');
      // What begins with an object is NDJSON to its end.
      if (csv === undefined && (known > 1 || text.trimStart().startsWith('{'))) {
        if (text.trim() !== '') yield readSeriesLine(text, { name, line: number, stepMs });
        continue;
      }
      csv ??= new CsvSeries({ name, stepMs });
      csv.push(text);
    }
  } catch (cause) {
    throw isFileError(cause) ? unreadable(name, cause) : cause;
  }
  if (known === 0) throw bad(name, 'it is empty');
  if (csv !== undefined) yield* csv.finish();
}

function bad(name: string, what: string): CliError {
  return new CliError(badInput, `Cannot forecast ${name}: ${what}, must be a series a line (NDJSON) or CSV`);
}

function readQuantiles(text: string): number[] {
  const parts = text.split(',').filter((part) => part.trim() !== '');
  return parts.map((part) => {
    const quantile = Number(part);
    if (quantile > 0 && quantile < 1) return quantile;
    throw new CliError(badInput, `Cannot use --quantiles: has "${part.trim()}", each must be above 0 and below 1`);
  });
}

async function readStep(text: string | undefined): Promise<number | undefined> {
  if (text === undefined) return undefined;
  const { parseDurationMs } = await import('@jaegis/std');
  const ms = parseDurationMs(/^[\d.]+$/.test(text) ? `${text}s` : text);
  if (typeof ms === 'number' && ms > 0) return ms;
  throw new CliError(badInput, `Cannot use --step: is "${text}", must be a duration like 60s or 1h`);
}

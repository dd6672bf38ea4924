import { createReadStream } from 'node:fs';
import { createRowVerdict, defaultMember, detectMembers, type MemberRun, takes } from '@jaegis/analytics';
import { parseDurationMs } from '@jaegis/std';
import { CsvTable } from '../detect/csv-table.ts';
import { TableNotes } from '../detect/table-notes.ts';
import { VerdictLines } from '../detect/verdict-lines.ts';
import { badInput, CliError, done, type ExitCode, isFileError, unreadable } from '../errors.ts';
import { formatTable } from '../format/table.ts';
import { layoutOf, type Terminal } from '../terminal.ts';
import { action, localCommand, type Program, readChoice, readCount, writeJson } from './shared.ts';

interface Flags {
  readonly member?: string;
  readonly members?: boolean;
  readonly trainRows?: string;
  readonly step?: string;
}

const chunkBytes = 1 << 18;
const mostTrainRows = 100_000_000;

/** `jaegis detect [FILE]`: the product's detectors over recorded data, one row at a time. */
export function detectCommand(program: Program): void {
  const { terminal } = program;
  const command = localCommand(program, 'detect [file]', 'anomalies in recorded data: CSV in, a verdict a row out')
    .option('--step <duration>', 'how far apart rows come, when the first column is not time')
    .option('--train-rows <n>', 'the first n rows may set scales and models, nothing after does')
    .option('--member <name>', 'run one detector alone')
    .option('--members', 'list the detectors');
  command.addHelpText(
    'after',
    `
FILE is CSV with a header, - or nothing reads standard input. First column: time (RFC 3339 or epoch); every other
column is a series, an empty cell is missing, a column named label is ignored. Row i of the output depends on rows up
to i only. Output: time,score,anomalous,expected,lower,upper and, with several series, top (the columns behind it).`,
  );
  action<Flags>(program, command, async ({ args, flags }): Promise<ExitCode> => {
    if (flags.members === true) listMembers(terminal, flags.json === true);
    else await detect(terminal, args[0], flags);
    return done;
  });
}

function listMembers(terminal: Terminal, isJson: boolean): void {
  const items = detectMembers.map(({ name, about, leastColumns, mostColumns }) => ({
    name,
    about,
    leastColumns,
    mostColumns,
    defaultFor: [1, 2]
      .filter((columns) => defaultMember(columns)?.name === name)
      .map((n) => (n === 1 ? 'one series' : 'several series')),
  }));
  if (isJson) {
    writeJson(terminal, { items, total: items.length, next: null });
    return;
  }
  terminal.write(
    formatTable(
      [{ title: 'MEMBER' }, { title: 'DEFAULT FOR' }, { title: 'WHAT IT DOES', ownLineBelow: 30 }],
      items.map((each) => [each.name, each.defaultFor.join(', '), each.about]),
      layoutOf(terminal),
    ),
  );
}

async function detect(terminal: Terminal, file: string | undefined, flags: Flags & { json?: boolean }): Promise<void> {
  const name = file === undefined || file === '-' ? 'standard input' : file;
  const stepMs = flags.step === undefined ? undefined : readStep(flags.step);
  const trainRows =
    flags.trainRows === undefined || flags.trainRows === '0'
      ? 0
      : readCount(flags.trainRows, { flag: '--train-rows', otherwise: 0, max: mostTrainRows });
  let run: MemberRun | undefined;
  let lines: VerdictLines | undefined;
  let verdict = createRowVerdict(0);
  let notes = new TableNotes([]);
  const table = new CsvTable({
    name,
    stepMs,
    onHeader: (series) => {
      run = chooseMember(flags.member, series.length, name).start({
        columns: series,
        intervalMs: stepMs ?? 0,
        trainRows,
      });
      lines = new VerdictLines(series, flags.json === true);
      verdict = createRowVerdict(series.length);
      notes = new TableNotes(series);
    },
    onRow: (row) => {
      notes.see(row.at, row.values);
      run!.observe(row.at, row.values, verdict);
      lines!.add(row, verdict);
    },
  });
  // Whatever is complete in a chunk is answered before the next is read: on a pipe that is row by row.
  const flush = async () => {
    if (lines !== undefined && lines.length > 0) await terminal.writeBytes(lines.take());
  };
  try {
    for await (const chunk of open(terminal, file)) {
      table.push(chunk);
      await flush();
    }
    table.finish();
  } catch (error) {
    throw isFileError(error) ? unreadable(name, error) : error;
  } finally {
    await flush();
  }
  for (const note of notes.say()) terminal.warn(`Note: ${name}: ${note}`);
}

function open(terminal: Terminal, file: string | undefined): AsyncIterable<Uint8Array> {
  return file === undefined || file === '-' ? terminal.input() : createReadStream(file, { highWaterMark: chunkBytes });
}

function chooseMember(name: string | undefined, columns: number, table: string) {
  if (name === undefined) {
    const found = defaultMember(columns);
    if (found !== undefined) return found;
    throw new CliError(badInput, `Cannot read ${table}: it has ${columns} series, must have fewer`);
  }
  const known = readChoice(
    name,
    '--member',
    detectMembers.map((each) => each.name),
  );
  const member = detectMembers.find((each) => each.name === known)!;
  if (takes(member, columns)) return member;
  throw new CliError(
    badInput,
    `Cannot use --member ${name}: ${table} has ${columns} series, must have ${member.leastColumns} to ${member.mostColumns}`,
  );
}

function readStep(text: string): number {
  const ms = parseDurationMs(text);
  if (ms !== undefined && ms >= 1) return ms;
  throw new CliError(badInput, `Cannot use --step: is "${text}", must be a duration such as 60s`);
}

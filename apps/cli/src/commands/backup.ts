/** `jaegis backup DIR` and `jaegis restore DIR`: the data folder to a folder of backups, and back. */
import { rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BackupResult, Progress } from '@jaegis/server';
import { formatValue } from '@jaegis/std';
import { badInput, CliError, done, type ExitCode, isBad } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import { action, localCommand, type Program, readCount, serverCommand, writeJson } from './shared.ts';

interface BackupFlags {
  readonly dataDir?: string;
  readonly keep?: string;
}

interface RestoreFlags {
  readonly dataDir?: string;
  readonly at?: string;
}

const progressEveryMs = 1_000;
const keepMax = 100_000;

/** Takes a snapshot of the server on this machine and copies what the last backup has not; with --data-dir, of a stopped one. */
export function backupCommand(program: Program): void {
  const { terminal } = program;
  const command = serverCommand(
    program,
    'backup <dir>',
    'back up the data folder; only what is new since the last backup is copied',
  )
    .option('--data-dir <dir>', 'the data folder of a server that is stopped (default: ask the running server)')
    .option('--keep <n>', 'keep only the newest so many backups (default: all)');
  command.addHelpText('after', '\nThe server must be on this machine. Restore with jaegis restore DIR --data-dir NEW.');
  action<BackupFlags>(program, command, async ({ args, flags, client }): Promise<ExitCode> => {
    const to = resolve(args[0] ?? '');
    const keep = readCount(flags.keep, { flag: '--keep', otherwise: keepMax, max: keepMax });
    const { backUp, backUpStopped, DataFolderInUse, snapshotsFolder } = await import('@jaegis/server');
    const onProgress = progressOf(terminal, flags.json === true);
    const common = { to, keep, at: terminal.now(), onProgress };
    let result: BackupResult;
    if (flags.dataDir !== undefined) {
      const from = await folder(flags.dataDir, '--data-dir');
      result = await oneLine(() => backUpStopped({ ...common, from })).catch((error: Error) => {
        if (!(error.cause instanceof DataFolderInUse)) throw error;
        throw new CliError(
          isBad,
          `Cannot back up ${from}: process ${error.cause.pid} is using it, must be stopped; or ask it, without --data-dir: jaegis backup ${args[0]} (--url names its address where that is not the usual one)`,
        );
      });
    } else {
      const { dataDir, name } = await client.snapshot();
      const from = await folder(join(dataDir, snapshotsFolder, name), "the server's snapshot");
      try {
        result = await oneLine(() => backUp({ ...common, from }));
      } finally {
        await rm(from, { recursive: true, force: true });
      }
    }
    if (flags.json === true) writeJson(terminal, { ...result, dir: to });
    else terminal.write(backupText(result, to));
    return done;
  });
}

function backupText(result: BackupResult, to: string): string {
  const { name, files, bytes, newFiles, newBytes, pruned } = result;
  const gone = pruned === 0 ? '' : `, ${pruned} older ones removed`;
  return `Backed up ${files} files (${formatValue(bytes, 'bytes')}) as ${name} in ${to}: ${newFiles} new (${formatValue(newBytes, 'bytes')})${gone}.\n`;
}

/** Puts a backup into an empty folder, checked file by file. */
export function restoreCommand(program: Program): void {
  const { terminal } = program;
  const command = localCommand(program, 'restore <dir>', 'put a backup into a new data folder')
    .option('--data-dir <dir>', 'where to put it: a folder that is empty or not there (required)')
    .option('--at <time>', 'the newest backup not after this time, epoch seconds or RFC 3339 (default: the newest)');
  command.addHelpText('after', '\nThen start the server on it: jaegis up --data-dir DIR.');
  action<RestoreFlags>(program, command, async ({ args, flags }): Promise<ExitCode> => {
    if (flags.dataDir === undefined)
      throw new CliError(badInput, 'Cannot restore: --data-dir is missing, must name an empty folder for the data');
    const from = await folder(args[0] ?? '', 'the folder of backups');
    const { restore } = await import('@jaegis/server');
    const to = resolve(flags.dataDir);
    const onProgress = progressOf(terminal, flags.json === true);
    const result = await oneLine(() => restore({ from, to, at: readAt(flags.at), onProgress }));
    if (flags.json === true) writeJson(terminal, { ...result, dataDir: to });
    else
      terminal.write(
        `Restored ${result.files} files (${formatValue(result.bytes, 'bytes')}) of backup ${result.name} to ${to}.\n`,
      );
    return done;
  });
}

function readAt(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text);
  if (Number.isFinite(ms)) return ms;
  throw new CliError(
    badInput,
    `Cannot use --at: is "${text}", must be epoch seconds or a time such as 2026-01-31T12:00:00Z`,
  );
}

async function folder(path: string, what: string): Promise<string> {
  const full = resolve(path);
  const found = await stat(full).catch(() => undefined);
  if (found?.isDirectory() === true) return full;
  throw new CliError(
    badInput,
    `Cannot use ${what}: ${full} is ${found === undefined ? 'not there' : 'a file'}, must be a folder on this machine`,
  );
}

async function oneLine<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw new CliError(isBad, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Long work says how far it is, each second, to standard error. */
function progressOf(terminal: Terminal, isQuiet: boolean): (progress: Progress) => void {
  let last = terminal.now();
  return ({ files, filesTotal, bytes, bytesTotal }) => {
    const now = terminal.now();
    if (isQuiet || now - last < progressEveryMs) return;
    last = now;
    const share = formatValue(bytesTotal === 0 ? 1 : bytes / bytesTotal, 'ratio');
    terminal.warn(
      `${share}: ${files} of ${filesTotal} files, ${formatValue(bytes, 'bytes')} of ${formatValue(bytesTotal, 'bytes')}`,
    );
  };
}

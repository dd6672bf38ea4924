/** A data folder (or a snapshot) to a folder of backups, and back. Only what the last backup has not is copied. */
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { lockDataDir } from '../data-lock.ts';
import {
  type BackupFile,
  exists,
  hashFile,
  hashTail,
  listBackups,
  objectPath,
  prune,
  putObject,
  readManifest,
  writeManifest,
} from './object-store.ts';

export interface Progress {
  readonly files: number;
  readonly filesTotal: number;
  readonly bytes: number;
  readonly bytesTotal: number;
}

export interface BackupResult {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  /** What was not in the folder yet. */
  readonly newFiles: number;
  readonly newBytes: number;
  readonly pruned: number;
}

export interface RestoreResult {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

/** What a data folder holds beside data: these are made anew, and a secret has no place in a backup. */
const leftOut: ReadonlySet<string> = new Set(['lock', 'snapshots', 'token', 'metadata.sqlite-shm']);

/** Backs up the folder `from`, in which nobody writes. `keep` newest backups stay. Rejects with one line. */
export async function backUp(options: {
  from: string;
  to: string;
  at: number;
  keep: number;
  onProgress: (progress: Progress) => void;
}): Promise<BackupResult> {
  const { from, to, at, keep, onProgress } = options;
  const name = new Date(at).toISOString().replaceAll(':', '-');
  const before = new Map<string, BackupFile>();
  const last = (await listBackups(to)).at(-1);
  if (last !== undefined) for (const file of (await readManifest(to, last)).files) before.set(file.path, file);
  const found = await listFiles(from);
  const bytesTotal = found.reduce((sum, { size }) => sum + size, 0);
  const files: BackupFile[] = [];
  let bytes = 0;
  let newFiles = 0;
  let newBytes = 0;
  for (const { path, size } of found) {
    const file = await describe(join(from, path), { path, size, before: before.get(path), to });
    if (await putObject(to, join(from, path), file.sha256)) {
      newFiles++;
      newBytes += size;
    }
    files.push(file);
    bytes += size;
    onProgress({ files: files.length, filesTotal: found.length, bytes, bytesTotal });
  }
  await writeManifest(to, name, { version: 1, at, files });
  return { name, files: files.length, bytes, newFiles, newBytes, pruned: await prune(to, keep) };
}

/** As `backUp`, from the data folder of a server that is stopped. */
export async function backUpStopped(options: Parameters<typeof backUp>[0]): Promise<BackupResult> {
  const unlock = await lockDataDir(options.from);
  try {
    return await backUp(options);
  } finally {
    await unlock();
  }
}

async function describe(
  source: string,
  of: { path: string; size: number; before: BackupFile | undefined; to: string },
): Promise<BackupFile> {
  const { path, size, before, to } = of;
  const tail = await hashTail(source, size);
  const isKnown = path.endsWith('.jgb') && before?.size === size && before.tail === tail;
  if (isKnown && (await exists(objectPath(to, before.sha256)))) return before;
  return { path, size, tail, sha256: await hashFile(source) };
}

async function listFiles(folder: string): Promise<{ path: string; size: number }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const result: { path: string; size: number }[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const full = join(entry.parentPath, entry.name);
    const path = full
      .slice(folder.length + 1)
      .split(sep)
      .join('/');
    if (!leftOut.has(path.split('/')[0]!)) result.push({ path, size: (await stat(full)).size });
  }
  return result.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Puts a backup (the newest, or the newest not after `at`) into a folder that is empty or not there. Every file is checked
 * against its sum. Rejects with one line.
 */
export async function restore(options: {
  from: string;
  to: string;
  at: number | undefined;
  onProgress: (progress: Progress) => void;
}): Promise<RestoreResult> {
  const { from, to, at, onProgress } = options;
  const names = await listBackups(from);
  if (names.length === 0)
    throw new Error(`Cannot restore from ${from}: it holds no backup, must be a folder that jaegis backup has written`);
  let chosen: string | undefined;
  for (const name of names) if (at === undefined || (await readManifest(from, name)).at <= at) chosen = name;
  if (chosen === undefined)
    throw new Error(`Cannot restore from ${from}: the oldest backup is ${names[0]}, --at must not be before it`);
  const present = await readdir(to).catch(() => []);
  if (present.length > 0)
    throw new Error(`Cannot restore to ${to}: it holds ${present.length} files or folders, must be empty`);
  const { files } = await readManifest(from, chosen);
  const bytesTotal = files.reduce((sum, { size }) => sum + size, 0);
  await mkdir(to, { recursive: true, mode: 0o700 });
  let bytes = 0;
  for (const [i, { path, size, sha256 }] of files.entries()) {
    if (path.split('/').includes('..') || path.startsWith('/'))
      throw new Error(`Cannot restore ${path}: it leads out of the folder, must be below it`);
    const target = join(to, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await copyFile(objectPath(from, sha256), target);
    if ((await hashFile(target)) !== sha256)
      throw new Error(`Cannot restore ${path}: its content in the backup is damaged, must have SHA-256 ${sha256}`);
    bytes += size;
    onProgress({ files: i + 1, filesTotal: files.length, bytes, bytesTotal });
  }
  return { name: chosen, files: files.length, bytes };
}

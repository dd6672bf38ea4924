/**
 * The folder that backups go to. Each file's content is kept once, whatever backups hold it:
 *   objects/ab/abcdef...   content, named by its SHA-256
 *   backups/NAME.json      a backup: { version: 1, at, files: [{ path, size, sha256, tail }] }
 * `tail` is the SHA-256 of the last 4 KiB. A block never changes, so one of the same name, size and tail (where its index
 * and its sums are) as in the last backup is not read again: that is what makes the next backup quick.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface BackupFile {
  /** Below the data folder, with `/`. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly tail: string;
}

export interface Manifest {
  readonly version: 1;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly files: readonly BackupFile[];
}

const tailBytes = 4096;

export function objectPath(dir: string, sha256: string): string {
  return join(dir, 'objects', sha256.slice(0, 2), sha256);
}

/** Names of the backups, oldest first. */
export async function listBackups(dir: string): Promise<string[]> {
  const names = await readdir(join(dir, 'backups')).catch(() => []);
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

export async function readManifest(dir: string, name: string): Promise<Manifest> {
  const path = join(dir, 'backups', `${name}.json`);
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  if (manifest.version !== 1) throw new Error(`Cannot read backup ${name}: version is ${manifest.version}, must be 1`);
  return manifest;
}

/** Written last, and whole or not at all: a backup that was interrupted is none. */
export async function writeManifest(dir: string, name: string, manifest: Manifest): Promise<void> {
  await mkdir(join(dir, 'backups'), { recursive: true });
  const path = join(dir, 'backups', `${name}.json`);
  await writeFile(`${path}.tmp`, JSON.stringify(manifest, null, 1), { flush: true });
  await rename(`${path}.tmp`, path);
}

/** Puts a file's content into the folder; true when it was not there yet. */
export async function putObject(dir: string, from: string, sha256: string): Promise<boolean> {
  const path = objectPath(dir, sha256);
  if (await exists(path)) return false;
  await mkdir(dirname(path), { recursive: true });
  await pipeline(createReadStream(from), createWriteStream(`${path}.tmp`, { flush: true }));
  await rename(`${path}.tmp`, path);
  return true;
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

export async function hashTail(path: string, size: number): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(tailBytes, size));
    await handle.read(bytes, 0, bytes.length, size - bytes.length);
    return createHash('sha256').update(bytes).digest('hex');
  } finally {
    await handle.close();
  }
}

/** Removes backups but the newest `keep`, and the contents that none of those has. Returns how many backups went. */
export async function prune(dir: string, keep: number): Promise<number> {
  const names = await listBackups(dir);
  const gone = names.slice(0, Math.max(0, names.length - keep));
  if (gone.length === 0) return 0;
  const needed = new Set<string>();
  for (const name of names.slice(gone.length))
    for (const { sha256 } of (await readManifest(dir, name)).files) needed.add(sha256);
  for (const name of gone) await rm(join(dir, 'backups', `${name}.json`));
  for (const part of await readdir(join(dir, 'objects')).catch(() => []))
    for (const name of await readdir(join(dir, 'objects', part)))
      if (!needed.has(name)) await rm(join(dir, 'objects', part, name));
  return gone.length;
}

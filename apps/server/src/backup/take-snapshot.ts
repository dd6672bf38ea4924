/**
 * A snapshot: the whole data folder as it was at one moment, in `DATA/snapshots/NAME`. What never changes any more is
 * linked, not copied, so it costs little time and, until the originals go, no space. It can be started as a data folder.
 */
import { copyFile, link, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { copyMetadata, openDirectory } from '@jaegis/store';
import type { MetricsStore } from '@jaegis/tsdb';

export const snapshotsFolder = 'snapshots';

/** Resolves with the snapshot's name. Rejects, leaving nothing behind, when the disk fails. */
export async function takeSnapshot(from: { dataDir: string; store: MetricsStore; now: number }): Promise<string> {
  const { dataDir, store, now } = from;
  const base = `${new Date(now).toISOString().replaceAll(/[-:]/g, '').replace('.', '')}`;
  await mkdir(join(dataDir, snapshotsFolder), { recursive: true, mode: 0o700 });
  const { name, folder } = await newFolder(join(dataDir, snapshotsFolder), base);
  try {
    const metrics = join(folder, 'metrics');
    const target = await openDirectory(metrics);
    await store.snapshot(target, (file) => linkOrCopy(join(dataDir, 'metrics', file), join(metrics, file)));
    await linkAll(join(dataDir, 'telemetry'), join(folder, 'telemetry'));
    await linkAll(join(dataDir, 'detection'), join(folder, 'detection'));
    copyMetadata(join(dataDir, 'metadata.sqlite'), join(folder, 'metadata.sqlite'));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return name;
}

/** Two in the same millisecond get different names. */
async function newFolder(parent: string, base: string): Promise<{ name: string; folder: string }> {
  for (let n = 0; ; n++) {
    const name = n === 0 ? base : `${base}-${n}`;
    try {
      await mkdir(join(parent, name), { mode: 0o700 });
      return { name, folder: join(parent, name) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Files that are only ever appended to or replaced, their parts checked when they are read. */
async function linkAll(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  const names = await readdir(from).catch(() => []);
  for (const name of names) {
    try {
      await linkOrCopy(join(from, name), join(to, name));
    } catch (error) {
      // The oldest of them may go while we look.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** Some file systems have no hard links. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    await copyFile(from, to);
  }
}

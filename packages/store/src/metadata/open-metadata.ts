import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import type { MetadataStore } from './metadata-store.ts';
import { LaterVersionError, openSqliteMetadata } from './sqlite-metadata.ts';

export interface OpenMetadataOptions {
  /** Told in a sentence when a damaged file had to be set aside, or a damaged record left out. */
  readonly onDamage?: (message: string) => void;
}

/**
 * Opens (or makes) the metadata file. A damaged one is renamed to `<path>.damaged-<n>`, with its journal, and a fresh one
 * is begun: the fleet is seen again as it beats, so starting empty is better than not starting. Throws only when the
 * folder cannot be written, or when a newer JAEGIS wrote the file.
 */
export function openMetadata(path: string, options: OpenMetadataOptions = {}): MetadataStore {
  mkdirSync(dirname(path), { recursive: true });
  const onDamage = options.onDamage ?? (() => {});
  try {
    return openSqliteMetadata(path, onDamage);
  } catch (error) {
    if (error instanceof LaterVersionError || !existsSync(path) || isBusy(error)) throw error;
    const aside = setAside(path);
    const reason = error instanceof Error ? error.message : String(error);
    onDamage(`The metadata in ${path} is damaged (${reason}); it was set aside as ${aside} and a fresh file begun.`);
    return openSqliteMetadata(path, onDamage);
  }
}

/** Another process has the file: it is not damaged. */
function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    /SQLITE_(BUSY|LOCKED)|database is locked/i.test(`${(error as { code?: string }).code ?? ''} ${error.message}`)
  );
}

function setAside(path: string): string {
  let n = 1;
  while (existsSync(`${path}.damaged-${n}`)) n++;
  const aside = `${path}.damaged-${n}`;
  renameSync(path, aside);
  for (const suffix of ['-wal', '-shm']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  return aside;
}

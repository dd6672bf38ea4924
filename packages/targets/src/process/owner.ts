import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rng } from '@jaegis/std';
import { plainName } from './process-limit.ts';

/**
 * Names this JAEGIS towards every other on the machine: a random word kept in the data folder, mixed with where the
 * folder is, so that a copied folder does not lay claim to the original's processes.
 */
export function ownerOf(dataDir: string, rng: Rng): string {
  const folder = join(dataDir, 'processes');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'owner');
  let word: string;
  try {
    word = readFileSync(path, 'utf8');
  } catch {
    word = Array.from({ length: 4 }, () => rng.int(0, 0xffff).toString(16).padStart(4, '0')).join('');
    writeFileSync(path, word, { mode: 0o600 });
  }
  return createHash('sha256')
    .update(`${word}\0${realpathSync(dataDir)}`)
    .digest('hex')
    .slice(0, 16);
}

/** The file name of a pool: its readable name, and a digest because two names may read alike. */
export function poolFileName(pool: string): string {
  return `${plainName(pool)}-${createHash('sha256').update(pool).digest('hex').slice(0, 8)}`;
}

import { join } from 'node:path';
import type { StorageDirectory } from '@jaegis/tsdb';
import { readFileOf } from './open-directory.ts';

/** The files of a folder that somebody else writes: nothing is made, changed or cleared. */
export function openFilesToRead(path: string): Pick<StorageDirectory, 'openRead'> {
  return { openRead: async (name) => readFileOf(join(path, name)) };
}

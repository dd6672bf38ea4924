import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The lines of a gzip CSV under the data folder, its header first, split at commas; `undefined` when the file is absent. */
export function readRows(folder: string, file: string): string[][] | undefined {
  const path = join(folder, file);
  if (!existsSync(path)) return undefined;
  const text = gunzipSync(readFileSync(path)).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(','));
}

/** RFC 3339 (without a zone: UTC) to epoch seconds. */
export function secondsOf(time: string): number {
  return Date.parse(/Z$|[+-]\d\d:?\d\d$/.test(time) ? time : `${time}Z`) / 1_000;
}

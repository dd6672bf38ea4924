import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Rows [first, last] of the labelled half, and the columns (from 0) that caught the fault, by the data's authors. */
export interface Cause {
  readonly first: number;
  readonly last: number;
  readonly columns: ReadonlySet<number>;
}

/** By machine; empty for a set whose faults are not explained. */
export function readCauses(folder: string, set: string): Map<string, Cause[]> {
  const explained = join(folder, set, 'interpretation_label');
  if (!existsSync(explained)) return new Map();
  return new Map(
    readdirSync(explained).map((file) => {
      const lines = readFileSync(join(explained, file), 'utf8').trim().split('\n');
      const causes = lines.map((line): Cause => {
        const [rows = '', columns = ''] = line.trim().split(':');
        const [first = 0, last = 0] = rows.split('-').map(Number);
        // Both count from 1.
        return { first: first - 1, last: last - 1, columns: new Set(columns.split(',').map((k) => Number(k) - 1)) };
      });
      return [file.replace('.txt', ''), causes];
    }),
  );
}

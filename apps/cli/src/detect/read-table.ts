import { readFileSync } from 'node:fs';
import type { RecordedTable } from '@jaegis/analytics';
import { unreadable } from '../errors.ts';
import { CsvTable } from './csv-table.ts';

/** A whole table of a file, as `jaegis detect` reads it. Throws a `CliError` where it is no table. */
export function readTable(file: string): RecordedTable {
  let columns: readonly string[] = [];
  const rows: { at: number; values: Float64Array }[] = [];
  const table = new CsvTable({
    name: file,
    stepMs: undefined,
    onHeader: (series) => {
      columns = series;
    },
    onRow: ({ at, values }) => rows.push({ at, values: values.slice() }),
  });
  table.push(bytesOf(file));
  table.finish();
  return { columns, rows };
}

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

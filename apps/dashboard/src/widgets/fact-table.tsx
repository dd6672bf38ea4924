import type { ReactNode } from 'react';
import { ColumnHeads, num } from './column-heads.tsx';

export interface Column<T> {
  readonly name: string;
  /** Numbers stand right. */
  readonly isNum?: boolean;
  readonly cell: (row: T) => ReactNode;
  /** Of this row's cell: `muted`, `bad-text`. */
  readonly tone?: (row: T) => string;
}

/** A plain table: the first column names the row. */
export function FactTable<T>({
  columns,
  rows,
  keyOf,
}: {
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
}) {
  const [first, ...others] = columns;
  return (
    <div className="table-scroll">
      <table className="table">
        <ColumnHeads columns={columns.map(({ name, isNum }) => (isNum === true ? num(name) : name))} />
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              <th scope="row">{first?.cell(row)}</th>
              {others.map(({ name, isNum, cell, tone }) => (
                <td key={name} className={`${isNum === true ? 'num ' : ''}${tone?.(row) ?? ''}` || undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

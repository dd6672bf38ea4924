import type { ReactNode } from 'react';

/** A column: its name, or `num(...)` of one that holds numbers. */
export type ColumnHead = string | NumberHead;

interface NumberHead {
  readonly name: string;
  readonly label: ReactNode;
}

/** A column of numbers, which stand right; `label` is shown in place of the name. */
export function num(name: string, label: ReactNode = name): NumberHead {
  return { name, label };
}

/** The head of a table; `first`, where it is more than a word, comes before the columns. */
export function ColumnHeads({ first, columns }: { first?: ReactNode; columns: readonly ColumnHead[] }) {
  return (
    <thead>
      <tr>
        {first !== undefined && <th scope="col">{first}</th>}
        {columns.map((head) =>
          typeof head === 'string' ? (
            <th key={head} scope="col">
              {head}
            </th>
          ) : (
            <th key={head.name} scope="col" className="num">
              {head.label}
            </th>
          ),
        )}
      </tr>
    </thead>
  );
}

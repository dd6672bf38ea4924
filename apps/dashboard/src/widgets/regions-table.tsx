import { FactTable } from './fact-table.tsx';

/** Regions, the replicas in each (before and after, where that differs) and why. */
export function RegionsTable({
  rows,
}: {
  rows: readonly { readonly name: string; readonly from: number; readonly to: number; readonly reason: string }[];
}) {
  return (
    <FactTable
      columns={[
        { name: 'Region', cell: ({ name }) => name },
        { name: 'Replicas', isNum: true, cell: ({ from, to }) => (from === to ? to : `${from} → ${to}`) },
        { name: 'Why', cell: ({ reason }) => reason, tone: () => 'muted small' },
      ]}
      rows={rows}
      keyOf={({ name }) => name}
    />
  );
}

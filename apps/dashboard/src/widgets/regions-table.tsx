/** Regions, the replicas in each (before and after, where that differs) and why. */
export function RegionsTable({
  rows,
}: {
  rows: readonly { readonly name: string; readonly from: number; readonly to: number; readonly reason: string }[];
}) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Region</th>
          <th scope="col" className="num">
            Replicas
          </th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, from, to, reason }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="num">{from === to ? to : `${from} → ${to}`}</td>
            <td className="muted small">{reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

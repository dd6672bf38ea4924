/** A line without axes, for a cell. Gaps stay gaps. */
export function Sparkline({
  values,
  color,
  label,
  width = 96,
  height = 20,
}: {
  values: readonly (number | null)[];
  color: string;
  label: string;
  width?: number;
  height?: number;
}) {
  const known = values.filter((value) => value !== null);
  const top = Math.max(...known, 0) || 1;
  let path = '';
  let isDown = false;
  values.forEach((value, i) => {
    if (value === null) {
      isDown = false;
      return;
    }
    const x = ((i / Math.max(1, values.length - 1)) * (width - 2) + 1).toFixed(1);
    const y = (height - 2 - (value / top) * (height - 4)).toFixed(1);
    path += `${isDown ? 'L' : 'M'}${x} ${y}`;
    isDown = true;
  });
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
    >
      <path d={path} fill="none" stroke={color} strokeWidth="1.250" strokeLinejoin="round" />
    </svg>
  );
}

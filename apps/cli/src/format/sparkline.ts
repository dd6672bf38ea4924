const blocks = '▁▂▃▄▅▆▇█';

/**
 * A series as one line of eighth blocks, low to high between its own minimum and maximum. `null` (no data) is a space.
 * More values than `width` are averaged into as many places; a constant series is a middle line.
 */
export function sparkline(values: readonly (number | null)[], width = values.length): string {
  const places = Math.max(1, Math.min(width, values.length));
  const means = Array.from({ length: values.length === 0 ? 0 : places }, (_, place) => {
    const from = Math.floor((place * values.length) / places);
    const to = Math.max(from + 1, Math.floor(((place + 1) * values.length) / places));
    const known = values.slice(from, to).filter((value): value is number => value !== null && Number.isFinite(value));
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
  const known = means.filter((value): value is number => value !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  return means
    .map((value) => {
      if (value === null) return ' ';
      if (high === low) return blocks[3];
      return blocks[Math.min(blocks.length - 1, Math.floor(((value - low) / (high - low)) * blocks.length))];
    })
    .join('');
}

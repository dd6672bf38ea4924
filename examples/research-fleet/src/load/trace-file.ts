export type TraceResult =
  | { readonly ok: true; readonly rate: (elapsedMs: number) => number; readonly durationMs: number }
  | { readonly ok: false; readonly error: string };

/**
 * Reads a recorded load: CSV with a header `t_s,requests`, ascending seconds and the count of requests in the bin that
 * begins there. Returns the rate per second at a time since the start; after its end the trace begins again.
 */
export function parseTrace(text: string): TraceResult {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines[0]?.replaceAll(' ', '') !== 't_s,requests')
    return { ok: false, error: `Cannot read trace: header is "${lines[0] ?? ''}", must be "t_s,requests"` };
  const times: number[] = [];
  const counts: number[] = [];
  for (const [index, line] of lines.slice(1).entries()) {
    const cells = line.split(',').map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
    const [time = Number.NaN, count = Number.NaN] = cells;
    if (!Number.isFinite(time) || !Number.isFinite(count) || count < 0)
      return { ok: false, error: `Cannot read trace line ${index + 2}: is "${line}", must be seconds,count` };
    if (time <= (times.at(-1) ?? Number.NEGATIVE_INFINITY))
      return { ok: false, error: `Cannot read trace line ${index + 2}: t_s is ${time}, must be > ${times.at(-1)}` };
    times.push(time);
    counts.push(count);
  }
  if (times.length < 2)
    return { ok: false, error: `Cannot read trace: has ${times.length} bins, must have at least 2` };
  const start = times[0]!;
  const lastWidth = times.at(-1)! - times.at(-2)!;
  const durationMs = (times.at(-1)! + lastWidth - start) * 1_000;
  const rate = (elapsedMs: number): number => {
    const at = start + (elapsedMs % durationMs) / 1_000;
    let low = 0;
    let high = times.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (times[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return counts[low]! / ((times[low + 1] ?? times[low]! + lastWidth) - times[low]!);
  };
  return { ok: true, rate, durationMs };
}

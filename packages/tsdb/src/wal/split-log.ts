/**
 * Divides the segments of a log between threads: contiguous stretches of about equal size, in order. A short log is not
 * worth a thread.
 */
export interface SizedFile {
  readonly name: string;
  readonly bytes: number;
}

/** At most `count` stretches of some `leastBytes` that together are all of `segments`; none for a log that has not that much. */
export function splitLog(segments: readonly SizedFile[], of: { count: number; leastBytes: number }): string[][] {
  const total = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  const wanted = Math.min(of.count, Math.floor(total / of.leastBytes));
  if (wanted < 1) return [];
  const parts: string[][] = Array.from({ length: wanted }, () => []);
  let before = 0;
  for (const { name, bytes } of segments) {
    // A segment goes where its middle lies.
    const part = Math.min(wanted - 1, Math.floor(((before + bytes / 2) / total) * wanted));
    parts[part]!.push(name);
    before += bytes;
  }
  return parts.filter((part) => part.length > 0);
}

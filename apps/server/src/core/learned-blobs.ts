/**
 * What was learned of thousands of agents is tens of megabytes: too much for one write beside the ingest. It is kept in
 * parts, with a turn for others after each, under two names in turn; a state says which of them is whole. A kill between
 * two parts leaves the one before.
 *
 * The bytes: length of the rows (u32), the rows as JSON, then the snapshot.
 */
import type { MetadataStore } from '@jaegis/store';

export interface Learned {
  readonly bytes: Uint8Array;
  /** The row of the snapshot for each name. */
  readonly rows: Record<string, number>;
}

interface Whole {
  readonly turn: number;
  readonly parts: number;
}

/** A millisecond or two of writing. */
const partBytes = 256 * 1024;
const headBytes = 4;

/** Keeps it. `breathe` is called between parts; without one it is written in one go. */
export async function saveLearned(
  metadata: MetadataStore,
  key: string,
  learned: Learned,
  breathe?: () => Promise<void>,
): Promise<void> {
  const before = metadata.getState(key) as Whole | undefined;
  const turn = before?.turn === 0 ? 1 : 0;
  const bytes = joined(learned);
  const parts = Math.ceil(bytes.length / partBytes);
  for (let part = 0; part < parts; part++) {
    metadata.setBlob(`${key}/${turn}/${part}`, bytes.subarray(part * partBytes, (part + 1) * partBytes));
    await breathe?.();
  }
  metadata.setState(key, { turn, parts } satisfies Whole);
}

/** What was kept last; `undefined` when there is nothing, or not all of it. */
export function loadLearned(metadata: MetadataStore, key: string): Learned | undefined {
  const whole = metadata.getState(key) as Whole | undefined;
  if (whole === undefined) return undefined;
  const parts: Uint8Array[] = [];
  for (let part = 0; part < whole.parts; part++) {
    const bytes = metadata.getBlob(`${key}/${whole.turn}/${part}`);
    if (bytes === undefined) return undefined;
    parts.push(bytes);
  }
  return parted(Buffer.concat(parts));
}

function joined({ bytes, rows }: Learned): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(rows));
  const all = new Uint8Array(headBytes + text.length + bytes.length);
  new DataView(all.buffer).setUint32(0, text.length);
  all.set(text, headBytes);
  all.set(bytes, headBytes + text.length);
  return all;
}

function parted(all: Uint8Array): Learned | undefined {
  if (all.length < headBytes) return undefined;
  const length = new DataView(all.buffer, all.byteOffset, all.byteLength).getUint32(0);
  if (headBytes + length > all.length) return undefined;
  try {
    const rows = JSON.parse(new TextDecoder().decode(all.subarray(headBytes, headBytes + length)));
    return { rows, bytes: all.subarray(headBytes + length) };
  } catch {
    // A flipped bit: what was learned is learned again.
    return undefined;
  }
}

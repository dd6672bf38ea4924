import type { Rng } from '@jaegis/std';

// A folder with a bad disk under it. It has the shape of the tsdb's `StorageDirectory`, said again here so that the made
// world stands on the ground band alone; a test holds the two together.

export interface DiskFile {
  append(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
  truncate?(size: number): Promise<void>;
}

export interface Disk {
  list(): Promise<string[]>;
  read(name: string): Promise<Uint8Array>;
  openAppend(name: string): Promise<DiskFile>;
  write(name: string, bytes: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
  size(name: string): Promise<number>;
  openRead(name: string): Promise<DiskReader>;
  rename(from: string, to: string): Promise<void>;
}

export interface DiskReader {
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
  close(): void;
}

/** Probabilities in 0..1 per call; change them while the run goes on. */
export interface DiskFaults {
  /** An append fails and leaves nothing. */
  appendFails: number;
  /** An append fails and leaves a part of its bytes. */
  appendTears: number;
  syncFails: number;
  writeFails: number;
  /** A read gives one bit that was never written. */
  readFlips: number;
  /** Everything that writes fails: no space is left. */
  isFull: boolean;
}

export const noDiskFaults: Readonly<DiskFaults> = {
  appendFails: 0,
  appendTears: 0,
  syncFails: 0,
  writeFails: 0,
  readFlips: 0,
  isFull: false,
};

/** Puts faults between a store and its folder. `counts` says how often each happened. */
export function createFaultyDirectory(
  inner: Disk,
  faults: DiskFaults,
  rng: Rng,
): Disk & { readonly counts: Readonly<Record<string, number>> } {
  const counts: Record<string, number> = {};
  const fail = (what: string, code: string): never => {
    counts[what] = (counts[what] ?? 0) + 1;
    throw Object.assign(new Error(`${code}: made fault: ${what}`), { code });
  };
  const mayWrite = (): void => {
    if (faults.isFull) fail('full', 'ENOSPC');
  };
  const flipped = (bytes: Uint8Array): Uint8Array => {
    if (bytes.length === 0 || !rng.chance(faults.readFlips)) return bytes;
    counts['readFlips'] = (counts['readFlips'] ?? 0) + 1;
    const copy = bytes.slice();
    const at = rng.int(0, copy.length - 1);
    copy[at] = copy[at]! ^ (1 << rng.int(0, 7));
    return copy;
  };
  return {
    counts,
    list: () => inner.list(),
    size: (name) => inner.size(name),
    remove: (name) => inner.remove(name),
    async read(name) {
      return flipped(await inner.read(name));
    },
    async openRead(name) {
      const file = await inner.openRead(name);
      return {
        size: file.size,
        read: (offset, length) => flipped(file.read(offset, length)),
        close: () => file.close(),
      };
    },
    async rename(from, to) {
      mayWrite();
      await inner.rename(from, to);
    },
    async write(name, bytes) {
      mayWrite();
      if (rng.chance(faults.writeFails)) fail('writeFails', 'EIO');
      await inner.write(name, bytes);
    },
    async openAppend(name) {
      mayWrite();
      const file = await inner.openAppend(name);
      const faulty: DiskFile = {
        async append(bytes) {
          mayWrite();
          if (rng.chance(faults.appendFails)) fail('appendFails', 'EIO');
          if (bytes.length > 1 && rng.chance(faults.appendTears)) {
            await file.append(bytes.subarray(0, rng.int(1, bytes.length - 1)));
            fail('appendTears', 'EIO');
          }
          await file.append(bytes);
        },
        async sync() {
          if (rng.chance(faults.syncFails)) fail('syncFails', 'EIO');
          await file.sync();
        },
        close: () => file.close(),
      };
      const { truncate } = file;
      if (truncate !== undefined) faulty.truncate = (size) => truncate.call(file, size);
      return faulty;
    },
  };
}

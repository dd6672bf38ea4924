/**
 * A folder in memory, for tests and the simulator, with the faults of a real one. What was appended but not synced is
 * told apart: `crash` gives the folder as it is after `kill -9` (all that was appended), `powerLoss` as it is after the
 * machine went down (what was synced, and perhaps a part of the rest).
 */
import type { Rng } from '@jaegis/std';
import type { AppendFile, ReadFile, StorageDirectory } from './storage-directory.ts';

interface MemoryFile {
  bytes: Uint8Array;
  synced: number;
}

export interface Faults {
  /** Bytes that may still be written before the disk is full; Infinity for no limit. */
  roomBytes: number;
  /** Chance of an append to stop half way and reject. Needs an `rng`. */
  tornAppends: number;
  /** Every sync rejects. */
  failSync: boolean;
  /** Every read rejects. */
  failRead: boolean;
  /** An append waits for this before it returns. */
  beforeAppend: (() => Promise<void>) | undefined;
}

export interface MemoryDirectory extends StorageDirectory {
  readonly faults: Faults;
  /** The same bytes in a new folder without faults, as a new process would find them. */
  crash(): MemoryDirectory;
  powerLoss(): MemoryDirectory;
  /** Flips one bit of a file. */
  flipBit(name: string, bit: number): void;
  /** Cuts a file off. */
  cut(name: string, size: number): void;
}

/** A disk without room, as Node reports it. */
export class DiskFullError extends Error {
  override readonly name = 'DiskFullError';
  readonly code = 'ENOSPC';
  constructor() {
    super('ENOSPC: no space left on device, write');
  }
}

/** A folder that holds nothing yet; it fails in nothing until `faults` say so. */
export function memoryDirectory(rng?: Rng): MemoryDirectory {
  return directoryOf(new Map(), rng);
}

function directoryOf(files: Map<string, MemoryFile>, rng: Rng | undefined): MemoryDirectory {
  const faults: Faults = {
    roomBytes: Number.POSITIVE_INFINITY,
    tornAppends: 0,
    failSync: false,
    failRead: false,
    beforeAppend: undefined,
  };
  const get = (name: string): MemoryFile => {
    const file = files.get(name);
    if (file === undefined) throw new Error(`ENOENT: no such file or directory, open '${name}'`);
    return file;
  };
  return {
    faults,
    async list() {
      return [...files.keys()];
    },
    async read(name) {
      if (faults.failRead) throw new Error('EIO: i/o error, read');
      return get(name).bytes.slice();
    },
    async openAppend(name) {
      if (!files.has(name)) {
        if (faults.roomBytes <= 0) throw new DiskFullError();
        files.set(name, { bytes: new Uint8Array(0), synced: 0 });
      }
      return openFile(get(name), faults, rng);
    },
    async write(name, bytes) {
      if (bytes.length > faults.roomBytes) throw new DiskFullError();
      faults.roomBytes -= bytes.length;
      files.set(name, { bytes: bytes.slice(), synced: bytes.length });
    },
    async remove(name) {
      faults.roomBytes += get(name).bytes.length;
      files.delete(name);
    },
    async size(name) {
      return get(name).bytes.length;
    },
    async openRead(name) {
      return readFileOf(get(name), name, faults);
    },
    async rename(from, to) {
      const file = get(from);
      files.delete(from);
      files.set(to, file);
    },
    crash() {
      return directoryOf(
        copyFiles(files, (file) => file.bytes.length),
        rng,
      );
    },
    powerLoss() {
      return directoryOf(
        copyFiles(files, (file) => (rng === undefined ? file.synced : rng.int(file.synced, file.bytes.length))),
        rng,
      );
    },
    flipBit(name, bit) {
      const { bytes } = get(name);
      bytes[bit >>> 3] = bytes[bit >>> 3]! ^ (1 << (bit & 7));
    },
    cut(name, size) {
      const file = get(name);
      file.bytes = file.bytes.slice(0, size);
    },
  };
}

function copyFiles(files: Map<string, MemoryFile>, sizeOf: (file: MemoryFile) => number): Map<string, MemoryFile> {
  const copy = new Map<string, MemoryFile>();
  for (const [name, file] of files) {
    const bytes = file.bytes.slice(0, sizeOf(file));
    copy.set(name, { bytes, synced: bytes.length });
  }
  return copy;
}

function readFileOf(file: MemoryFile, name: string, faults: Faults): ReadFile {
  return {
    size: file.bytes.length,
    read(offset, length) {
      if (faults.failRead) throw new Error('EIO: i/o error, read');
      if (offset + length > file.bytes.length) throw new RangeError(`${name} ends before ${offset + length}`);
      return file.bytes.slice(offset, offset + length);
    },
    close() {},
  };
}

function openFile(file: MemoryFile, faults: Faults, rng: Rng | undefined): AppendFile {
  let room: Uint8Array | undefined;
  const grow = (bytes: Uint8Array): void => {
    const length = file.bytes.length + bytes.length;
    // Room for as much again: a log grows by thousands of small appends.
    if (room === undefined || room.buffer !== file.bytes.buffer || room.length < length) {
      room = new Uint8Array(2 * length);
      room.set(file.bytes);
    }
    room.set(bytes, file.bytes.length);
    file.bytes = room.subarray(0, length);
    faults.roomBytes -= bytes.length;
  };
  return {
    async append(bytes) {
      await faults.beforeAppend?.();
      if (bytes.length > faults.roomBytes) {
        grow(bytes.subarray(0, faults.roomBytes));
        throw new DiskFullError();
      }
      if (rng !== undefined && faults.tornAppends > 0 && rng.chance(faults.tornAppends)) {
        grow(bytes.subarray(0, rng.int(0, bytes.length)));
        throw new Error('EIO: i/o error, write');
      }
      grow(bytes);
    },
    async sync() {
      if (faults.failSync) throw new Error('EIO: i/o error, fsync');
      file.synced = file.bytes.length;
    },
    async close() {},
    async truncate(size) {
      faults.roomBytes += file.bytes.length - size;
      file.bytes = file.bytes.slice(0, size);
      file.synced = Math.min(file.synced, size);
    },
  };
}

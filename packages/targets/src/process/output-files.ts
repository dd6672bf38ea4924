import { mkdirSync, statSync } from 'node:fs';
import { type FileHandle, open, readdir, rename, stat, truncate, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const readChunk = 64 * 1024;
const goneFilesKept = 100;

/**
 * What the processes of one pool write, a file each, with one previous file kept. The processes hold the file open
 * for appending and outlive us, so a full file is copied and then cut to nothing in place; what is written between
 * the two is lost, which is the known price of this kind of rotation.
 */
export class OutputFiles {
  readonly #folder: string;
  readonly #maxBytes: number;

  constructor(folder: string, options: { readonly maxBytes: number }) {
    this.#folder = folder;
    this.#maxBytes = options.maxBytes;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  path(instanceId: string): string {
    return join(this.#folder, `${instanceId}.log`);
  }

  /** Bytes in the present file; 0 when there is none. */
  size(instanceId: string): number {
    return statSync(this.path(instanceId), { throwIfNoEntry: false })?.size ?? 0;
  }

  /** The last `lines` lines, oldest first, of the previous and present file; with `fromByte`, only what was written after it. */
  async tail(instanceId: string, lines: number, fromByte?: number): Promise<string[]> {
    const present = await readTail(this.path(instanceId), lines, fromByte);
    if (fromByte !== undefined || present.length >= lines) return present;
    const previous = await readTail(`${this.path(instanceId)}.1`, lines - present.length);
    return [...previous, ...present];
  }

  /** Rotates those of the given instances whose file has grown too large. One after the other, so that it never bursts. */
  async rotate(instanceIds: Iterable<string>): Promise<void> {
    for (const instanceId of instanceIds) {
      const path = this.path(instanceId);
      const size = await stat(path).then(
        (found) => found.size,
        () => 0,
      );
      if (size > this.#maxBytes) await copyAndTruncate(path, size, this.#maxBytes);
    }
  }

  /** Keeps the output of those that run and of the latest that are gone; the rest goes. */
  async prune(running: ReadonlySet<string>): Promise<void> {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => name.endsWith('.log'));
    const gone: { name: string; at: number }[] = [];
    for (const name of names) {
      if (running.has(name.slice(0, -4))) continue;
      const found = await stat(join(this.#folder, name)).catch(() => undefined);
      if (found !== undefined) gone.push({ name, at: found.mtimeMs });
    }
    gone.sort((a, b) => b.at - a.at);
    for (const { name } of gone.slice(goneFilesKept)) {
      await unlink(join(this.#folder, name)).catch(() => undefined);
      await unlink(join(this.#folder, `${name}.1`)).catch(() => undefined);
    }
  }
}

/** Keeps the last `maxBytes` of the file as `<path>.1` and empties the file. */
async function copyAndTruncate(path: string, size: number, maxBytes: number): Promise<void> {
  let from: FileHandle | undefined;
  let to: FileHandle | undefined;
  try {
    from = await open(path, 'r');
    to = await open(`${path}.1.new`, 'w', 0o600);
    const buffer = new Uint8Array(readChunk);
    let at = Math.max(0, size - maxBytes);
    while (at < size) {
      const { bytesRead } = await from.read(buffer, 0, Math.min(readChunk, size - at), at);
      if (bytesRead === 0) break;
      await to.write(buffer, 0, bytesRead);
      at += bytesRead;
    }
    await rename(`${path}.1.new`, `${path}.1`);
    await truncate(path, 0);
  } catch {
    // A full disk: cut the file all the same, so that the bound holds and the disk gets room.
    await truncate(path, 0).catch(() => undefined);
  } finally {
    await from?.close().catch(() => undefined);
    await to?.close().catch(() => undefined);
  }
}

/** Reads backwards in chunks until enough lines are there. Never more than the last 4 MiB. */
async function readTail(path: string, lines: number, fromByte = 0): Promise<string[]> {
  if (lines <= 0) return [];
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    // Cut since: everything that is there now is new.
    const first = Math.max(fromByte > size ? 0 : fromByte, size - 4 * 1024 * 1024);
    const chunks: Uint8Array[] = [];
    let newlines = 0;
    let at = size;
    while (at > first && newlines <= lines) {
      const length = Math.min(readChunk, at - first);
      const buffer = new Uint8Array(length);
      const { bytesRead } = await file.read(buffer, 0, length, at - length);
      at -= length;
      for (let i = 0; i < bytesRead; i++) if (buffer[i] === 10) newlines++;
      chunks.unshift(buffer.subarray(0, bytesRead));
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const all = text.split(/\r?\n/);
    if (all.at(-1) === '') all.pop();
    return all.slice(-lines);
  } catch {
    return [];
  } finally {
    await file?.close().catch(() => undefined);
  }
}

/** A folder of files as the engines' `StorageDirectory`. Names are flat; nothing outside the folder can be named. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppendFile, ReadFile, StorageDirectory } from '@jaegis/tsdb';

/** A file under this name is being written; one that is found at the start was never finished. */
const unfinished = '.tmp';
const safeName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/;

/** Opens the folder, making it (and those above it) where it is not there. What was never finished goes. */
export async function openDirectory(path: string): Promise<StorageDirectory> {
  await mkdir(path, { recursive: true });
  for (const name of await readdir(path)) if (name.endsWith(unfinished)) await unlink(join(path, name));
  return directoryAt(path);
}

/** A folder that is there, and that another thread may have opened too. */
export function directoryAt(path: string): StorageDirectory {
  const fileOf = (name: string): string => {
    if (!safeName.test(name) || name.endsWith(unfinished)) {
      throw new Error(`Cannot use file name ${JSON.stringify(name)}: must be letters, digits, ".", "_" and "-" only`);
    }
    return join(path, name);
  };
  return {
    async list() {
      const entries = await readdir(path, { withFileTypes: true });
      return entries.filter((entry) => entry.isFile() && !entry.name.endsWith(unfinished)).map((entry) => entry.name);
    },
    async read(name) {
      return readFile(fileOf(name));
    },
    async openAppend(name) {
      const handle = await open(fileOf(name), 'a');
      await syncFolder(path);
      return appendFile(handle);
    },
    async write(name, bytes) {
      const target = fileOf(name);
      await writeWhole(target + unfinished, bytes);
      await rename(target + unfinished, target);
      await syncFolder(path);
    },
    async remove(name) {
      await unlink(fileOf(name));
    },
    async size(name) {
      return (await stat(fileOf(name))).size;
    },
    async openRead(name) {
      return readFileOf(fileOf(name));
    },
    async rename(from, to) {
      await rename(fileOf(from), fileOf(to));
      await syncFolder(path);
    },
  };
}

export function readFileOf(path: string): ReadFile {
  const descriptor = openSync(path, 'r');
  const { size } = fstatSync(descriptor);
  return {
    size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; ) {
        const count = readSync(descriptor, bytes, at, length - at, offset + at);
        if (count === 0) throw new RangeError(`${path} ends before ${offset + length}`);
        at += count;
      }
      return bytes;
    },
    close: () => closeSync(descriptor),
  };
}

function appendFile(handle: FileHandle): AppendFile {
  return {
    append: (bytes) => writeAll(handle, bytes),
    sync: () => handle.datasync(),
    close: () => handle.close(),
    truncate: (size) => handle.truncate(size),
  };
}

/** A write may take only a part, when the disk is nearly full. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let at = 0;
  while (at < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at);
    at += bytesWritten;
  }
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'w');
  try {
    await writeAll(handle, bytes);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await unlink(path);
    throw error;
  }
  await handle.close();
}

/** A new name survives loss of power only when its folder is synced too. Not every file system can. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch {
    // EINVAL or EPERM: this file system keeps names by itself.
  } finally {
    await handle.close();
  }
}

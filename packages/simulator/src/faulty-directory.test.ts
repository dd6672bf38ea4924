import { seededRng } from '@jaegis/std';
import type { StorageDirectory } from '@jaegis/tsdb';
import { describe, expect, test } from 'vitest';
import { createFaultyDirectory, type Disk, noDiskFaults } from './faulty-directory.ts';

function memory(): Disk & { files: Map<string, number[]> } {
  const files = new Map<string, number[]>();
  const bytesOf = (name: string): number[] => files.get(name) ?? [];
  return {
    files,
    list: async () => [...files.keys()],
    read: async (name) => Uint8Array.from(bytesOf(name)),
    size: async (name) => bytesOf(name).length,
    remove: async (name) => void files.delete(name),
    write: async (name, bytes) => void files.set(name, [...bytes]),
    openRead: async (name) => ({
      size: bytesOf(name).length,
      read: (offset, length) => Uint8Array.from(bytesOf(name).slice(offset, offset + length)),
      close: () => {},
    }),
    rename: async (from, to) => {
      files.set(to, bytesOf(from));
      files.delete(from);
    },
    openAppend: async (name) => ({
      append: async (bytes) => void files.set(name, [...bytesOf(name), ...bytes]),
      sync: async () => {},
      close: async () => {},
      truncate: async (size) => void files.set(name, bytesOf(name).slice(0, size)),
    }),
  };
}

describe('a faulty directory', () => {
  test('without faults it is the folder beneath it, in the shape that the store asks for', async () => {
    const directory: StorageDirectory = createFaultyDirectory(memory(), { ...noDiskFaults }, seededRng(1));
    const file = await directory.openAppend('log');
    await file.append(Uint8Array.of(1, 2, 3));
    await file.truncate!(2);
    await file.sync();
    expect([...(await directory.read('log'))]).toEqual([1, 2]);
  });

  test('a torn append leaves a part and fails; a failed one leaves nothing; both are counted', async () => {
    const inner = memory();
    const faults = { ...noDiskFaults, appendTears: 1 };
    const directory = createFaultyDirectory(inner, faults, seededRng(1));
    const file = await directory.openAppend('log');
    await expect(file.append(new Uint8Array(100))).rejects.toThrow('appendTears');
    const left = inner.files.get('log')!.length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(100);
    Object.assign(faults, { appendTears: 0, appendFails: 1 });
    await expect(file.append(new Uint8Array(100))).rejects.toMatchObject({ code: 'EIO' });
    expect(inner.files.get('log')!.length).toBe(left);
    expect(directory.counts).toEqual({ appendTears: 1, appendFails: 1 });
  });

  test('a full disk refuses what writes and serves what reads', async () => {
    const faults = { ...noDiskFaults, isFull: true };
    const directory = createFaultyDirectory(memory(), faults, seededRng(1));
    await expect(directory.write('a', Uint8Array.of(1))).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(directory.list()).resolves.toEqual([]);
  });

  test('a flipped bit is one bit', async () => {
    const inner = memory();
    await inner.write('a', new Uint8Array(64));
    const directory = createFaultyDirectory(inner, { ...noDiskFaults, readFlips: 1 }, seededRng(5));
    const bits = [...(await directory.read('a'))].map((byte) => byte.toString(2).replaceAll('0', '').length);
    expect(bits.reduce((a, b) => a + b, 0)).toBe(1);
  });
});

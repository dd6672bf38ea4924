import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openDirectory } from './open-directory.ts';

const folder = mkdtempSync(join(tmpdir(), 'jaegis-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('directory of files', () => {
  test('appends, reads, cuts, replaces, lists and removes', async () => {
    const directory = await openDirectory(join(folder, 'a', 'b'));
    const file = await directory.openAppend('wal-1.log');
    await file.append(Uint8Array.of(1, 2, 3));
    await file.append(Uint8Array.of(4));
    await file.sync();
    expect([...(await directory.read('wal-1.log'))]).toEqual([1, 2, 3, 4]);
    await file.truncate?.(2);
    await file.append(Uint8Array.of(9));
    await file.close();
    expect([...(await directory.read('wal-1.log'))]).toEqual([1, 2, 9]);
    expect(await directory.size('wal-1.log')).toBe(3);
    await directory.write('x.bin', Uint8Array.of(5));
    await directory.write('x.bin', Uint8Array.of(6));
    expect((await directory.list()).sort()).toEqual(['wal-1.log', 'x.bin']);
    expect([...(await directory.read('x.bin'))]).toEqual([6]);
    await directory.remove('x.bin');
    expect(await directory.list()).toEqual(['wal-1.log']);
  });

  test('opening again keeps what is there and clears what was never finished', async () => {
    const path = join(folder, 'c');
    const first = await openDirectory(path);
    await first.write('keep', Uint8Array.of(1));
    writeFileSync(join(path, 'half.tmp'), 'x');
    const again = await openDirectory(path);
    expect(await again.list()).toEqual(['keep']);
    expect(readdirSync(path)).toEqual(['keep']);
  });

  test.each(['../x', 'a/b', '', '.hidden', 'x.tmp', 'a\u0000'])('the name %j is refused', async (name) => {
    const directory = await openDirectory(join(folder, 'd'));
    await expect(directory.read(name)).rejects.toThrow('Cannot use file name');
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDataDir } from './data-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jaegis-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a folder has one owner, and is free again after it', async () => {
  const unlock = await lockDataDir(folder);
  expect(await readFile(join(folder, 'lock'), 'utf8')).toContain(`${process.pid} `);
  await unlock();
  await (await lockDataDir(folder))();
});

test('the lock of one that is dead, or of a pid that is another process now, is taken over', async () => {
  for (const owner of ['999999999 1', '1 12345', 'nonsense', '']) {
    await writeFile(join(folder, 'lock'), owner);
    await (await lockDataDir(folder))();
  }
});

test('an owner that lives is named; one that dies while we look makes room', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => undefined);
  const startedAt = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  await writeFile(join(folder, 'lock'), `${child.pid} ${startedAt}`);
  await expect(lockDataDir(folder, { waitMs: 0 })).rejects.toThrow(`process ${child.pid} is using it`);
  const locking = lockDataDir(folder);
  child.kill('SIGKILL');
  await (await locking)();
});

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One process a data folder: two writers would destroy each other's logs. The lock names its owner; a dead owner's lock is taken over. */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, 'lock');
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await writeFile(path, await ownerText(process.pid), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new Error(
          `Cannot use data folder ${dataDir}: ${(error as NodeJS.ErrnoException).code}, must be writable`,
          { cause: error },
        );
    }
    const owner = await readFile(path, 'utf8').catch(() => '');
    if (await isAlive(owner))
      throw new Error(
        `Cannot use data folder ${dataDir}: process ${owner.split(' ')[0]} is using it, must be used by one JAEGIS at a time (--data-dir chooses another)`,
      );
    await rm(path, { force: true });
  }
  throw new Error(`Cannot use data folder ${dataDir}: its lock comes and goes, must be used by one JAEGIS at a time`);
}

/** Pid and start time: a pid alone may have been given to another process since. */
async function ownerText(pid: number): Promise<string> {
  return `${pid} ${await startTimeOf(pid)}`;
}

async function isAlive(owner: string): Promise<boolean> {
  const pid = Number(owner.split(' ')[0]);
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return (await ownerText(pid)) === owner;
}

/** Field 22 of /proc/PID/stat, in clock ticks since boot; `0` where there is no /proc. */
async function startTimeOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}

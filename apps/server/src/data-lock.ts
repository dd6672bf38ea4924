import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** One that was just killed with gigabytes to give back takes a moment to be gone; whoever starts it again is quicker. */
const waitForDyingMs = 1_000;
const lookAgainMs = 100;

export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
  /** The process that uses it. */
  readonly pid: string;

  constructor(dataDir: string, pid: string) {
    super(
      `Cannot use data folder ${dataDir}: process ${pid} is using it, must be used by one JAEGIS at a time (--data-dir chooses another)`,
    );
    this.pid = pid;
  }
}

/** One process a data folder: two writers would destroy each other's logs. The lock names its owner; a dead owner's lock is taken over. */
export async function lockDataDir(dataDir: string, options: { waitMs?: number } = {}): Promise<() => Promise<void>> {
  const { waitMs = waitForDyingMs } = options;
  const path = join(dataDir, 'lock');
  for (let waitedMs = 0, attempt = 0; attempt < 3; ) {
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
    if (await isAlive(owner)) {
      if (waitedMs < waitMs) {
        await sleep(lookAgainMs);
        waitedMs += lookAgainMs;
        continue;
      }
      throw new DataFolderInUse(dataDir, owner.split(' ')[0]!);
    }
    await rm(path, { force: true });
    attempt++;
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

/** Field 22 of /proc/PID/stat, in clock ticks since boot; `0` where there is no /proc, `dead` of one that only waits to be buried. */
async function startTimeOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A container whose first process buries nobody keeps a killed one as a zombie for good.
    return fields[0] === 'Z' || fields[0] === 'X' ? 'dead' : (fields[19] ?? '0');
  } catch {
    return '0';
  }
}

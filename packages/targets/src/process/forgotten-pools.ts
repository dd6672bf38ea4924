import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, type Rng, sleep } from '@jaegis/std';
import { markedProcesses } from './adoption.ts';
import { ownerOf } from './owner.ts';
import { parseRecords } from './process-records.ts';
import { machineProcesses, type ProcessInfo, type ProcessSystem } from './process-system.ts';

const lookEveryMs = 100;

/**
 * Stops the processes of pools that the configuration no longer has: nobody would adopt, watch or stop them any more.
 * Called once at the start, beside creating the targets of the pools that are there. SIGTERM, then SIGKILL after
 * `graceMs` (default 10 s). Returns how many processes there were.
 */
export async function stopForgottenPools(o: {
  readonly dataDir: string;
  /** Every pool that has a process target. */
  readonly pools: readonly string[];
  readonly clock: Clock;
  readonly rng: Rng;
  readonly graceMs?: number;
  readonly system?: ProcessSystem;
}): Promise<number> {
  const system = o.system ?? machineProcesses();
  const owner = ownerOf(o.dataDir, o.rng);
  const isForgotten = (pool: string | undefined) => pool !== undefined && !o.pools.includes(pool);
  const folder = join(o.dataDir, 'processes');
  const files = forgottenFiles(folder, isForgotten);
  const find = (): ProcessInfo[] => {
    const byMarker = markedProcesses(
      system,
      (env) => env['JAEGIS_OWNER'] === owner && isForgotten(env['JAEGIS_POOL']),
    ).map(({ info }) => info);
    // Where no environment can be read, the records are all there is.
    if (system.knowsEnvironment) return byMarker;
    return files
      .flatMap(({ processes }) => processes)
      .map((record) => ({ record, info: system.read(record.pid) }))
      .filter(({ record, info }) => info?.startTicks === record.startTicks && record.bootId === system.bootId)
      .map(({ info }) => info!)
      .filter(({ isZombie }) => !isZombie);
  };
  const found = find();
  for (const info of found) system.signal(info.pid, 'SIGTERM');
  const deadline = o.clock.now() + (o.graceMs ?? 10_000);
  let left = found;
  while (left.length > 0) {
    if (o.clock.now() >= deadline) for (const info of left) system.signal(info.pid, 'SIGKILL');
    if (o.clock.now() >= deadline + 5_000) break;
    await sleep(o.clock, lookEveryMs);
    left = find();
  }
  if (left.length === 0) for (const { path } of files) rmSync(path, { force: true });
  return found.length;
}

function forgottenFiles(folder: string, isForgotten: (pool: string) => boolean) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const path = join(folder, name);
      const file = parseRecords(readFileSync(path, 'utf8'));
      return file !== undefined && isForgotten(file.pool) ? [{ path, processes: file.processes }] : [];
    });
}

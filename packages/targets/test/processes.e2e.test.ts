import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRng } from '@jaegis/std';
import { afterEach, expect, test } from 'vitest';
import { markedProcesses } from '../src/process/adoption.ts';
import { ProcTable } from '../src/process/proc-table.ts';
import { ProcessLimit } from '../src/process/process-limit.ts';
import { createProcessTarget, ownerOf, type ProcessTargetOptions } from '../src/process/process-target.ts';
import type { TargetEvent } from '../src/target.ts';
import { eventually, realClock } from './real-clock.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'jaegis-targets-'));
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

async function start(command: string[], o: Partial<ProcessTargetOptions> & { drainMs?: number } = {}) {
  const { drainMs = 2_000, ...rest } = o;
  const events: TargetEvent[] = [];
  const dataDir = o.dataDir ?? folder();
  const target = await createProcessTarget({
    pool: 'test/light',
    config: { command, env: {}, drain_deadline: drainMs },
    clock: realClock,
    rng: seededRng(1),
    dataDir,
    baseEnv: { PATH: process.env['PATH'] },
    configDir: dataDir,
    limit: new ProcessLimit({ max: 2_000 }),
    onEvent: (event) => events.push(event),
    ...rest,
  });
  cleanups.push(() => target.close({ drain: true }));
  return { target, events, dataDir };
}

/** Everything alive on this machine that carries the marker of this data folder. */
function marked(dataDir: string) {
  const owner = ownerOf(dataDir, seededRng(1));
  return markedProcesses(new ProcTable(), (env) => env['JAEGIS_OWNER'] === owner);
}

const ask = { now: 0, reason: 'test' };

test('1,000 light processes: none is lost sight of, none is left behind', async () => {
  const { target, dataDir } = await start(['sleep', '600']);
  const ready = () => target.observe(Date.now()).replicas.ready;
  const receipt = await target.scale(1_000, ask);
  expect(receipt).toMatchObject({ accepted: 1_000, refused: null });
  await eventually(() => ready() === 1_000, '1,000 ready', 60_000);
  expect(marked(dataDir)).toHaveLength(1_000);
  expect(new Set(target.pids().values()).size).toBe(1_000);

  const half = await target.scale(500, ask);
  expect(half.stopping).toHaveLength(500);
  await eventually(() => target.observe(Date.now()).instances.length === 500, '500 left');
  expect(marked(dataDir)).toHaveLength(500);

  const pids = [...target.pids()].slice(0, 20);
  for (const [, pid] of pids) process.kill(pid, 'SIGKILL');
  await eventually(
    () => pids.every(([id, pid]) => target.pids().has(id) && target.pids().get(id) !== pid) && ready() === 500,
    'the killed ones are back under their ids',
  );
  await target.close({ drain: true });
  expect(marked(dataDir)).toHaveLength(0);
});

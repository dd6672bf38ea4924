import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRng } from '@jaegis/std';
import { build } from 'esbuild';
import { afterEach, expect, test } from 'vitest';
import { describeTarget } from '../src/conformance/target-conformance.ts';
import { markedProcesses } from '../src/process/adoption.ts';
import { type Controller, controllers, findCgroups } from '../src/process/cgroup-places.ts';
import { stopForgottenPools } from '../src/process/forgotten-pools.ts';
import { ownerOf } from '../src/process/owner.ts';
import { ProcTable } from '../src/process/proc-table.ts';
import { ProcessLimit } from '../src/process/process-limit.ts';
import type { ProcessTargetOptions } from '../src/process/process-options.ts';
import { createProcessTarget } from '../src/process/process-target.ts';
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
    limit: new ProcessLimit(2_000),
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

test('kill -9 of JAEGIS: the next one adopts every process, and none is started twice', async () => {
  const dataDir = folder();
  const script = await parentScript(dataDir);
  const parent = spawn(process.execPath, [script, dataDir, '20', 'sleep', '600'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const before = new Map(JSON.parse(await firstLine(parent)) as [string, number][]);
  parent.kill('SIGKILL');
  await new Promise((resolve) => parent.once('exit', resolve));
  expect(marked(dataDir)).toHaveLength(20);

  const { target, events } = await start(['sleep', '600'], { dataDir });
  expect(new Map(target.pids())).toEqual(before);
  expect(events.filter(({ kind }) => kind === 'adopted')).toHaveLength(20);
  expect(await target.scale(20, ask)).toMatchObject({ started: [], stopping: [] });
  process.kill(before.get('light-7')!, 'SIGKILL');
  await eventually(
    () => target.observe(0).instances.some((i) => i.instanceId === 'light-7' && i.state === 'backoff'),
    'seen',
  );
  await eventually(() => target.observe(0).replicas.ready === 20, 'all ready again');
  await target.close({ drain: true });
  expect(marked(dataDir)).toHaveLength(0);
});

test('kill -9 in the midst of starting: what was started is found and nothing is left behind', async () => {
  const dataDir = folder();
  const script = await parentScript(dataDir);
  const parent = spawn(process.execPath, [script, dataDir, '100', 'sleep', '600'], { stdio: 'ignore' });
  await eventually(() => marked(dataDir).length > 10, 'some started');
  parent.kill('SIGKILL');
  await new Promise((resolve) => parent.once('exit', resolve));
  const running = marked(dataDir).map(({ info }) => info.pid);
  const { target } = await start(['sleep', '600'], { dataDir });
  expect([...target.pids().values()].sort()).toEqual(running.sort());
  await target.close({ drain: true });
  expect(marked(dataDir)).toHaveLength(0);
});

test('a changed command replaces what an earlier JAEGIS started', async () => {
  const { target, dataDir } = await start(['sleep', '600']);
  await target.scale(2, ask);
  await eventually(() => target.observe(0).replicas.ready === 2, 'ready');
  await target.close({ drain: false });
  expect(marked(dataDir)).toHaveLength(2);
  const after = await start(['sleep', '601'], { dataDir });
  await eventually(
    () =>
      after.target.observe(0).replicas.ready === 2 &&
      [...after.target.pids()].every(([, pid]) => argument(pid) === '601'),
    'both renewed',
  );
  expect(marked(dataDir)).toHaveLength(2);
});

test('processes of a pool that the configuration no longer has are stopped', async () => {
  const { target, dataDir } = await start(['sh', '-c', 'trap "" TERM; while :; do sleep 1; done']);
  await target.scale(2, ask);
  await eventually(() => target.observe(0).replicas.ready === 2, 'ready');
  await target.close({ drain: false });
  const o = { dataDir, clock: realClock, rng: seededRng(1), graceMs: 200 };
  expect(await stopForgottenPools({ ...o, pools: ['test/light'] })).toBe(0);
  expect(marked(dataDir).length).toBeGreaterThanOrEqual(2);
  expect(await stopForgottenPools({ ...o, pools: ['test/other'] })).toBeGreaterThanOrEqual(2);
  expect(marked(dataDir)).toHaveLength(0);
});

test('a crash loop is visible: code, last lines, next start', async () => {
  const { target } = await start(['sh', '-c', 'echo "no such model: mistral"; exit 3']);
  await target.scale(1, ask);
  const instance = () => target.observe(0).instances[0]!;
  await eventually(() => instance().restarts >= 2 && instance().state === 'backoff', 'in backoff');
  await eventually(() => instance().lastExit!.output.length > 0, 'its last lines');
  expect(instance().lastExit).toMatchObject({ code: 3, signal: null, output: ['no such model: mistral'] });
  expect(instance().reason).toMatch(/^exited with code 3 after .* times in a row, next start in /);
  expect(target.observe(0).healthy).toBe(false);
});

test('one that ignores SIGTERM is killed at the deadline, its children with it', async () => {
  const script = 'trap "" TERM; (trap "" TERM; while :; do sleep 1; done) & while :; do sleep 1; done';
  const { target, dataDir, events } = await start(['sh', '-c', script], { drainMs: 300 });
  await target.scale(1, ask);
  await eventually(() => target.observe(0).replicas.ready === 1 && marked(dataDir).length >= 3, 'ready');
  await target.close({ drain: true });
  expect(marked(dataDir)).toHaveLength(0);
  expect(events.at(-1)).toMatchObject({ kind: 'killed' });
});

test('one that finishes in time is drained, and its children may use the deadline too', async () => {
  const script = '(trap "sleep 0.3; echo child done; exit 0" TERM; while :; do sleep 0.05; done) & wait';
  const { target, dataDir, events } = await start(['sh', '-c', script], { drainMs: 10_000 });
  await target.scale(1, ask);
  await eventually(() => target.observe(0).replicas.ready === 1, 'ready');
  await target.scale(0, ask);
  await eventually(() => target.observe(0).instances.length === 0, 'drained');
  expect(events.at(-1)).toMatchObject({ kind: 'drained' });
  expect(await target.output('light-1', { tail: 5 })).toContain('child done');
  expect(marked(dataDir)).toHaveLength(0);
});

test('even a grandchild that left its group is gone after close', async () => {
  const { target, dataDir } = await start(['sh', '-c', 'setsid sleep 600 & wait']);
  await target.scale(1, ask);
  await eventually(() => marked(dataDir).length === 2, 'both run');
  await target.close({ drain: true });
  await eventually(() => marked(dataDir).length === 0, 'none left');
});

test('a hung process is replaced: it is stopped, so it cannot even hear SIGTERM', async () => {
  const { target } = await start(['sleep', '600']);
  await target.scale(1, ask);
  await eventually(() => target.observe(0).replicas.ready === 1, 'ready');
  const before = target.pids().get('light-1')!;
  process.kill(before, 'SIGSTOP');
  await target.replace('light-1', 'no heartbeat for 12s', 0);
  await eventually(() => target.observe(0).replicas.ready === 1 && target.pids().get('light-1') !== before, 'replaced');
  expect(new ProcTable().read(before)).toBeUndefined();
});

test('output is kept, readable and bounded', async () => {
  const script =
    'i=0; while [ $i -lt 60000 ]; do echo "line $i of some length to fill the file"; i=$((i+1)); done; echo last; sleep 600';
  const { target, dataDir } = await start(['sh', '-c', script], { outputBytesMax: 100_000 });
  await target.scale(1, ask);
  await eventually(async () => (await target.output('light-1', { tail: 1 }))[0] === 'last', 'all written', 30_000);
  const folder = join(dataDir, 'output', readdirSync(join(dataDir, 'output'))[0]!);
  const bytes = () => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  await eventually(() => bytes() <= 200_000, 'rotated');
  const lines = await target.output('light-1', { tail: 3 });
  expect(lines.at(-1)).toBe('last');
  expect(lines).toHaveLength(3);
  expect(await target.output('../../etc/passwd')).toEqual([]);
  expect(await target.output('nobody-1')).toEqual([]);
});

test('environment and working folder are set', async () => {
  const { target, dataDir } = await start([
    'sh',
    '-c',
    'pwd; echo "$JAEGIS_POOL $JAEGIS_INSTANCE_ID $OTEL_SERVICE_NAME"; sleep 600',
  ]);
  await target.scale(1, ask);
  await eventually(async () => (await target.output('light-1')).length === 2, 'output');
  expect(await target.output('light-1')).toEqual([dataDir, 'test/light light-1 light']);
});

test('a program or a folder that does not exist is said', async () => {
  const { target } = await start(['no-such-program-here']);
  await target.scale(1, ask);
  await eventually(() => target.observe(0).message !== '', 'said');
  expect(target.observe(0).message).toBe('Cannot start light-1: spawn no-such-program-here ENOENT');
  const dataDir = folder();
  const elsewhere = await start(['sleep', '1'], {
    dataDir,
    config: { command: ['sleep', '1'], env: {}, cwd: 'nowhere', drain_deadline: 1_000 },
  });
  await elsewhere.target.scale(1, ask);
  await eventually(() => elsewhere.target.observe(0).message !== '', 'said');
  expect(elsewhere.target.observe(0).message).toBe(
    `Cannot start light-1: working folder is ${join(dataDir, 'nowhere')}, must be a folder that exists`,
  );
});

test('no zombies are kept', async () => {
  const { target } = await start(['true']);
  await target.scale(5, ask);
  await eventually(() => target.observe(0).instances.every(({ restarts }) => restarts >= 1), 'restarted');
  await target.close({ drain: true });
  const ours = new ProcTable().list().filter(({ parentPid, isZombie }) => parentPid === process.pid && isZombie);
  expect(ours).toEqual([]);
});

describeTarget('process (this machine)', async () => {
  const { target, dataDir } = await start(['sleep', '600'], { limit: new ProcessLimit(12) });
  return {
    target,
    limit: 12,
    until: (condition, what) => eventually(condition, what),
    crash: ({ pid }) => process.kill(pid!, 'SIGKILL'),
    running: () => marked(dataDir).length,
    dispose: () => undefined,
  };
});

/** The parent as a script that plain Node runs. */
async function parentScript(dataDir: string): Promise<string> {
  const outfile = join(dataDir, 'parent.mjs');
  const entryPoints = [join(import.meta.dirname, 'parent.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'silent' });
  return outfile;
}

function argument(pid: number): string | undefined {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[1];
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.once('exit', () => reject(new Error(`ended early: ${text}`)));
  });
}

test('one that is draining goes on when load returns: the same process, nothing new is started', async () => {
  const script =
    "let end;process.on('SIGTERM',()=>{console.log('draining');end=setTimeout(()=>process.exit(0),30000)});" +
    "process.on('SIGUSR2',()=>{console.log('goes on');clearTimeout(end)});setInterval(()=>{},1000);console.log('up')";
  const { target } = await start([process.execPath, '-e', script], { drainMs: 1_500, canReturn: () => true });
  const wrote = async (line: string) => (await target.output('light-1', { tail: 9 })).includes(line);
  await target.scale(1, ask);
  await eventually(async () => target.observe(0).replicas.ready === 1 && (await wrote('up')), 'ready');
  const before = target.pids().get('light-1');
  await target.scale(0, ask);
  await eventually(() => wrote('draining'), 'draining');
  expect(await target.scale(1, ask)).toMatchObject({ resumed: ['light-1'], started: [], accepted: 1 });
  await eventually(() => wrote('goes on'), 'going on');
  expect(target.observe(0).instances[0]).toMatchObject({ state: 'ready', pid: before });
});

const groups = findCgroups('/proc');
const limitFiles = {
  cpu: { 1: 'cpu.cfs_quota_us', 2: 'cpu.max' },
  memory: { 1: 'memory.limit_in_bytes', 2: 'memory.max' },
} as const;

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The folder of the control group that process `pid` is in. */
function groupOf(controller: Controller, pid: number): string {
  const { version, folder } = groups[controller]!;
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const isOf = (line: string) =>
    version === 2 ? line.startsWith('0::') : line.split(':')[1]!.split(',').includes(controller);
  const line = lines.find(isOf)!;
  return join(folder, line.slice(line.lastIndexOf('/jaegis-')));
}

for (const controller of controllers) {
  const place = groups[controller];
  const isThere = place !== null && canWrite(place.folder);
  const part = controller === 'cpu' ? 'cpu' : 'memoryBytes';
  const [small, large] = controller === 'cpu' ? [0.2, 0.5] : [200 * 2 ** 20, 400 * 2 ** 20];
  const written = (size: number) =>
    controller === 'cpu' ? `${size * 100_000}${place?.version === 2 ? ' 100000' : ''}` : String(size);
  test.skipIf(!isThere)(
    `a size of ${controller} is held to by the kernel and changed in place${isThere ? '' : ' (skipped: no control group for it that may be written)'}`,
    async () => {
      const size = { cpu: null, memoryBytes: null };
      const { target } = await start([process.execPath, '-e', 'for(;;);'], { size: { ...size, [part]: small } });
      await target.scale(1, ask);
      await eventually(() => target.observe(0).replicas.ready === 1, 'ready');
      const pid = target.pids().get('light-1')!;
      const group = groupOf(controller, pid);
      const limit = () => readFileSync(join(group, limitFiles[controller][place!.version]), 'utf8').trim();
      const throttled = () => Number(/nr_throttled (\d+)/.exec(readFileSync(join(group, 'cpu.stat'), 'utf8'))![1]);
      expect(limit()).toBe(written(small));
      if (controller === 'cpu') await eventually(() => throttled() > 0, 'throttled');
      expect(await target.resize({ ...size, [part]: large }, ask)).toEqual({ resized: 1, problem: '' });
      expect(limit()).toBe(written(large));
      expect(target.pids().get('light-1')).toBe(pid);
      await target.close({ drain: true });
      await eventually(() => !existsSync(group), 'the group is gone');
    },
  );
}

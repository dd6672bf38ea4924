import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRng } from '@jaegis/std';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { FakeProcesses } from '../../test/fake-processes.ts';
import { describeTarget } from '../conformance/target-conformance.ts';
import type { TargetEvent } from '../target.ts';
import { ProcessLimit } from './process-limit.ts';
import type { ProcessTargetOptions } from './process-options.ts';
import { createProcessTarget, type ProcessTarget } from './process-target.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface World {
  readonly target: ProcessTarget;
  readonly clock: FakeClock;
  readonly system: FakeProcesses;
  readonly events: TargetEvent[];
  readonly dataDir: string;
  readonly options: ProcessTargetOptions;
}

async function start(o: Partial<ProcessTargetOptions> = {}): Promise<World> {
  const dataDir = o.dataDir ?? mkdtempSync(join(tmpdir(), 'jaegis-target-'));
  folders.push(dataDir);
  const clock = (o.clock as FakeClock | undefined) ?? new FakeClock();
  const system = (o.system as FakeProcesses | undefined) ?? new FakeProcesses();
  const events: TargetEvent[] = [];
  const options: ProcessTargetOptions = {
    pool: 'research/reader',
    config: { command: ['node', 'reader.js'], env: { A: 'b' }, drain_deadline: 10_000 },
    clock,
    rng: seededRng(7),
    dataDir,
    baseEnv: { PATH: '/bin', JAEGIS_URL: 'http://127.0.0.1:4300' },
    configDir: dataDir,
    limit: new ProcessLimit(100),
    system,
    onEvent: (event) => events.push(event),
    ...o,
  };
  return { target: await createProcessTarget(options), clock, system, events, dataDir, options };
}

const ask = { now: 0, reason: 'test' };
const first = (world: World) => world.target.observe(0).instances[0]!;

describeTarget('process (fake operating system)', async () => {
  const { target, clock, system } = await start({ limit: new ProcessLimit(12) });
  return {
    target,
    limit: 12,
    async until(condition, what) {
      for (let i = 0; !condition(); i++) {
        if (i > 3_000) throw new Error(`never happened: ${what}`);
        await clock.advance(50);
      }
    },
    crash: (instance) => system.end(instance.pid!, { code: 1, signal: null }),
    running: () => system.running.size,
    dispose: () => undefined,
  };
});

describe('starting', () => {
  test('gives a process its identity, and the pool its own words', async () => {
    const world = await start();
    await world.target.scale(1, ask);
    await world.clock.advance(50);
    const [request] = world.system.spawned;
    expect(request).toMatchObject({ command: ['node', 'reader.js'], cwd: world.dataDir });
    expect(request!.env).toMatchObject({
      A: 'b',
      PATH: '/bin',
      JAEGIS_URL: 'http://127.0.0.1:4300',
      JAEGIS_INSTANCE_ID: 'reader-1',
      JAEGIS_POOL: 'research/reader',
      JAEGIS_SUPERVISED: '1',
      OTEL_SERVICE_NAME: 'reader',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4300',
      OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=reader-1,jaegis.pool=research/reader,service.namespace=research',
    });
  });

  test('is ready when told so, with the time of this start', async () => {
    const asked: [string, number][] = [];
    let isReady = false;
    const world = await start({
      isReady: (instanceId, startedAt) => {
        asked.push([instanceId, startedAt]);
        return isReady;
      },
    });
    await world.target.scale(1, ask);
    await world.clock.advance(5_000);
    expect(first(world).state).toBe('starting');
    isReady = true;
    await world.clock.advance(200);
    expect(first(world)).toMatchObject({ state: 'ready' });
    expect(first(world).reason).toMatch(/^ready 5(\.\d)?s after its start$/);
    expect(asked[0]).toEqual(['reader-1', first(world).startedAt]);
  });

  test('one that never gets ready is failed, stopped and started anew', async () => {
    const world = await start({ isReady: () => false, startTimeoutMs: 20_000 });
    await world.target.scale(1, ask);
    await world.clock.advance(20_200);
    expect(first(world)).toMatchObject({ state: 'failed', pid: null });
    expect(first(world).reason).toContain('not ready 20s after its start (at most 20s)');
    await world.clock.advance(1_000);
    expect(first(world)).toMatchObject({ state: 'starting', restarts: 1 });
    expect(world.system.running.size).toBe(1);
  });

  test('lets only so many start up at the same time', async () => {
    const system = new FakeProcesses();
    system.startsBusy = true;
    const limit = new ProcessLimit(100, { startsAtOnce: 4 });
    const world = await start({ system, limit, isReady: () => false });
    await world.target.scale(10, ask);
    await world.clock.advance(1_000);
    expect(system.running.size).toBe(4);
    await world.clock.advance(1_500);
    expect(system.running.size).toBe(8);
    expect(world.target.observe(0).replicas).toEqual({ ready: 0, pending: 10, draining: 0 });
  });

  test('a program that is not there is said, retried, and makes the target unhealthy', async () => {
    const system = new FakeProcesses();
    system.spawnError = 'spawn node ENOENT';
    const world = await start({ system });
    await world.target.scale(1, ask);
    await world.clock.advance(100);
    expect(first(world)).toMatchObject({ state: 'failed', pid: null });
    expect(world.target.observe(0)).toMatchObject({
      healthy: false,
      message: 'Cannot start reader-1: spawn node ENOENT',
    });
    system.spawnError = undefined;
    await world.clock.advance(3_000);
    expect(world.target.observe(0)).toMatchObject({ healthy: true, replicas: { ready: 1 } });
  });

  test('a listener that throws stops nothing', async () => {
    const world = await start({
      onEvent: () => {
        throw new Error('listener');
      },
    });
    await world.target.scale(2, ask);
    await world.clock.advance(2_000);
    expect(world.target.observe(0).replicas.ready).toBe(2);
  });
});

describe('crashing', () => {
  test('waits longer each time, and forgets after a stable time', async () => {
    const world = await start();
    await world.target.scale(1, ask);
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      while (first(world).pid === null) await world.clock.advance(50);
      world.system.end(first(world).pid!, { code: 3, signal: null });
      waits.push(Math.round(first(world).restartAt! - world.clock.now()));
    }
    for (let i = 1; i < waits.length; i++) expect(waits[i]!).toBeGreaterThan(waits[i - 1]!);
    expect(first(world)).toMatchObject({ state: 'backoff', lastExit: { code: 3, signal: null } });
    expect(first(world).reason).toMatch(/^exited with code 3 after .*; 5 times in a row, next start in /);
    expect(world.target.observe(0).healthy).toBe(false);

    while (first(world).state !== 'ready') await world.clock.advance(50);
    await world.clock.advance(61_000);
    world.system.end(first(world).pid!, { code: null, signal: 'SIGSEGV' });
    expect(first(world).reason).toMatch(/^ended by SIGSEGV after 1m.*; once in a row/);
    expect(first(world).restartAt! - world.clock.now()).toBeLessThanOrEqual(500);
  });

  test('one crash does not make a pool of one unhealthy', async () => {
    const world = await start();
    await world.target.scale(1, ask);
    await world.clock.advance(2_000);
    world.system.end(first(world).pid!, { code: null, signal: 'SIGKILL' });
    expect(world.target.observe(0)).toMatchObject({ healthy: true, replicas: { ready: 0, pending: 1 } });
  });

  test('takes those that do not work first when the pool shrinks', async () => {
    const world = await start();
    await world.target.scale(3, ask);
    await world.clock.advance(2_000);
    world.system.end(world.target.pids().get('reader-1')!, { code: 1, signal: null });
    const receipt = await world.target.scale(2, { ...ask, victims: ['reader-2'] });
    expect(receipt.stopping).toEqual(['reader-1']);
    expect(world.target.observe(0).instances.map(({ instanceId }) => instanceId)).toEqual(['reader-2', 'reader-3']);
  });

  test('ends what it left of its group before it is started again', async () => {
    const world = await start();
    await world.target.scale(1, ask);
    await world.clock.advance(2_000);
    const { pid } = first(world);
    const env = world.system.running.get(pid!)!.env;
    const child = world.system.add(env, { groupId: pid! });
    world.system.end(pid!, { code: 1, signal: null });
    await world.clock.advance(300);
    expect(world.system.running.has(child)).toBe(false);
    await world.clock.advance(1_000);
    expect(first(world).pid).not.toBe(pid);
  });
});

describe('stopping', () => {
  test('asks, waits for the deadline, then kills the group', async () => {
    const world = await start();
    await world.target.scale(1, ask);
    await world.clock.advance(2_000);
    world.system.ignoresSigterm = true;
    const { pid } = first(world);
    await world.target.scale(0, ask);
    expect(world.target.observe(0).replicas).toEqual({ ready: 0, pending: 0, draining: 1 });
    await world.clock.advance(9_900);
    expect(world.system.signals).toEqual([`SIGTERM ${pid}`]);
    await world.clock.advance(200);
    expect(world.system.signals).toEqual([`SIGTERM ${pid}`, `SIGKILL ${pid}`]);
    expect(world.target.observe(0).instances).toEqual([]);
    expect(world.events.at(-1)).toMatchObject({
      kind: 'killed',
      instanceId: 'reader-1',
      reason: 'test; ended by SIGKILL after 12s',
    });
  });

  test('load returns: those that can are taken back before new ones are started, and are not killed', async () => {
    const able = new Set(['reader-1', 'reader-2', 'reader-3']);
    const world = await start({ canReturn: (instanceId) => able.has(instanceId) });
    await world.target.scale(4, ask);
    await world.clock.advance(2_000);
    world.system.ignoresSigterm = true;
    const pids = new Map(world.target.pids());
    await world.target.scale(1, { ...ask, victims: ['reader-4', 'reader-3', 'reader-2'] });
    expect(world.target.observe(0).replicas).toEqual({ ready: 1, pending: 0, draining: 3 });
    await world.clock.advance(4_000);
    const receipt = await world.target.scale(4, { now: 0, reason: 'load returned' });
    expect(receipt).toMatchObject({ accepted: 4, resumed: ['reader-3', 'reader-2'], refused: null });
    expect(receipt.started).toHaveLength(1);
    expect(world.target.observe(0).replicas).toMatchObject({ ready: 3, pending: 1 });
    expect(world.events.filter(({ kind }) => kind === 'resumed')).toHaveLength(2);
    await world.clock.advance(20_000);
    expect(world.target.pids().get('reader-2')).toBe(pids.get('reader-2'));
    expect(world.system.signals).not.toContain(`SIGKILL ${pids.get('reader-2')}`);
    expect(world.system.signals).toContain(`SIGKILL ${pids.get('reader-4')}`);
  });

  test('one that had just finished when it was taken back is started anew at once, which is no crash', async () => {
    const world = await start({ canReturn: () => true });
    await world.target.scale(1, ask);
    await world.clock.advance(2_000);
    world.system.ignoresSigterm = true;
    const { pid } = first(world);
    await world.target.scale(0, ask);
    await world.target.scale(1, ask);
    world.system.end(pid!, { code: 0, signal: null });
    await world.clock.advance(200);
    expect(first(world).pid).not.toBe(pid);
    expect(world.events.map(({ kind }) => kind)).not.toContain('backoff');
  });

  test('what a person stopped is not taken back', async () => {
    const world = await start({ canReturn: () => true });
    await world.target.scale(2, ask);
    await world.clock.advance(2_000);
    world.system.ignoresSigterm = true;
    void world.target.stopInstance('reader-1', { drain: true });
    const receipt = await world.target.scale(2, ask);
    expect(receipt).toMatchObject({ resumed: [], started: ['reader-3'] });
  });

  test('regions and zones: the new go where most are missing, the surplus goes first, and what may not stay moves', async () => {
    const world = await start();
    const zones = ['a', 'b'];
    const at = (regions: Record<string, number>) => ({
      ...ask,
      zones,
      regions: Object.entries(regions).map(([name, replicas]) => ({ name, replicas })),
    });
    const placed = () => {
      const found: Record<string, number> = {};
      for (const { place, state } of world.target.observe(0).instances) {
        const name = `${place!.region}/${place!.zone}`;
        if (state !== 'draining') found[name] = (found[name] ?? 0) + 1;
      }
      return found;
    };
    await world.target.scale(6, at({ eu: 4, us: 2 }));
    await world.clock.advance(2_000);
    expect(placed()).toEqual({ 'eu/a': 2, 'eu/b': 2, 'us/a': 1, 'us/b': 1 });
    expect(world.system.spawned[0]!.env).toMatchObject({ JAEGIS_REGION: 'eu', JAEGIS_ZONE: 'a' });
    await world.target.scale(4, at({ eu: 2, us: 2 }));
    await world.clock.advance(2_000);
    expect(placed()).toEqual({ 'eu/a': 1, 'eu/b': 1, 'us/a': 1, 'us/b': 1 });
    await world.target.scale(4, at({ eu: 4, us: 0 }));
    await world.clock.advance(20_000);
    expect(placed()).toEqual({ 'eu/a': 2, 'eu/b': 2 });
    const living = [...world.system.running.values()].map(({ env }) => `${env['JAEGIS_REGION']}/${env['JAEGIS_ZONE']}`);
    expect(living.sort()).toEqual(['eu/a', 'eu/a', 'eu/b', 'eu/b']);
    await world.target.close({ drain: false });
    const again = await start({ dataDir: world.dataDir, clock: world.clock, system: world.system });
    expect(again.target.observe(0).instances.map(({ place }) => place!.region)).toEqual(['eu', 'eu', 'eu', 'eu']);
  });

  test('an idle one goes before a busy one of an overfull zone, down to one below its part', async () => {
    const world = await start();
    const order = { ...ask, zones: ['a', 'b'] };
    const staying = (zone: string) =>
      world.target
        .observe(0)
        .instances.filter(({ place, state }) => place!.zone === zone && state !== 'draining')
        .map(({ instanceId }) => instanceId);
    await world.target.scale(9, order);
    await world.clock.advance(2_000);
    const [busy, idle] = [staying('a'), staying('b')];
    expect([busy.length, idle.length]).toEqual([5, 4]);
    const receipt = await world.target.scale(8, { ...order, victims: [...idle, ...busy], busy });
    expect(receipt.stopping).toEqual([idle[0]]);
    await world.target.scale(6, { ...order, victims: [...idle, ...busy], busy });
    expect([staying('a').length, staying('b').length]).toEqual([4, 2]);
    await world.target.scale(2, { ...order, victims: [...idle, ...busy], busy });
    expect([staying('a').length, staying('b').length]).toEqual([1, 1]);
  });

  test('one that is queued for its start is simply forgotten', async () => {
    const world = await start();
    await world.target.scale(2, ask);
    await world.target.scale(0, ask);
    await world.clock.advance(1_000);
    expect(world.system.spawned).toEqual([]);
    expect(world.options.limit.inUse).toBe(0);
  });

  test('a number is used again only after its instance is gone', async () => {
    const world = await start();
    await world.target.scale(1, ask);
    await world.clock.advance(2_000);
    world.system.ignoresSigterm = true;
    await world.target.scale(0, ask);
    expect((await world.target.scale(1, ask)).started).toEqual(['reader-2']);
    await world.clock.advance(11_000);
    expect((await world.target.scale(2, ask)).started).toEqual(['reader-1']);
  });

  test('a stop for good is not undone by a replacement', async () => {
    const world = await start();
    await world.target.scale(1, ask);
    await world.clock.advance(2_000);
    void world.target.stopInstance('reader-1', { drain: true });
    void world.target.replace('reader-1', 'hung', 0);
    await world.clock.advance(2_000);
    expect(world.target.observe(0).instances).toEqual([]);
  });
});

describe('a JAEGIS that comes after', () => {
  const again = async (world: World, o: Partial<ProcessTargetOptions> = {}) => {
    await world.target.close({ drain: false });
    const { dataDir, clock, system } = world;
    return start({ dataDir, clock, system, limit: new ProcessLimit(100), ...o });
  };

  test('adopts what still runs, watches it, and restarts it', async () => {
    const before = await start();
    await before.target.scale(2, ask);
    await before.clock.advance(2_000);
    const after = await again(before);
    expect(after.events.map(({ kind, instanceId }) => [kind, instanceId])).toEqual([
      ['adopted', 'reader-1'],
      ['adopted', 'reader-2'],
    ]);
    expect(after.target.observe(0).replicas.ready).toBe(2);
    expect(await after.target.scale(2, ask)).toMatchObject({ started: [], stopping: [] });

    after.system.running.delete(first(after).pid!);
    await after.clock.advance(100);
    expect(first(after).state).toBe('backoff');
    expect(first(after).lastExit).toMatchObject({ code: null, signal: null });
    await after.clock.advance(2_000);
    expect(after.target.observe(0).replicas.ready).toBe(2);
    expect(after.options.limit.inUse).toBe(2);
  });

  test('never touches a stranger who got the number', async () => {
    const before = await start();
    await before.target.scale(1, ask);
    await before.clock.advance(2_000);
    const { pid } = first(before);
    await before.target.close({ drain: false });
    const known = before.system.running.get(pid!)!;
    before.system.running.set(pid!, { ...known, info: { ...known.info, startTicks: 99_999 }, env: {} });
    const after = await start({ dataDir: before.dataDir, clock: before.clock, system: before.system });
    await after.clock.advance(2_000);
    expect(after.target.observe(0).instances).toEqual([]);
    expect(after.system.running.has(pid!)).toBe(true);
    expect(after.system.signals).toEqual([]);
  });

  test('finds one that was started but not yet written down', async () => {
    const before = await start();
    await before.target.scale(1, ask);
    await before.clock.advance(2_000);
    await before.target.close({ drain: false });
    for (const name of readdirSync(join(before.dataDir, 'processes')))
      if (name.endsWith('.json')) rmSync(join(before.dataDir, 'processes', name));
    const after = await start({ dataDir: before.dataDir, clock: before.clock, system: before.system });
    expect(after.target.observe(0).instances.map(({ instanceId }) => instanceId)).toEqual(['reader-1']);
  });

  test('ends what is left of an instance whose leader is gone', async () => {
    const before = await start();
    await before.target.scale(1, ask);
    await before.clock.advance(2_000);
    const { pid } = first(before);
    const { env } = before.system.running.get(pid!)!;
    await before.target.close({ drain: false });
    const child = before.system.add(env, { groupId: pid! });
    before.system.running.delete(pid!);
    const after = await start({ dataDir: before.dataDir, clock: before.clock, system: before.system });
    await after.clock.advance(100);
    expect(after.system.running.has(child)).toBe(false);
    expect(after.target.observe(0).instances).toEqual([]);
  });

  test('replaces what the configuration no longer asks for, a few at a time', async () => {
    const before = await start();
    await before.target.scale(4, ask);
    await before.clock.advance(2_000);
    const pids = [...before.target.pids().values()];
    const after = await again(before, { config: { command: ['node', 'other.js'], env: {}, drain_deadline: 10_000 } });
    let fewestReady = 4;
    for (let i = 0; i < 400; i++) {
      await after.clock.advance(50);
      fewestReady = Math.min(fewestReady, after.target.observe(0).replicas.ready);
    }
    expect(fewestReady).toBe(3);
    expect(after.target.observe(0).replicas.ready).toBe(4);
    expect(pids.some((pid) => after.system.running.has(pid))).toBe(false);
    expect(after.system.spawned.filter(({ command }) => command[1] === 'other.js')).toHaveLength(4);
  });

  test('where no environment can be read, pid and start time must do, and are written down at once', async () => {
    const system = new FakeProcesses();
    system.knowsEnvironment = false;
    const before = await start({ system });
    await before.target.scale(2, ask);
    await before.clock.advance(50);
    const [kept, strange] = [...before.target.pids().values()];
    // Killed now: nothing was flushed.
    const known = system.running.get(strange!)!;
    system.running.set(strange!, { ...known, info: { ...known.info, startTicks: 99_999 } });
    const after = await start({ system, dataDir: before.dataDir, clock: new FakeClock() });
    expect([...after.target.pids().values()]).toEqual([kept]);
    expect(system.signals).toEqual([]);
  });

  test('goes on stopping what was being stopped', async () => {
    const before = await start();
    await before.target.scale(1, ask);
    await before.clock.advance(2_000);
    before.system.ignoresSigterm = true;
    await before.target.scale(0, ask);
    await before.clock.advance(200);
    const after = await again(before);
    expect(after.target.observe(0).replicas).toEqual({ ready: 0, pending: 0, draining: 1 });
    await after.clock.advance(10_300);
    expect(after.system.running.size).toBe(0);
  });

  test('sets damaged records aside and says so', async () => {
    const before = await start();
    await before.target.close({ drain: false });
    const folder = join(before.dataDir, 'processes');
    const name = readdirSync(folder).find((each) => each.endsWith('.json'))!;
    writeFileSync(join(folder, name), '{"version":1,"owner":"x","pool":"y","processes":[{"pid":1}]}');
    const after = await start({ dataDir: before.dataDir });
    expect(after.target.observe(0).message).toContain('damaged');
    expect(readFileSync(join(folder, `${name}.damaged`), 'utf8')).toContain('"pid":1');
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { childEnvironment, configHash } from './child-environment.ts';
import { ProcTable, parseStat } from './proc-table.ts';
import { ProcessLimit, plainName } from './process-limit.ts';
import { parseRecords } from './process-records.ts';
import { PsTable, parsePsLine } from './ps-table.ts';
import { chooseVictims } from './victims.ts';

const config = { command: ['node', 'a.js'], cwd: '/srv', env: {}, baseEnv: {} };
const identity = {
  pool: 'research/reader',
  instanceId: 'reader-1',
  owner: 'o',
  configHash: 'h',
  place: { region: null, zone: null },
};

describe('the environment of a child', () => {
  test("keeps the pool's own words, never another identity", () => {
    const env = childEnvironment(
      {
        ...config,
        baseEnv: { LANG: 'C', GONE: undefined, OTEL_RESOURCE_ATTRIBUTES: 'cloud.region=eu-1' },
        env: { LANG: 'de', JAEGIS_INSTANCE_ID: 'mine', OTEL_SERVICE_NAME: 'special' },
      },
      identity,
    );
    expect(env).toMatchObject({ LANG: 'de', JAEGIS_INSTANCE_ID: 'reader-1', OTEL_SERVICE_NAME: 'special' });
    expect(env['OTEL_RESOURCE_ATTRIBUTES']).toMatch(/^cloud\.region=eu-1,service\.instance\.id=reader-1,/);
    expect(env).not.toHaveProperty('GONE');
    expect(env).not.toHaveProperty('OTEL_EXPORTER_OTLP_ENDPOINT');
  });

  test('encodes what resource attributes cannot hold', () => {
    const env = childEnvironment(config, { ...identity, pool: 'a, b=c/ü' });
    expect(env['OTEL_RESOURCE_ATTRIBUTES']).toContain('jaegis.pool=a%2C%20b=c/%C3%BC');
  });

  test('is told its region and zone, also as resource attributes', () => {
    const env = childEnvironment(config, { ...identity, place: { region: 'eu', zone: 'eu-b' } });
    expect(env).toMatchObject({ JAEGIS_REGION: 'eu', JAEGIS_ZONE: 'eu-b' });
    expect(env['OTEL_RESOURCE_ATTRIBUTES']).toContain('cloud.region=eu,cloud.availability_zone=eu-b');
    expect(childEnvironment(config, identity)).not.toHaveProperty('JAEGIS_REGION');
  });

  test('the hash follows the configuration and not the shell', () => {
    const hash = configHash(config);
    expect(configHash({ ...config, baseEnv: { SHLVL: '2', TERM: 'x' } })).toBe(hash);
    expect(configHash({ ...config, env: { A: 'b' } })).not.toBe(hash);
    expect(configHash({ ...config, baseEnv: { JAEGIS_URL: 'http://127.0.0.1:5000' } })).not.toBe(hash);
    expect(configHash({ ...config, command: ['node', 'b.js'] })).not.toBe(hash);
  });
});

describe('what the pools share', () => {
  test('short names are unique', () => {
    const limit = new ProcessLimit(1);
    expect(limit.claimPrefix('research/reader')).toBe('reader');
    expect(limit.claimPrefix('news/reader')).toBe('news-reader');
    expect(limit.claimPrefix('news-reader')).toMatch(/^news-reader-[0-9a-f]{6}$/);
    expect(limit.claimPrefix('research/reader')).toBe('reader');
  });

  test('places are counted, and so is what was refused', () => {
    const limit = new ProcessLimit(1);
    expect([limit.take(), limit.take(), limit.refused, limit.inUse]).toEqual([true, false, 1, 1]);
    limit.release();
    expect(limit.take()).toBe(true);
  });

  test('any pool name makes a plain name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (pool) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(plainName(pool))),
    );
  });
});

describe('records', () => {
  test('anything that is not whole is refused', () => {
    fc.assert(fc.property(fc.json(), (text) => parseRecords(text) === undefined));
    const record = {
      ...{ instanceId: 'reader-1', pid: 42, startTicks: 1, bootId: 'b', configHash: 'h' },
      ...{ startedAt: 1, readyAt: null, restarts: 0, isDraining: false },
    };
    const file = (process: object) => JSON.stringify({ version: 1, owner: 'o', pool: 'p', processes: [process] });
    expect(parseRecords(file(record))?.processes).toHaveLength(1);
    for (const wrong of [{ pid: 1 }, { pid: -5 }, { pid: '42' }, { instanceId: '../x' }, { readyAt: 'now' }])
      expect(parseRecords(file({ ...record, ...wrong }))).toBeUndefined();
  });
});

describe('process tables', () => {
  test('a stat line with a name made to confuse', () => {
    const rest = 'S 1 77 77 0 -1 4194560 0 0 0 0 3 4 0 0 20 0 1 0 123456 0 0';
    expect(parseStat(`4242 (a) b) (c ) ${rest}`)).toEqual({
      ...{ pid: 4242, parentPid: 1, groupId: 77, startTicks: 123456, isZombie: false, isSleeping: true, cpuMs: 70 },
    });
    expect(parseStat('')).toBeUndefined();
    expect(parseStat('42 (x')).toBeUndefined();
  });

  test('a ps line', () => {
    expect(parsePsLine('  501     1   501 Ss   Mon Nov 23 18:42:00 2026')).toMatchObject({
      ...{ pid: 501, parentPid: 1, groupId: 501, startTicks: Date.UTC(2026, 10, 23, 18, 42), isSleeping: true },
    });
    expect(parsePsLine('no process')).toBeUndefined();
  });

  test.skipIf(process.platform !== 'linux')('this process knows itself, the same way twice', () => {
    const table = new ProcTable();
    const own = table.read(process.pid)!;
    expect(own).toMatchObject({ pid: process.pid, parentPid: process.ppid, isZombie: false });
    expect(table.read(process.pid)!.startTicks).toBe(own.startTicks);
    expect(table.list().some(({ pid }) => pid === process.pid)).toBe(true);
    expect(table.read(2 ** 30)).toBeUndefined();
  });

  test.skipIf(process.platform === 'win32')('ps knows this process too, where ps is installed', ({ skip }) => {
    const own = new PsTable().read(process.pid);
    if (own === undefined) skip('ps is not installed');
    expect(own).toMatchObject({ pid: process.pid, parentPid: process.ppid });
  });
});

test('victims: broken, starting, wanted in their order, youngest', () => {
  const all = (['ready', 'ready', 'ready', 'starting', 'backoff', 'draining', 'ready'] as const).map(
    (state, order) => ({
      ...{ instanceId: `r-${order}`, state, order },
    }),
  );
  const ids = chooseVictims(all, 6, ['r-2', 'r-0', 'gone']).map(({ instanceId }) => instanceId);
  expect(ids).toEqual(['r-4', 'r-3', 'r-2', 'r-0', 'r-6', 'r-1']);
});

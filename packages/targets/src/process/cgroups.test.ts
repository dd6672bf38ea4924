import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { findCgroups } from './cgroup-places.ts';
import { Cgroups } from './cgroups.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A made /proc and a made /sys/fs/cgroup: plain files take what the kernel would. */
function made(o: {
  mounts: (root: string) => string[];
  own: string[];
  folders: string[];
  files?: Record<string, string>;
}) {
  const root = mkdtempSync(join(tmpdir(), 'jaegis-cgroup-'));
  folders.push(root);
  for (const folder of ['proc/self', ...o.folders]) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'proc/self/mountinfo'), o.mounts(root).join('\n'));
  writeFileSync(join(root, 'proc/self/cgroup'), o.own.join('\n'));
  for (const [path, text] of Object.entries(o.files ?? {})) writeFileSync(join(root, path), text);
  return { root, proc: join(root, 'proc'), read: (path: string) => readFileSync(join(root, path), 'utf8') };
}

const hybrid = () =>
  made({
    mounts: (root) => [
      `32 31 0:29 / ${root}/cpu rw,relatime - cgroup cgroup rw,cpu`,
      `35 31 0:32 / ${root}/memory rw,relatime - cgroup cgroup rw,memory`,
      `41 31 0:38 / ${root}/unified rw,relatime - cgroup2 cgroup2 rw`,
    ],
    own: ['4:memory:/service', '1:cpu:/', '0::/'],
    folders: ['cpu', 'memory/service', 'unified'],
  });

const unified = (offered = 'cpuset cpu io memory pids') =>
  made({
    mounts: (root) => [`41 31 0:38 / ${root}/cgroup rw,relatime - cgroup2 cgroup2 rw`],
    own: ['0::/system.slice/jaegis.service'],
    folders: ['cgroup/system.slice/jaegis.service'],
    files: { 'cgroup/system.slice/jaegis.service/cgroup.controllers': offered },
  });

describe('control groups', () => {
  test('v1 beside v2: each controller where this process is', () => {
    const { root, proc, read } = hybrid();
    const places = findCgroups(proc);
    expect(places).toEqual({
      cpu: { version: 1, folder: `${root}/cpu` },
      memory: { version: 1, folder: `${root}/memory/service` },
      problem: '',
    });
    const groups = new Cgroups(places, 'jaegis-a');
    groups.hold('reader-1', 4_242, { cpu: 0.5, memoryBytes: 1_000_000 });
    expect(groups.problem).toBe('');
    expect(read('cpu/jaegis-a/reader-1/cgroup.procs')).toBe('4242');
    expect(read('cpu/jaegis-a/reader-1/cpu.cfs_quota_us')).toBe('50000');
    expect(read('memory/service/jaegis-a/reader-1/memory.limit_in_bytes')).toBe('1000000');
    expect(groups.hold('reader-1', 4_242, { cpu: 2, memoryBytes: 2_000_000 })).toBe(true);
    expect(read('cpu/jaegis-a/reader-1/cpu.cfs_quota_us')).toBe('200000');
  });

  test('v2: below its own group, with both controllers handed down', () => {
    const { proc, read } = unified();
    const groups = new Cgroups(findCgroups(proc), 'jaegis-a');
    groups.hold('reader-1', 4_242, { cpu: 0.001, memoryBytes: 1_000_000 });
    const own = 'cgroup/system.slice/jaegis.service';
    expect(read(`${own}/cgroup.subtree_control`)).toBe('+memory');
    expect(read(`${own}/jaegis-a/reader-1/cpu.max`)).toBe('1000 100000');
    expect(read(`${own}/jaegis-a/reader-1/memory.max`)).toBe('1000000');
  });

  test('v2: only what is offered is handed down', () => {
    const { root, proc, read } = unified('cpu pids');
    const groups = new Cgroups(findCgroups(proc), 'jaegis-a');
    expect(groups.hold('reader-1', 4_242, { cpu: 1, memoryBytes: 1_000_000 })).toBe(true);
    const own = 'cgroup/system.slice/jaegis.service';
    expect(read(`${own}/cgroup.subtree_control`)).toBe('+cpu');
    expect(existsSync(join(root, `${own}/jaegis-a/reader-1/memory.max`))).toBe(false);
    expect(groups.problem).toBe('the control group /system.slice/jaegis.service is not given memory');
    expect(groups.hold('reader-1', 4_242, { cpu: null, memoryBytes: 1_000_000 })).toBe(false);
  });

  test('v2: a JAEGIS that has moved to its leaf still makes groups beside it', () => {
    const { root, proc } = made({
      mounts: (top) => [`41 31 0:38 / ${top}/cgroup rw,relatime - cgroup2 cgroup2 rw`],
      own: ['0::/system.slice/jaegis.service/jaegis-self'],
      folders: ['cgroup/system.slice/jaegis.service/jaegis-self'],
      files: { 'cgroup/system.slice/jaegis.service/cgroup.controllers': 'cpu memory' },
    });
    const folder = `${root}/cgroup/system.slice/jaegis.service`;
    expect(findCgroups(proc).cpu).toEqual({ version: 2, folder });
  });

  test('v2: whoever is in the group moves to a leaf before it holds groups; in a login session nobody is moved', () => {
    const inside = (name: string) => {
      const { proc, read } = made({
        mounts: (root) => [`41 31 0:38 / ${root}/cgroup rw,relatime - cgroup2 cgroup2 rw`],
        own: [`0::/${name}`],
        folders: [`cgroup/${name}/jaegis-self`],
        files: {
          [`cgroup/${name}/cgroup.type`]: 'domain\n',
          [`cgroup/${name}/cgroup.procs`]: '17\n',
          [`cgroup/${name}/cgroup.controllers`]: 'cpu memory',
        },
      });
      const groups = new Cgroups(findCgroups(proc), 'jaegis-a');
      return { isHeld: groups.hold('reader-1', 4_242, { cpu: 1, memoryBytes: null }), problem: groups.problem, read };
    };
    const service = inside('jaegis.service');
    expect(service.isHeld).toBe(true);
    expect(service.read('cgroup/jaegis.service/jaegis-self/cgroup.procs')).toBe('17');
    expect(inside('session-9.scope')).toMatchObject({
      isHeld: false,
      problem:
        'control groups cannot be written: session-9.scope holds other programs too: run jaegis as a service with Delegate=yes',
    });
  });

  test('memory is never set below what is used and a fifth', () => {
    const { root, proc, read } = unified();
    const groups = new Cgroups(findCgroups(proc), 'jaegis-a');
    groups.hold('reader-1', 1, { cpu: null, memoryBytes: 1_000_000 });
    const own = 'cgroup/system.slice/jaegis.service/jaegis-a/reader-1';
    writeFileSync(join(root, own, 'memory.current'), '900000\n');
    groups.hold('reader-1', 1, { cpu: null, memoryBytes: 500_000 });
    expect(read(`${own}/memory.max`)).toBe('1080000');
  });

  test('what is not there, not given or not writable is said, and nothing throws', () => {
    expect(findCgroups('/nowhere').problem).toBe('this system has no control groups');
    expect(findCgroups(unified('cpuset pids').proc).problem).toBe(
      'the control group /system.slice/jaegis.service is not given cpu, memory',
    );
    const { root, proc } = unified();
    const groups = new Cgroups(findCgroups(proc), 'jaegis-a');
    writeFileSync(join(root, 'cgroup/system.slice/jaegis.service/jaegis-a'), 'a file is in the way');
    groups.hold('reader-1', 1, { cpu: 1, memoryBytes: null });
    expect(groups.problem).toMatch(/^control groups cannot be written: /);
    expect(groups.hold('reader-1', 4_242, { cpu: 2, memoryBytes: null })).toBe(false);
    groups.leave('reader-1');
    groups.close();
  });

  test('no size, no group', () => {
    const { root, proc } = hybrid();
    const groups = new Cgroups(findCgroups(proc), 'jaegis-a');
    expect(groups.hold('reader-1', 1, { cpu: null, memoryBytes: null })).toBe(false);
    expect(existsSync(join(root, 'cpu/jaegis-a'))).toBe(false);
  });
});

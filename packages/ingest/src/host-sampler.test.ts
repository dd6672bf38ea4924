import { describe, expect, test } from 'vitest';
import { ManualClock, RecordingSinks } from '../test/recording-sinks.ts';
import { HostSampler } from './host-sampler.ts';
import { type ProcReader, parseProcessStat } from './proc-files.ts';

const now = 1_700_000_000_000;

/** A machine whose counters grow with `step`. */
function machine(state: { step: number; alive: boolean }): ProcReader {
  const files: Record<string, () => string> = {
    stat: () =>
      `cpu  ${100 + 100 * state.step} 0 0 ${1_000 + 300 * state.step} 0 0 0 0 0 0\ncpu0 1 0 0 1 0\ncpu1 1 0 0 1 0\n`,
    meminfo: () => 'MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    250 kB\n',
    diskstats: () =>
      ` 254 0 vda 1 0 ${20 * state.step} 0 1 0 ${40 * state.step} 0 0 0 0\n 254 1 vda1 9 9 999 9 9 9 999 9 9 9 9\n`,
    'net/dev': () =>
      `Inter-| Receive\n face |bytes\n    lo: 999 1 0 0 0 0 0 0 999 1\n  eth0: ${1_000 * state.step} 1 0 0 0 0 0 0 ${500 * state.step} 1 0\n`,
    loadavg: () => '0.52 0.40 0.30 1/200 4242\n',
    '42/stat': () =>
      `42 (node (v8) x) S 1 1 1 0 -1 0 0 0 0 0 ${50 * state.step} ${50 * state.step} 0 0 20 0 11 0 777 1 1\n`,
    '42/status': () => 'Name:\tnode\nVmRSS:\t    2048 kB\nThreads:\t11\n',
    '42/io': () => `rchar: 9\nread_bytes: ${1_000 * state.step}\nwrite_bytes: ${1_000 * state.step}\n`,
  };
  return {
    read: (path) => (path.startsWith('42') && !state.alive ? null : (files[path]?.() ?? null)),
    count: (path) => (path === '42/fd' && state.alive ? 23 : null),
    diskSpace: () => ({ total: 10_000, free: 4_000 }),
  };
}

const pids = new Map([['r-1', { pid: 42, pool: 'reader' }]]);

describe('HostSampler', () => {
  test('rates come with the second sample', async () => {
    const state = { step: 0, alive: true };
    const clock = new ManualClock(now);
    const sinks = new RecordingSinks();
    const sampler = new HostSampler({ clock, sinks, proc: machine(state) });
    const first = await sampler.sample(pids);
    expect(first.host).toEqual({
      cpu: { cores: 2, utilization: null, load1: 0.52 },
      memory: { totalBytes: 1_024_000, usedBytes: 768_000, utilization: 0.75 },
      disk: { readBytesPerSecond: null, writtenBytesPerSecond: null, totalBytes: 10_000, freeBytes: 4_000 },
      network: { receivedBytesPerSecond: null, sentBytesPerSecond: null },
    });
    expect(first.processes.get('r-1')).toEqual({
      cpuUtilization: null,
      memoryBytes: 2_097_152,
      diskBytesPerSecond: null,
      networkBytesPerSecond: null,
      threads: 11,
      openFiles: 23,
    });
    state.step = 1;
    await clock.advance(10_000);
    const second = await sampler.sample(pids);
    expect(second.at).toBe(now + 10_000);
    expect(second.host).toMatchObject({
      cpu: { utilization: 0.25 },
      disk: { readBytesPerSecond: 1_024, writtenBytesPerSecond: 2_048 },
      network: { receivedBytesPerSecond: 100, sentBytesPerSecond: 50 },
    });
    expect(second.processes.get('r-1')).toMatchObject({ cpuUtilization: 0.1, diskBytesPerSecond: 200 });
    expect(Object.fromEntries(sinks.values)).toMatchObject({
      jaegis_host_load1: [0.52, 0.52],
      jaegis_host_cpu_utilization: [0.25],
      'jaegis_host_network_receive_bytes_total{device="eth0"}': [0, 1_000],
      'jaegis_process_resident_memory_bytes{instance_id="r-1",pool="reader"}': [2_097_152, 2_097_152],
      'jaegis_process_open_fds{instance_id="r-1",pool="reader"}': [23, 23],
    });
  });

  test('a process that is gone is missing and its series end', async () => {
    const state = { step: 0, alive: true };
    const sinks = new RecordingSinks();
    const sampler = new HostSampler({ clock: new ManualClock(now), sinks, proc: machine(state) });
    await sampler.sample(pids);
    state.alive = false;
    expect((await sampler.sample(pids)).processes.size).toBe(0);
    expect(sinks.values.get('jaegis_process_threads{instance_id="r-1",pool="reader"}')).toEqual([11, 'stale']);
  });

  test('a machine without /proc says so once and knows nothing', async () => {
    const said: string[] = [];
    const proc: ProcReader = { read: () => null, count: () => null, diskSpace: () => null };
    const sinks = new RecordingSinks();
    const sampler = new HostSampler({
      clock: new ManualClock(now),
      sinks,
      proc,
      onUnsupported: (message) => said.push(message),
    });
    await sampler.sample(pids);
    const { host, processes } = await sampler.sample(pids);
    expect(said.length).toBe(1);
    expect([host.cpu.utilization, host.memory.usedBytes, host.network.sentBytesPerSecond, processes.size]).toEqual([
      null,
      null,
      null,
      0,
    ]);
    expect(sinks.values.size).toBe(0);
  });

  test('the real /proc of this machine, where there is one', async ({ skip }) => {
    if (process.platform !== 'linux') skip('not Linux: /proc is missing');
    const sampler = new HostSampler({ clock: new ManualClock(now), sinks: new RecordingSinks() });
    const { host, processes } = await sampler.sample(new Map([['me', { pid: process.pid, pool: 'p' }]]));
    expect(host.memory.totalBytes).toBeGreaterThan(1e6);
    expect(processes.get('me')).toMatchObject({
      memoryBytes: expect.any(Number),
      threads: expect.any(Number),
      openFiles: expect.any(Number),
    });
  });
});

test('a process name may hold anything', () => {
  const rest = `S 1 1 1 0 -1 0 0 0 0 0 150 50 0 0 20 0 4 0 99 1 1`;
  expect(parseProcessStat(`7 (a) b (c) ${rest}`)).toEqual({ cpuSeconds: 2, threads: 4, startTicks: 99 });
  expect(parseProcessStat('')).toBeNull();
  expect(parseProcessStat('7 (x) S')).toBeNull();
});

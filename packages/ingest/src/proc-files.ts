import { readdirSync, readFileSync, statfsSync } from 'node:fs';

/** How the sampler sees the machine; tests give their own. Everything that cannot be read is `null`. */
export interface ProcReader {
  /** A file below `/proc`, by its path there (`stat`, `123/io`). */
  read(path: string): string | null;
  /** Entries of a folder below `/proc`. */
  count(path: string): number | null;
  /** Size and free space of the file system that holds `path`, in bytes. */
  diskSpace(path: string): { readonly total: number; readonly free: number } | null;
}

export const linuxProc: ProcReader = {
  // Reading /proc waits for no disk, so these may be synchronous; the sampler lets others run in between.
  read: (path) => orNull(() => readFileSync(`/proc/${path}`, 'latin1')),
  count: (path) => orNull(() => readdirSync(`/proc/${path}`).length),
  diskSpace: (path) =>
    orNull(() => {
      const { blocks, bavail, bsize } = statfsSync(path);
      return { total: blocks * bsize, free: bavail * bsize };
    }),
};

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** USER_HZ: 100 on every architecture that Node runs on. */
const ticksPerSecond = 100;

/** Seconds of CPU by mode, over all cores since boot, and the number of cores. */
export function parseCpu(text: string): { cores: number; seconds: Record<string, number> } | null {
  const modes = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'];
  const line = /^cpu +(.+)$/m.exec(text)?.[1];
  if (line === undefined) return null;
  const ticks = line.trim().split(/ +/).map(Number);
  const seconds: Record<string, number> = {};
  for (const [index, mode] of modes.entries()) seconds[mode] = (ticks[index] ?? 0) / ticksPerSecond;
  return { cores: text.match(/^cpu\d+ /gm)?.length ?? 1, seconds };
}

/** A value of `/proc/meminfo` or `/proc/PID/status`, in bytes. */
export function parseKilobytes(text: string, name: string): number | null {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  return found === undefined ? null : Number(found) * 1_024;
}

// Whole disks only: partitions, loop devices and mapped ones would count the same bytes twice.
const wholeDisk = /^(?:(?:sd|vd|xvd|hd)[a-z]+|nvme\d+n\d+|mmcblk\d+)$/;
const sectorBytes = 512;
const maxDevices = 64;

/** Bytes read and written per disk since boot. */
export function parseDisks(text: string): Map<string, { read: number; written: number }> {
  const disks = new Map<string, { read: number; written: number }>();
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/);
    const name = fields[2] ?? '';
    if (!wholeDisk.test(name) || disks.size >= maxDevices) continue;
    disks.set(name, { read: Number(fields[5]) * sectorBytes, written: Number(fields[9]) * sectorBytes });
  }
  return disks;
}

// Loopback, and what only passes on bytes that a real interface counts too.
const notReal = /^(?:lo|ifb|veth|docker|br-|virbr|cni|flannel|cali|tun|tap|dummy)/;

/** Bytes received and sent per network interface since boot. */
export function parseNetwork(text: string): Map<string, { received: number; sent: number }> {
  const interfaces = new Map<string, { received: number; sent: number }>();
  for (const line of text.split('\n')) {
    const [name, rest] = line.split(':');
    if (rest === undefined || notReal.test(name!.trim()) || interfaces.size >= maxDevices) continue;
    const fields = rest.trim().split(/\s+/).map(Number);
    interfaces.set(name!.trim(), { received: fields[0] ?? 0, sent: fields[8] ?? 0 });
  }
  return interfaces;
}

export interface ProcessTimes {
  readonly cpuSeconds: number;
  readonly threads: number;
  /** Ticks after boot: with the pid it names a process for good. */
  readonly startTicks: number;
}

/** `/proc/PID/stat`. The name in brackets may hold anything, so fields are counted from its last bracket. */
export function parseProcessStat(text: string): ProcessTimes | null {
  const close = text.lastIndexOf(')');
  if (close < 0) return null;
  const fields = text
    .slice(close + 2)
    .split(' ')
    .map(Number);
  const times = {
    cpuSeconds: (fields[11]! + fields[12]!) / ticksPerSecond,
    threads: fields[17]!,
    startTicks: fields[19]!,
  };
  return Object.values(times).every(Number.isFinite) ? times : null;
}

/** `/proc/PID/io`: bytes that really went to or came from storage. */
export function parseProcessIo(text: string): { read: number; written: number } | null {
  const read = /^read_bytes: (\d+)$/m.exec(text)?.[1];
  const written = /^write_bytes: (\d+)$/m.exec(text)?.[1];
  return read === undefined || written === undefined ? null : { read: Number(read), written: Number(written) };
}

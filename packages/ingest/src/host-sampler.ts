import type { Labels } from '@jaegis/model';
import type { Clock } from '@jaegis/std';
import {
  linuxProc,
  type ProcessTimes,
  type ProcReader,
  parseCpu,
  parseDisks,
  parseKilobytes,
  parseNetwork,
  parseProcessIo,
  parseProcessStat,
} from './proc-files.ts';
import { SeriesRefs } from './series-refs.ts';
import type { TelemetrySinks } from './sinks.ts';

/** What this machine is doing. Rates are over the time since the sample before; `null` is "not known". */
export interface HostUsage {
  readonly cpu: { readonly cores: number | null; readonly utilization: number | null; readonly load1: number | null };
  readonly memory: {
    readonly totalBytes: number | null;
    readonly usedBytes: number | null;
    readonly utilization: number | null;
  };
  readonly disk: {
    readonly readBytesPerSecond: number | null;
    readonly writtenBytesPerSecond: number | null;
    readonly totalBytes: number | null;
    readonly freeBytes: number | null;
  };
  readonly network: { readonly receivedBytesPerSecond: number | null; readonly sentBytesPerSecond: number | null };
}

/** What one process of the fleet is doing. */
export interface ProcessUsage {
  /** Share of one core; above 1 with several busy threads. */
  readonly cpuUtilization: number | null;
  readonly memoryBytes: number | null;
  readonly diskBytesPerSecond: number | null;
  /** Always `null`: Linux does not count a process' network bytes. */
  readonly networkBytesPerSecond: number | null;
  readonly threads: number | null;
  readonly openFiles: number | null;
}

export interface HostSample {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly host: HostUsage;
  /** By instance id; a process that is not there is missing. */
  readonly processes: ReadonlyMap<string, ProcessUsage>;
}

export interface HostSamplerOptions {
  readonly clock: Clock;
  readonly sinks: Pick<TelemetrySinks, 'samples'>;
  readonly proc?: ProcReader;
  /** The file system to watch for free space. Default `/`. */
  readonly diskPath?: string;
  /** Told once when this machine has no `/proc`: everything is `null` then. */
  readonly onUnsupported?: (message: string) => void;
}

interface Counters {
  readonly at: number;
  readonly busySeconds: number | null;
  readonly allSeconds: number | null;
  readonly read: number | null;
  readonly written: number | null;
  readonly received: number | null;
  readonly sent: number | null;
}

interface ProcessCounters {
  readonly at: number;
  readonly times: ProcessTimes;
  readonly io: number | null;
}

// Between so many processes other work gets its turn: sampling 1,000 must not hold up ingest.
const processesPerTurn = 20;

/** Measures this machine and the fleet's processes on it, and writes the series. Driven by its caller, every 10 s. */
export class HostSampler {
  readonly #options: HostSamplerOptions;
  readonly #proc: ProcReader;
  readonly #series: SeriesRefs;
  #before: Counters | undefined;
  #processes = new Map<string, ProcessCounters>();
  #hasSaidUnsupported = false;
  #running: Promise<HostSample> | undefined;

  constructor(options: HostSamplerOptions) {
    this.#options = options;
    this.#proc = options.proc ?? linuxProc;
    this.#series = new SeriesRefs(options.sinks.samples);
  }

  /** Samples once. A call while one is running gets the running one's result. */
  sample(pids: ReadonlyMap<string, { readonly pid: number; readonly pool: string }>): Promise<HostSample> {
    this.#running ??= this.#sample(pids).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #sample(pids: ReadonlyMap<string, { readonly pid: number; readonly pool: string }>): Promise<HostSample> {
    const at = this.#options.clock.now();
    const written = new Set<string>();
    const write = (name: string, value: number | null, labels: Labels = {}) => {
      if (value === null || !Number.isFinite(value)) return;
      const key = `${name} ${Object.values(labels).join('\u0000')}`;
      written.add(key);
      this.#series.add(key, { value, at, now: at }, () => ({ ...labels, __name__: name }));
    };
    const host = this.#host(at, write);
    const processes = new Map<string, ProcessUsage>();
    const counters = new Map<string, ProcessCounters>();
    let turn = 0;
    for (const [instanceId, { pid, pool }] of pids) {
      if (++turn % processesPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
      const found = this.#process(pid, this.#processes.get(instanceId));
      if (found === null) continue;
      counters.set(instanceId, found.counters);
      processes.set(instanceId, found.usage);
      const labels = { instance_id: instanceId, pool };
      write('jaegis_process_cpu_seconds_total', found.counters.times.cpuSeconds, labels);
      write('jaegis_process_cpu_utilization', found.usage.cpuUtilization, labels);
      write('jaegis_process_resident_memory_bytes', found.usage.memoryBytes, labels);
      write('jaegis_process_disk_bytes_total', found.counters.io, labels);
      write('jaegis_process_threads', found.usage.threads, labels);
      write('jaegis_process_open_fds', found.usage.openFiles, labels);
    }
    this.#processes = counters;
    for (const key of [...this.#series.keys()]) if (!written.has(key)) this.#series.end(key, at);
    await this.#series.flush(at);
    return { at, host, processes };
  }

  #host(at: number, write: (name: string, value: number | null, labels?: Labels) => void): HostUsage {
    const proc = this.#proc;
    const stat = proc.read('stat');
    if (stat === null && !this.#hasSaidUnsupported) {
      this.#hasSaidUnsupported = true;
      this.#options.onUnsupported?.('Cannot measure this machine: /proc/stat is missing, must be Linux');
    }
    const cpu = parseCpu(stat ?? '');
    const memory = proc.read('meminfo') ?? '';
    const disks = parseDisks(proc.read('diskstats') ?? '');
    const network = parseNetwork(proc.read('net/dev') ?? '');
    const load = proc.read('loadavg');
    const load1 = load === null ? null : Number(load.split(' ')[0]);
    const space = proc.diskSpace(this.#options.diskPath ?? '/');
    const totalBytes = parseKilobytes(memory, 'MemTotal');
    const available = parseKilobytes(memory, 'MemAvailable');
    const usedBytes = totalBytes === null || available === null ? null : totalBytes - available;

    for (const [mode, seconds] of Object.entries(cpu?.seconds ?? {}))
      write('jaegis_host_cpu_seconds_total', seconds, { mode });
    write('jaegis_host_load1', load1);
    write('jaegis_host_memory_total_bytes', totalBytes);
    write('jaegis_host_memory_available_bytes', available);
    for (const [device, bytes] of disks) {
      write('jaegis_host_disk_read_bytes_total', bytes.read, { device });
      write('jaegis_host_disk_written_bytes_total', bytes.written, { device });
    }
    for (const [device, bytes] of network) {
      write('jaegis_host_network_receive_bytes_total', bytes.received, { device });
      write('jaegis_host_network_transmit_bytes_total', bytes.sent, { device });
    }
    write('jaegis_host_filesystem_size_bytes', space?.total ?? null);
    write('jaegis_host_filesystem_free_bytes', space?.free ?? null);

    const before = this.#before;
    const now = countersOf(at, { cpu: cpu?.seconds, disks, network });
    this.#before = now;
    const rate = (name: 'read' | 'written' | 'received' | 'sent') => perSecond(before, now, name);
    const allSeconds = difference(before?.allSeconds, now.allSeconds);
    const busySeconds = difference(before?.busySeconds, now.busySeconds);
    const utilization =
      allSeconds === null || busySeconds === null || allSeconds === 0 ? null : busySeconds / allSeconds;
    write('jaegis_host_cpu_utilization', utilization);
    return {
      cpu: { cores: cpu?.cores ?? null, utilization, load1 },
      memory: {
        totalBytes,
        usedBytes,
        utilization: usedBytes === null || totalBytes === null ? null : usedBytes / totalBytes,
      },
      disk: {
        readBytesPerSecond: rate('read'),
        writtenBytesPerSecond: rate('written'),
        totalBytes: space?.total ?? null,
        freeBytes: space?.free ?? null,
      },
      network: { receivedBytesPerSecond: rate('received'), sentBytesPerSecond: rate('sent') },
    };
  }

  /** `null` when there is no such process. */
  #process(
    pid: number,
    before: ProcessCounters | undefined,
  ): { counters: ProcessCounters; usage: ProcessUsage } | null {
    const proc = this.#proc;
    // The time of this very read: within one sample of 1,000 processes the last is read noticeably later than the first.
    const at = this.#options.clock.now();
    const times = parseProcessStat(proc.read(`${pid}/stat`) ?? '');
    if (times === null) return null;
    const io = parseProcessIo(proc.read(`${pid}/io`) ?? '');
    const counters = { at, times, io: io === null ? null : io.read + io.written };
    // The same pid with another start time is another process.
    const earlier = before?.times.startTicks === times.startTicks ? before : undefined;
    const seconds = earlier === undefined ? 0 : (at - earlier.at) / 1_000;
    const cpuSeconds = difference(earlier?.times.cpuSeconds, times.cpuSeconds);
    const ioBytes = difference(earlier?.io, counters.io);
    return {
      counters,
      usage: {
        cpuUtilization: cpuSeconds === null || seconds <= 0 ? null : cpuSeconds / seconds,
        memoryBytes: parseKilobytes(proc.read(`${pid}/status`) ?? '', 'VmRSS'),
        diskBytesPerSecond: ioBytes === null || seconds <= 0 ? null : ioBytes / seconds,
        networkBytesPerSecond: null,
        threads: times.threads,
        openFiles: proc.count(`${pid}/fd`),
      },
    };
  }
}

function countersOf(
  at: number,
  found: {
    cpu: Record<string, number> | undefined;
    disks: ReadonlyMap<string, { read: number; written: number }>;
    network: ReadonlyMap<string, { received: number; sent: number }>;
  },
): Counters {
  const { cpu, disks, network } = found;
  const sum = (values: Iterable<number>) => {
    let total: number | null = null;
    for (const value of values) total = (total ?? 0) + value;
    return total;
  };
  const all = cpu === undefined ? null : sum(Object.values(cpu));
  return {
    at,
    allSeconds: all,
    busySeconds: cpu === undefined || all === null ? null : all - (cpu['idle'] ?? 0) - (cpu['iowait'] ?? 0),
    read: sum([...disks.values()].map((disk) => disk.read)),
    written: sum([...disks.values()].map((disk) => disk.written)),
    received: sum([...network.values()].map((device) => device.received)),
    sent: sum([...network.values()].map((device) => device.sent)),
  };
}

function perSecond(
  before: Counters | undefined,
  now: Counters,
  name: 'read' | 'written' | 'received' | 'sent',
): number | null {
  const change = difference(before?.[name], now[name]);
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1_000;
  return change === null || seconds <= 0 ? null : change / seconds;
}

/** How much a counter grew; `null` when it is not known or has gone back (a device was replaced). */
function difference(before: number | null | undefined, now: number | null): number | null {
  if (before === null || before === undefined || now === null || now < before) return null;
  return now - before;
}

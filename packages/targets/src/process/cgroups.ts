import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplicaSize } from '@jaegis/model';

// What a process may use, held to by the kernel: control groups below the one that JAEGIS itself is in.
//   v2: cpu.max "quota period", memory.max;   v1: cpu.cfs_quota_us / cpu.cfs_period_us, memory.limit_in_bytes
// In place: a running process gets a new size by one write. Memory is never set below what is used now and a fifth, or
// the kernel would kill at once. Needs groups that we may write (root, or a delegated group: systemd's Delegate=yes).
// Bad at: what a process starts in the moment before it is moved into its group.

type Controller = 'cpu' | 'memory';

export interface CgroupPlaces {
  readonly version: 1 | 2;
  /** Where groups of ours are made, by controller. */
  readonly cpu: string | null;
  readonly memory: string | null;
  /** Why a controller is missing; empty when both are there. */
  readonly problem: string;
}

const periodUs = 100_000;
/** The kernel takes no less: 1 ms of each 100 ms. */
const leastQuotaUs = 1_000;
const memoryRoom = 1.2;

/** Finds where groups can be made, from `/proc/self/mountinfo` and `/proc/self/cgroup`. Makes nothing. */
export function findCgroups(proc: string): CgroupPlaces {
  const nothing = (problem: string): CgroupPlaces => ({ version: 2, cpu: null, memory: null, problem });
  let mounts: { path: string; type: string; options: string[] }[];
  let own: { controllers: string[]; path: string }[];
  try {
    mounts = readFileSync(join(proc, 'self/mountinfo'), 'utf8').split('\n').flatMap(parseMount);
    own = readFileSync(join(proc, 'self/cgroup'), 'utf8').split('\n').flatMap(parseOwn);
  } catch {
    return nothing('this system has no control groups');
  }
  const legacy = (controller: Controller): string | null => {
    const mount = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller));
    const mine = own.find(({ controllers }) => controllers.includes(controller));
    return mount === undefined || mine === undefined ? null : join(mount.path, mine.path).replace(/\/$/, '');
  };
  const places = { cpu: legacy('cpu'), memory: legacy('memory') };
  if (places.cpu !== null || places.memory !== null) {
    const missing = (['cpu', 'memory'] as const).filter((each) => places[each] === null);
    return { version: 1, ...places, problem: missing.length === 0 ? '' : `no control group for ${missing.join(', ')}` };
  }
  const unified = mounts.find(({ type }) => type === 'cgroup2');
  const mine = own.find(({ controllers }) => controllers.length === 0);
  if (unified === undefined || mine === undefined) return nothing('this system has no control groups');
  const path = join(unified.path, mine.path);
  const offered = read(join(path, 'cgroup.controllers'))?.split(/\s+/) ?? [];
  const missing = (['cpu', 'memory'] as const).filter((each) => !offered.includes(each));
  return {
    version: 2,
    cpu: missing.includes('cpu') ? null : path,
    memory: missing.includes('memory') ? null : path,
    problem: missing.length === 0 ? '' : `the control group ${mine.path} is not given ${missing.join(', ')}`,
  };
}

function parseMount(line: string): { path: string; type: string; options: string[] }[] {
  const [before, after] = line.split(' - ');
  const path = before?.split(' ')[4];
  const [type, , options] = after?.split(' ') ?? [];
  if (path === undefined || type === undefined) return [];
  return [{ path: path.replaceAll('\\040', ' '), type, options: options?.split(',') ?? [] }];
}

function parseOwn(line: string): { controllers: string[]; path: string }[] {
  const found = /^\d+:([^:]*):(.*)$/.exec(line);
  return found === null ? [] : [{ controllers: found[1]!.split(',').filter((each) => each !== ''), path: found[2]! }];
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The groups of one pool's processes. No method throws; `problem` says what could not be done last. */
export class Cgroups {
  readonly #places: CgroupPlaces;
  readonly #name: string;
  readonly #members = new Set<string>();
  #problem: string;
  #isPrepared = false;

  /** `name`: of the group that holds those of the pool's processes; no slashes. */
  constructor(places: CgroupPlaces, name: string) {
    this.#places = places;
    this.#name = name;
    this.#problem = places.problem;
  }

  get problem(): string {
    return this.#problem;
  }

  /** Moves a process into a group of its own and limits it. What cannot be limited is said in `problem`. */
  enter(instanceId: string, pid: number, size: ReplicaSize): void {
    if (size.cpu === null && size.memoryBytes === null && !this.#members.has(instanceId)) return;
    const isSet = this.#each(size, (folder) => {
      mkdirSync(join(folder, instanceId), { recursive: true });
      writeFileSync(join(folder, instanceId, 'cgroup.procs'), String(pid));
    });
    if (!isSet) return;
    this.#members.add(instanceId);
    this.resize(instanceId, size);
  }

  /** Gives a running process another size, in place. False when the kernel refused. */
  resize(instanceId: string, size: ReplicaSize): boolean {
    if (!this.#members.has(instanceId)) return false;
    const { version, cpu, memory } = this.#places;
    const quota = size.cpu === null ? -1 : Math.max(leastQuotaUs, Math.round(size.cpu * periodUs));
    try {
      if (cpu !== null && size.cpu !== null) {
        const folder = join(cpu, this.#name, instanceId);
        if (version === 2) writeFileSync(join(folder, 'cpu.max'), `${quota} ${periodUs}`);
        else {
          writeFileSync(join(folder, 'cpu.cfs_period_us'), String(periodUs));
          writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(quota));
        }
      }
      if (memory !== null && size.memoryBytes !== null)
        this.#limitMemory(join(memory, this.#name, instanceId), size.memoryBytes);
      this.#problem = this.#places.problem;
      return true;
    } catch (error) {
      this.#problem = `cannot limit ${instanceId}: ${messageOf(error)}`;
      return false;
    }
  }

  #limitMemory(folder: string, bytes: number): void {
    const [usage, limit] =
      this.#places.version === 2
        ? ['memory.current', 'memory.max']
        : ['memory.usage_in_bytes', 'memory.limit_in_bytes'];
    const used = Number(read(join(folder, usage)) ?? 0);
    const least = Number.isFinite(used) ? used * memoryRoom : 0;
    writeFileSync(join(folder, limit), String(Math.ceil(Math.max(bytes, least))));
  }

  /** The process is gone: so is its group. */
  leave(instanceId: string): void {
    if (!this.#members.delete(instanceId)) return;
    for (const folder of this.#folders()) tryRemove(join(folder, instanceId));
  }

  /** Removes what is empty. */
  close(): void {
    for (const folder of this.#folders()) {
      for (const entry of subfolders(folder)) tryRemove(join(folder, entry));
      tryRemove(folder);
    }
  }

  #folders(): string[] {
    const { cpu, memory } = this.#places;
    return [...new Set([cpu, memory].filter((place) => place !== null))].map((place) => join(place, this.#name));
  }

  #each(size: ReplicaSize, act: (folder: string) => void): boolean {
    const { version, cpu, memory } = this.#places;
    const wanted = [size.cpu === null ? null : cpu, size.memoryBytes === null ? null : memory];
    const folders = [...new Set(wanted.filter((place) => place !== null))];
    if (folders.length === 0) {
      this.#problem = this.#places.problem || 'no control group for what is to be limited';
      return false;
    }
    try {
      for (const place of folders) {
        const folder = join(place, this.#name);
        mkdirSync(folder, { recursive: true });
        if (version === 2 && !this.#isPrepared)
          for (const each of [place, folder]) writeFileSync(join(each, 'cgroup.subtree_control'), '+cpu +memory');
        act(folder);
      }
      this.#isPrepared = true;
      return true;
    } catch (error) {
      this.#problem = `control groups cannot be written: ${messageOf(error)}`;
      return false;
    }
  }
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}

function tryRemove(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody is still in it, or it is gone already.
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^(\w+): .*, (\w+) '(.*)'$/, '$1 ($2 $3)') : String(error);
}

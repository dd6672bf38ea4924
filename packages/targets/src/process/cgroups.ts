import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplicaSize } from '@jaegis/model';
import { handDown } from './cgroup-delegation.ts';
import { type CgroupPlace, type CgroupPlaces, type Controller, controllers } from './cgroup-places.ts';

// What a process may use, held to by the kernel: control groups below the one that JAEGIS itself is in.
//   v2: cpu.max "quota period", memory.max;   v1: cpu.cfs_quota_us / cpu.cfs_period_us, memory.limit_in_bytes
// In place: a running process gets a new size by one write. Memory is never set below what is used now and a fifth, or
// the kernel would kill at once. Needs groups that we may write (root, or a delegated group: systemd's Delegate=yes).
// Bad at: what a process starts in the moment before it is moved into its group.

const periodUs = 100_000;
/** The kernel takes no less: 1 ms of each 100 ms. */
const leastQuotaUs = 1_000;
const memoryRoom = 1.2;

/** The groups of one pool's processes. No method throws; `problem` says what could not be done last. */
export class Cgroups {
  readonly #places: CgroupPlaces;
  readonly #name: string;
  readonly #members = new Set<string>();
  readonly #prepared = new Set<Controller>();
  #problem: string;

  /** `name`: of the group that holds those of the pool's processes; no slashes. */
  constructor(places: CgroupPlaces, name: string) {
    this.#places = places;
    this.#name = name;
    this.#problem = places.problem;
  }

  get problem(): string {
    return this.#problem;
  }

  /**
   * Holds a process to a size, in place: moves it into a group of its own, or gives that new limits. A controller whose
   * part of the size is null keeps what it had. False when it could not be limited; `problem` says why.
   */
  hold(instanceId: string, pid: number, size: ReplicaSize): boolean {
    if (size.cpu === null && size.memoryBytes === null) return this.#members.has(instanceId);
    const wanted = this.#limited(size);
    if (wanted.length === 0) {
      this.#problem = this.#places.problem || 'no control group for what is to be limited';
      return false;
    }
    try {
      for (const [controller, place] of wanted) {
        this.#prepare(controller, place);
        const folder = join(place.folder, this.#name, instanceId);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'cgroup.procs'), String(pid));
        this.#members.add(instanceId);
        if (controller === 'cpu') limitCpu(place.version, folder, size.cpu!);
        else limitMemory(place.version, folder, size.memoryBytes!);
      }
      this.#problem = this.#places.problem;
      return true;
    } catch (error) {
      this.#problem = `control groups cannot be written: ${messageOf(error)}`;
      return false;
    }
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

  #prepare(controller: Controller, place: CgroupPlace): void {
    if (this.#prepared.has(controller)) return;
    const folder = join(place.folder, this.#name);
    mkdirSync(folder, { recursive: true });
    if (place.version === 2) for (const each of [place.folder, folder]) handDown(each, controller);
    this.#prepared.add(controller);
  }

  /** The controllers that `size` needs and this system has. */
  #limited(size: ReplicaSize): [Controller, CgroupPlace][] {
    const wanted = { cpu: size.cpu, memory: size.memoryBytes };
    return controllers.flatMap((each): [Controller, CgroupPlace][] => {
      const place = this.#places[each];
      return place === null || wanted[each] === null ? [] : [[each, place]];
    });
  }

  #folders(): string[] {
    const places = controllers.flatMap((each) => this.#places[each]?.folder ?? []);
    return [...new Set(places)].map((folder) => join(folder, this.#name));
  }
}

function limitCpu(version: 1 | 2, folder: string, cores: number): void {
  const quota = Math.max(leastQuotaUs, Math.round(cores * periodUs));
  if (version === 2) {
    writeFileSync(join(folder, 'cpu.max'), `${quota} ${periodUs}`);
    return;
  }
  writeFileSync(join(folder, 'cpu.cfs_period_us'), String(periodUs));
  writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(quota));
}

function limitMemory(version: 1 | 2, folder: string, bytes: number): void {
  const [usage, limit] =
    version === 2 ? ['memory.current', 'memory.max'] : ['memory.usage_in_bytes', 'memory.limit_in_bytes'];
  const least = usedBytes(join(folder, usage)) * memoryRoom;
  writeFileSync(join(folder, limit), String(Math.ceil(Math.max(bytes, least))));
}

function usedBytes(file: string): number {
  try {
    const used = Number(readFileSync(file, 'utf8'));
    return Number.isFinite(used) ? used : 0;
  } catch {
    return 0;
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

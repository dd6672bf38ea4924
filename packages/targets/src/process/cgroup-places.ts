import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// Where control groups of ours can be made: below the group that this process is in, for each controller in the version
// of the kernel's interface that has it (hybrid systems have some in each). Source: cgroups(7), /proc/self/mountinfo.

export type Controller = 'cpu' | 'memory';
export const controllers: readonly Controller[] = ['cpu', 'memory'];

/** The leaf of version 2 that JAEGIS itself moves to when its group is to hold groups (see `CgroupDelegation`). */
export const ownLeaf = 'jaegis-self';

export interface CgroupPlace {
  readonly version: 1 | 2;
  /** The folder of the group below which ours are made. */
  readonly folder: string;
}

export interface CgroupPlaces {
  readonly cpu: CgroupPlace | null;
  readonly memory: CgroupPlace | null;
  /** Why a controller is missing; empty when both are there. */
  readonly problem: string;
}

interface Mount {
  readonly folder: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** `proc`: the folder `/proc`. Makes nothing and does not throw. */
export function findCgroups(proc: string): CgroupPlaces {
  const mounts = read(join(proc, 'self/mountinfo'))?.split('\n').flatMap(parseMount) ?? [];
  const own = read(join(proc, 'self/cgroup'))?.split('\n').flatMap(parseOwn) ?? [];
  const unified = placeOf(mounts, own, undefined);
  const offered = unified === null ? [] : (read(join(unified.folder, 'cgroup.controllers'))?.split(/\s+/) ?? []);
  const find = (controller: Controller) =>
    placeOf(mounts, own, controller) ?? (offered.includes(controller) ? unified : null);
  const places = { cpu: find('cpu'), memory: find('memory') };
  const missing = controllers.filter((each) => places[each] === null);
  return { ...places, problem: missing.length === 0 ? '' : problemOf(missing, own, unified) };
}

function problemOf(missing: Controller[], own: OwnGroup[], unified: CgroupPlace | null): string {
  if (missing.length === controllers.length && unified === null) return 'this system has no control groups';
  const path = own.find(({ named }) => named.length === 0)?.path;
  if (unified === null || path === undefined) return `no control group for ${missing.join(', ')}`;
  return `the control group ${path} is not given ${missing.join(', ')}`;
}

/** `controller`: of version 1; undefined for the one tree of version 2. */
function placeOf(mounts: Mount[], own: OwnGroup[], controller: Controller | undefined): CgroupPlace | null {
  const version = controller === undefined ? 2 : 1;
  const mount = mounts.find(({ type, options }) =>
    controller === undefined ? type === 'cgroup2' : type === 'cgroup' && options.includes(controller),
  );
  const mine = own.find(({ named }) => (controller === undefined ? named.length === 0 : named.includes(controller)));
  if (mount === undefined || mine === undefined) return null;
  const path = version === 2 && mine.path.endsWith(`/${ownLeaf}`) ? mine.path.slice(0, -ownLeaf.length) : mine.path;
  return { version, folder: join(mount.folder, path).replace(/\/$/, '') };
}

function parseMount(line: string): Mount[] {
  const [before, after] = line.split(' - ');
  const folder = before?.split(' ')[4];
  const [type, , options] = after?.split(' ') ?? [];
  if (folder === undefined || type === undefined) return [];
  return [{ folder: folder.replaceAll('\\040', ' '), type, options: options?.split(',') ?? [] }];
}

interface OwnGroup {
  /** Its controllers of version 1; none: it is that of version 2. */
  readonly named: readonly string[];
  readonly path: string;
}

function parseOwn(line: string): OwnGroup[] {
  const found = /^\d+:([^:]*):(.*)$/.exec(line);
  return found === null ? [] : [{ named: found[1]!.split(',').filter((each) => each !== ''), path: found[2]! }];
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
